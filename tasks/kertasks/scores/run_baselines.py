"""``baselines.json``: what methods that learn little reach on the data of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.files import read_small, write_text
from kertasks.kinds import BaselineMethod
from kertasks.records import learn
from kertasks.text.plain_text import one_line

ACCURACY = "accuracy"
ERROR = "mae"

_LIKE_ACCURACY = (
    "acc",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
)
_LIKE_ERROR = ("mean_absolute_error",)

_Scale = Annotated[float, Meta(gt=0, le=1e300)]


class Baseline(msgspec.Struct, frozen=True):
    """Says what a method that learns nothing, or next to nothing, reaches."""

    name: str
    metric: str
    """``"accuracy"``, or ``"mae"`` in the target's own unit."""

    value: float

    def __post_init__(self) -> None:
        for name in ("name", "metric"):
            force_setattr(self, name, one_line(getattr(self, name)))

    def gain(self, metric: str, value: float) -> float | None:
        """By how much a network's value of a metric is better than this one's, less than 0 where it
        is worse; None of another metric."""
        if not is_same(metric, self.metric):
            return None
        return value - self.value if self.metric == ACCURACY else self.value - value


class RunBaselines(msgspec.Struct, frozen=True):
    """Says what to compare a run with: the methods are fitted on the rows that its network is
    trained on."""

    found: Annotated[tuple[Baseline, ...], Meta(max_length=20)] = ()
    """The best first, scored on the test rows where there are any."""

    target_scale: _Scale | None = None
    """The deviation that the target was divided by, where it was scaled: an error that Keras tells
    while it trains is then one in deviations."""

    @property
    def best(self) -> Baseline | None:
        """The one to beat. Shuffled labels are none: by luck they may be right more often, of a
        few rows, than what looks at them."""
        methods = [one for one in self.found if one.name != BaselineMethod.SHUFFLED_LABELS]
        return next(iter(methods or self.found), None)

    def level_of(self, metric: str) -> float | None:
        """The best one's value as Keras tells it while it trains; None of another metric."""
        if self.best is None or not is_same(metric, self.best.metric):
            return None
        scale = self.target_scale if self.best.metric == ERROR else None
        return self.best.value / (scale or 1.0)


learn(RunBaselines)


def is_same(metric: str, of_baseline: str) -> bool:
    """Whether a metric by Keras's name is that of a baseline, by another of its names perhaps."""
    names = {ACCURACY: _LIKE_ACCURACY, ERROR: _LIKE_ERROR}
    return metric == of_baseline or metric in names.get(of_baseline, ())


def write_baselines(path: Path, baselines: RunBaselines) -> None:
    """Write the file as a whole.

    Raises:
        OSError: it cannot be written.
    """
    write_text(path, msgspec.json.encode(baselines).decode())


def read_baselines(path: Path) -> RunBaselines:
    """Read the file; there are no baselines where it is not there or is spoilt."""
    try:
        return msgspec.json.decode(read_small(path), type=RunBaselines)
    except (OSError, ValueError, RecursionError):
        return RunBaselines()
