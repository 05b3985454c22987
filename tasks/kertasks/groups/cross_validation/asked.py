"""What a cross-validation was asked for."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.data.folds.fold import MOST_FOLDS, MOST_REPEATS, Fold, all_folds

FINAL = "final"
"""The key of the run on all rows that comes after the folds."""


class CrossValidation(msgspec.Struct, frozen=True, tag_field="kind", tag="cross-validation"):
    """A run for each fold of a task's rows, so that every row is validated on once a repeat."""

    folds: Annotated[int, Meta(ge=2, le=MOST_FOLDS)] = 4
    repeats: Annotated[int, Meta(ge=1, le=MOST_REPEATS)] = 1
    """How often all rows are divided, each time in another way."""

    final: bool = False
    """Whether one more network is trained on all rows, for as many epochs as were best in the mean
    over the folds, and tested."""

    @property
    def parts(self) -> tuple[Fold, ...]:
        """The folds that are asked for, a repeat after the other."""
        return all_folds(self.folds, self.repeats)

    @property
    def runs(self) -> int:
        """How many runs it has when it is done."""
        return self.folds * self.repeats + self.final

    def is_done(self, finished: int, *, over: bool) -> bool:  # noqa: ARG002 - as of a sweep
        """Whether nothing is left to train.

        Args:
            finished: how many of its runs are.
            over: whether its runner wrote that all is over.
        """
        return finished >= self.runs

    @property
    def words(self) -> str:
        """What it is, in words: ``"4 folds"``, ``"5 folds, 3 times"``."""
        repeats = f", {self.repeats} times" if self.repeats > 1 else ""
        return f"{self.folds} folds{repeats}"
