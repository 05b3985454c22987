"""What the plan of a group is, whatever its kind: it says which runs are to be trained now.

What it says follows from the group's record, its recipe and what its runs came to, so that a
runner that takes over from another one plans the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kertasks.recipes.recipe import Recipe
from kertasks.runs.state import RunState


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run that may be begun, or gone on with."""

    key: str
    """What it is in its group, and nothing else in it is."""

    recipe: Recipe
    epochs: int | None = None
    """To train in all until it is looked at again; None for as many as the recipe says. A run that
    is gone on with has the numbers of one that was trained at once."""


class Plan(Protocol):
    """Plans the runs of a group. Its runner asks it from one thread at a time, and ``keep`` from
    another one."""

    at_once: int
    """How many runs there can be to train at the same time, at most."""

    candidates: list[PlannedRun]
    """Runs of which Keras must take one, or the group is refused; known once it has begun."""

    def begin(self, states: Mapping[str, RunState]) -> Sequence[PlannedRun]:
        """The runs that are to be trained first, in their order.

        Args:
            states: by key, of the runs that were finished before, or failed.
        """
        ...

    def over(self, key: str, state: RunState) -> Sequence[PlannedRun]:
        """A run that was to be trained is over: those that are to be trained then.

        Args:
            key: of the run.
            state: what became of it; of a run that is not over, it was given up.
        """
        ...

    def keep(self) -> None:
        """Write down what others may want to read of it, where something is new."""
        ...

    def end(self) -> bool:
        """Nothing is to be trained any more: write down what is found out last; whether all is
        done."""
        ...
