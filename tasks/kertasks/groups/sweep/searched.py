"""What is asked of every sweep, whatever its trials are: which values are tried, and how they are
chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol, TypeAlias

import msgspec
from msgspec import Meta

from kertasks.groups.sweep.dimension import Dimension
from kertasks.text.numbers import counted

Search: TypeAlias = Literal["grid", "random", "tpe"]
"""How trials are chosen: all there are, at random, or by what came of earlier ones."""

MOST_TRIALS = 10_000
MOST_SEEDS = 100

GENERATION = 5
"""Trials that a search proposes at once which learns of earlier ones: it knows those of earlier
generations alone, so that what it proposes does not depend on how many are trained at a time."""


class TrialPart(Protocol):
    """One run of each trial."""

    def key(self, trial: int) -> str:
        """What the run of a trial is called: ``"trial 3, seed 2"``."""


class Searched(msgspec.Struct, frozen=True, tag_field="kind"):
    """A trial for each of many choices of values; a trial is one run or several."""

    dimensions: tuple[Dimension, ...]
    search: Search = "grid"
    trials: Annotated[int, Meta(ge=1, le=MOST_TRIALS)] = 1
    seeds: Annotated[int, Meta(ge=1, le=MOST_SEEDS)] = 1
    """Runs of a trial that differ by their seed alone."""

    seed: Annotated[int, Meta(ge=0)] = 0
    """Of the search, and the first of its runs."""

    generation: Annotated[int, Meta(ge=1, le=MOST_TRIALS)] = MOST_TRIALS
    """Trials that are proposed at once, and pruned by comparison with one another."""

    storage: Annotated[str, Meta(max_length=1000)] | None = None
    """The address of the database that has its study, without a password; None for a file in the
    group's folder."""

    @property
    def parts(self) -> Sequence[TrialPart]:
        """The runs of a trial, in their order."""
        raise NotImplementedError

    @property
    def runs(self) -> int:
        """How many runs it has when it is done, of which none failed."""
        return self.trials * len(self.parts)

    def is_done(self, finished: int, *, over: bool) -> bool:  # noqa: ARG002 - see below
        """Whether nothing is left to train. That its runs are finished does not say so: they may
        be at a rung, and runs of trials that failed never are.

        Args:
            finished: how many of its runs are.
            over: whether its runner wrote that all is over.
        """
        return over

    @property
    def words(self) -> str:
        """What it is, in words: ``"20 trials"``."""
        return counted(self.trials, "trial")

    def holds(self, values: Sequence[str]) -> bool:
        """Whether a trial can have these values, which come from a file."""
        return len(values) == len(self.dimensions) and all(
            one.holds(value) for one, value in zip(self.dimensions, values, strict=True)
        )

    def is_varied(self, path: str) -> bool:
        """Whether a setting is one that it varies."""
        return any(one.path == path for one in self.dimensions)
