"""The kinds of problem, of heading and of baseline that tasks name. Imports nothing heavy."""

from __future__ import annotations

from enum import StrEnum


class TaskKind(StrEnum):
    """What the network is asked to predict."""

    BINARY = "binary classification"
    MULTICLASS = "multiclass classification"
    REGRESSION = "regression"

    @classmethod
    def of_classes(cls, count: int) -> TaskKind:
        """What is predicted where there are so many classes; 0 for a number."""
        if not count:
            return cls.REGRESSION
        return cls.BINARY if count == 2 else cls.MULTICLASS


class Group(StrEnum):
    """The heading a task stands under in the picker, in the order shown."""

    LEARN = "learn"
    TEXT = "text"
    NUMBERS = "numbers"
    IMAGES = "images"
    YOURS = "yours"
    """A person's own."""


class BaselineMethod(StrEnum):
    """The methods to compare a network with."""

    MAJORITY = "majority"
    """Always the most frequent class of the training rows."""

    SHUFFLED_LABELS = "shuffled labels"
    """The right labels, each given to the wrong row."""

    LOGISTIC_REGRESSION = "logistic regression"
    MEAN = "mean"
    """Always the mean of the training targets."""

    LINEAR_REGRESSION = "linear regression"

    @classmethod
    def usual(cls, kind: TaskKind) -> tuple[BaselineMethod, BaselineMethod]:
        """What data that nobody chose methods for is compared with: the simplest first."""
        if kind is TaskKind.REGRESSION:
            return cls.MEAN, cls.LINEAR_REGRESSION
        return cls.MAJORITY, cls.LOGISTIC_REGRESSION
