"""A task's data as a few lines of plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Prepared(Protocol):
    """What becomes of rows, by what is learnt of the training rows alone."""

    def lines(self, parts: Sequence[str]) -> list[str]:
        """The statements.

        Args:
            parts: that there are: ``train``, and ``val`` and ``test`` where there are such rows.
        """
        ...


@dataclass(frozen=True, slots=True)
class Scaling:
    """How features, or the target, are scaled by the training rows alone."""

    learnt: str
    """Statements that take of ``x_train`` or ``y_train`` what is needed for it."""

    variable: str
    """``"x"`` or ``"y"``."""

    scaled: str
    """What becomes of one part, with ``{rows}`` where the part stands."""

    def lines(self, parts: Sequence[str]) -> list[str]:
        """The statements, for parts such as ``train`` and ``test``."""
        names = [f"{self.variable}_{part}" for part in parts]
        scaled = [f"{name} = {self.scaled.format(rows=name)}" for name in names]
        return [*self.learnt.lstrip("\n").splitlines(), *scaled]


@dataclass(frozen=True, slots=True)
class FoldsOf:
    """What a script's rows are divided by, where a fold of them is held out."""

    arrays: tuple[str, ...] = ("x", "y")
    """Those that are divided: of ``x`` it is ``x_train``, with ``x_val`` where there is one."""

    labels: str = "y_train"
    """The class of each row, or its target."""

    groups: str = ""
    """The group of each row, whose rows stay together; empty where there are none."""

    by_time: bool = False
    """Whether the rows lie in the order of their times: those held out come after the others."""


@dataclass(frozen=True, slots=True)
class ScriptData:
    """How a script gets the data that ``Task.load`` gives, without kertasks.

    The arrays hold the same rows in the same order; floats may differ in their last bit.
    """

    code: str
    """Statements that define ``x_train`` and ``y_train``, and ``x_val``, ``y_val``,
    ``x_test`` and ``y_test`` where the data has them, or what ``scalings`` define these of. They
    find ``keras``, ``layers``, ``np`` and ``SEED``."""

    imports: tuple[str, ...] = ()
    """Whole import statements for what else the code uses."""

    has_validation: bool = False
    has_test: bool = False
    target_scale: str | None = None
    """The variable that holds the target's standard deviation, where the target is scaled."""

    scalings: tuple[Prepared, ...] = ()
    """What comes after ``code``, and after a fold is taken of what it defines."""

    folds: FoldsOf | None = None
    """How a fold is taken of what ``code`` defines, rows as nothing was learnt of them; None where
    that cannot be."""

    def lines(self, *, validates: bool) -> list[str]:
        """The statements that scale the rows.

        Args:
            validates: whether there are ``x_val`` and ``y_val``.
        """
        parts = ["train", *(["val"] if validates else []), *(["test"] if self.has_test else [])]
        return [line for scaling in self.scalings for line in scaling.lines(parts)]


MULTI_HOT = '''

def multi_hot(texts):
    """Give a row for each text, with a 1 for every word that occurs in it."""
    # A byte a cell: as float32 the rows would take four times the memory.
    rows = np.zeros((len(texts), WORDS), dtype="uint8")
    for row, words in zip(rows, texts):
        row[words] = 1
    return rows

'''
"""A function of the texts' word numbers; it finds ``np`` and ``WORDS``."""
