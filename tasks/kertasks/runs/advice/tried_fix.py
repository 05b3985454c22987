"""What came of trying a fix: the same training without and with it, on the same seeds.

Plain data: the process that tries makes it, whoever watches reads it.
"""

from __future__ import annotations

import math
import statistics
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.files import LARGEST
from kertasks.text.numbers import number
from kertasks.text.plain_text import one_line

_LONGEST = 1_000
"""Characters of a text."""


class TriedFix(msgspec.Struct, frozen=True, kw_only=True):
    """What a fix is worth, by training: pairs of results, one of each seed."""

    code: str
    """Of the finding that it mends."""

    layer: int | None = None
    """As in the finding."""

    patch: tuple[str, ...]
    """What was changed, as ``--set`` takes it."""

    metric: str
    """What was measured, by its usual name: ``"accuracy"``, ``"R²"``, ``"mae"``."""

    unit: str = ""
    """Of the metric, where it has one."""

    larger_is_better: bool = True
    rows: str
    """Of which rows: ``"validation"`` or ``"training"``."""

    seconds: Annotated[float, Meta(ge=0, le=LARGEST)]
    """How long each of the trainings was at most."""

    before: tuple[float, ...]
    """Without the fix, one number a seed; NaN where the numbers were none."""

    after: tuple[float, ...]
    """With it, on the same seeds in the same order."""

    least_gain: float = 0.0
    """By how much a seed must be better to count as better."""

    def __post_init__(self) -> None:
        for name in ("code", "metric", "unit", "rows"):
            force_setattr(self, name, one_line(getattr(self, name), _LONGEST))

    @property
    def better_seeds(self) -> int:
        """On how many seeds it is better by more than ``least_gain``."""
        return sum(map(self._is_better, self.before, self.after))

    @property
    def helps(self) -> bool:
        """Whether it is better on all seeds that were tried, of which there is at least one."""
        return bool(self.after) and self.better_seeds == len(self.after)

    def _is_better(self, before: float, after: float) -> bool:
        if math.isnan(after):
            return False
        gain = after - before if self.larger_is_better else before - after
        return math.isnan(before) or gain > self.least_gain

    def __str__(self) -> str:
        """``accuracy 0.50 -> 0.98 in 3 s, 3 of 3 seeds``, by the medians."""
        before, after = (number(statistics.median(of), 3) for of in (self.before, self.after))
        unit = f" {self.unit}" if self.unit else ""
        seeds = f"{self.better_seeds} of {len(self.after)} seeds"
        return f"{self.metric} {before} -> {after}{unit} in {self.seconds:.0f} s, {seeds}"
