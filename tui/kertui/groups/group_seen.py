"""What is seen of a group at one moment, how it is looked at, and what reads it; each kind of group
has records and a reader of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kertasks.groups.folder import GroupState
from kertasks.groups.record import GroupRecord
from kertui.plotting.curves.fold_plot import FoldCurves


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a person looks at a group; what is shown is made for that."""

    metric: str | None = None
    """Keras's name; None for the judge's."""

    places: int = 200
    """Of a curve, from left to right."""


class GroupSeen(Protocol):
    """What is shown of a group at one moment, whatever its kind: made in a thread."""

    @property
    def record(self) -> GroupRecord:
        """What was asked of the group, as its folder keeps it."""
        ...

    @property
    def state(self) -> GroupState:
        """What it is doing."""
        ...

    @property
    def refusal(self) -> str:
        """Why no run could be begun; empty where one was."""
        ...

    @property
    def trouble(self) -> tuple[str, str]:
        """What went wrong with its runs and the reason; empty where nothing did."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the runs, each said once."""
        ...

    @property
    def metrics(self) -> tuple[str, ...]:
        """What its curves can be of, by Keras's names."""
        ...

    @property
    def curves(self) -> FoldCurves:
        """The curves of its runs, by the metric that is looked at."""
        ...

    @property
    def has_begun(self) -> bool:
        """Whether a run has done an epoch."""
        ...

    @property
    def how_far(self) -> str:
        """How much of it is done, in a few words: ``"2/4 folds"``."""
        ...

    @property
    def share(self) -> float:
        """Of the whole that is done, from 0 to 1."""
        ...

    @property
    def left(self) -> float:
        """Seconds until the whole is done; NaN where that is not known."""
        ...


class GroupReader(Protocol):
    """Follows one group. It blocks on files, and is used in one thread."""

    def look(self, wanted: Wanted) -> GroupSeen:
        """Read what is new, and make of it what is to be shown now.

        Raises:
            GroupDamaged: its record cannot be read any more.
        """
        ...
