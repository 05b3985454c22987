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
from kertasks.records import learn
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
    """By how much a seed must be better to count as better; less than 0 for a fix of what is only
    shown, which must not be worse by more than that."""

    def __post_init__(self) -> None:
        for name in ("code", "metric", "unit", "rows"):
            force_setattr(self, name, one_line(getattr(self, name), _LONGEST))

    @property
    def better_seeds(self) -> int:
        """On how many seeds it is better by more than ``least_gain``."""
        return sum(map(self._is_better, self.before, self.after))

    @property
    def worse_seeds(self) -> int:
        """On how many seeds it is worse by more than that."""
        return sum(map(self._is_worse, self.before, self.after))

    @property
    def full_seeds(self) -> int:
        """On how many seeds there was nothing to gain, and nothing was lost."""
        return sum(map(self._is_full, self.before, self.after))

    @property
    def helps(self) -> bool:
        """Whether it is better on most of the seeds where there was something to gain, of which
        there is at least one, and worse on none."""
        return 2 * self.better_seeds > len(self.after) - self.full_seeds and not self.worse_seeds

    def may_help(self, seeds: int) -> bool:
        """Whether it can still help when all of so many seeds are tried."""
        left = seeds - len(self.after)
        could = 2 * (self.better_seeds + left) > seeds - self.full_seeds
        return could and not self.worse_seeds

    def _is_better(self, before: float, after: float) -> bool:
        if math.isnan(after):
            return False
        return math.isnan(before) or self._gain(before, after) > self.least_gain

    def _is_worse(self, before: float, after: float) -> bool:
        if math.isnan(after):
            return not math.isnan(before)
        return self._gain(before, after) < -abs(self.least_gain)

    def _is_full(self, before: float, after: float) -> bool:
        best = 1.0 if self.larger_is_better else 0.0
        is_best = abs(best - before) <= abs(self.least_gain)
        return is_best and not self._is_worse(before, after)

    def _gain(self, before: float, after: float) -> float:
        return after - before if self.larger_is_better else before - after

    @property
    def gain(self) -> str:
        """What it was and what it became: ``0.500 -> 0.980 in 3 s``, by the medians of the seeds
        where there was something to gain."""
        pairs = list(zip(self.before, self.after, strict=True))
        told = [pair for pair in pairs if not self._is_full(*pair)] or pairs
        before, after = (self._shown(statistics.median(of)) for of in zip(*told, strict=True))
        unit = f" {self.unit}" if self.unit else ""
        return f"{before} -> {after}{unit} in {self.seconds:g} s"

    def __str__(self) -> str:
        """``accuracy 0.500 -> 0.980 in 3 s, 3 of 3 seeds``."""
        seeds = f"{self.better_seeds} of {len(self.after)} seeds"
        if self.least_gain < 0:
            seeds = f"no worse on {seeds}"
        elif self.better_seeds and self.full_seeds:
            seeds += f", {self.full_seeds} had nothing to gain"
        return f"{self.metric} {self.gain}, {seeds}"

    def _shown(self, value: float) -> str:
        return number(round(value, 3) if self.larger_is_better else value, 3)


learn(TriedFix)
