"""What the plan of a group is, whatever its kind, which says what runs are to be trained now; and
what the work is, which trains them.

What a plan says follows from the group's record, its recipe and what its runs came to, so that a
runner that takes over from another one plans the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kertasks.recipes.recipe import Recipe
from kertasks.runs.state import RunState


class Planned(Protocol):
    """A run that may be begun, or gone on with."""

    @property
    def key(self) -> str:
        """What it is in its group, and nothing else in it is."""

    @property
    def epochs(self) -> int | None:
        """To train in all until it is looked at again; None for all there are."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run of a recipe that may be begun, or gone on with."""

    key: str
    """What it is in its group, and nothing else in it is."""

    recipe: Recipe
    epochs: int | None = None
    """To train in all until it is looked at again; None for as many as the recipe says. A run that
    is gone on with has the numbers of one that was trained at once."""


_Out = TypeVar("_Out", bound=Planned, covariant=True)
_In = TypeVar("_In", bound=Planned, contravariant=True)


class Plan(Protocol[_Out]):
    """Plans the runs of a group. Its runner asks it from one thread at a time, and ``keep`` from
    another one."""

    at_once: int
    """How many runs there can be to train at the same time, at most."""

    @property
    def candidates(self) -> Sequence[_Out]:
        """Runs of which Keras must take one, or the group is refused; known once it has begun. None
        where Keras cannot be asked before."""

    def begin(self, states: Mapping[str, RunState]) -> Sequence[_Out]:
        """The runs that are to be trained first, in their order.

        Args:
            states: by key, of the runs that were finished before, or failed.
        """
        ...

    def over(self, key: str, state: RunState) -> Sequence[_Out]:
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


class Worker(Protocol[_In]):
    """Trains one run after another."""

    @property
    def gone(self) -> bool:
        """Whether it can train no more."""

    def train(self, planned: _In) -> None:
        """Train a run to its end.

        Raises:
            RequestFailed: it may not be trained.
            TrainerGone: its process was killed, or its machine was.
        """

    def close(self) -> None:
        """Let go of it."""


class Work(Protocol[_In]):
    """Has the runs of a group trained."""

    @property
    def refused(self) -> bool:
        """Whether it is known that none of them can be."""

    def most(self, workers: int | None) -> int:
        """How many can be trained at once.

        Args:
            workers: how many are wanted at most; None for as many as the place is made for.
        """

    def worker(self, number: int, is_wanted: Callable[[], bool]) -> Worker[_In] | None:
        """A new worker; None where none can be had before it is wanted no more.

        Args:
            number: which of those at once it is to be, from 0; one that takes the place of another
                has its number.
            is_wanted: whether it still is.

        Raises:
            TrainerGone: none can be started.
        """

    def has_ended(self, planned: _In) -> bool:
        """Whether a run came to its end though its worker is gone."""

    def close(self) -> None:
        """Need no more workers."""
