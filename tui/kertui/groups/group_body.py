"""What a group's screen has under its head; each kind of group has one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from textual.containers import Vertical
from textual.message import Message

from kertasks.groups.folder import GroupState
from kertasks.groups.record import GroupRecord
from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder


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
        """What was asked."""
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


Seen = TypeVar("Seen")


class GroupBody(Vertical, Generic[Seen]):
    """Shows the runs of a group and their curves, and does what keys ask of these."""

    DEFAULT_CSS = """
    GroupBody { height: 1fr; }
    """

    class LooksElsewhere(Message):
        """A person looks in another way than before: ``wanted`` says how."""

    @dataclass
    class RunsOpened(Message):
        """A person wants to see runs."""

        runs: tuple[RunFolder, ...]

    @dataclass
    class RecipeOpened(Message):
        """A person wants a recipe in the workbench."""

        recipe: Recipe

    class KeysChanged(Message):
        """Other keys act than before."""

    @property
    def wanted(self) -> Wanted:
        """What is to be read for what it shows now."""
        raise NotImplementedError

    def show(self, seen: Seen) -> None:
        """Show what was seen."""
        raise NotImplementedError

    def allows(self, action: str) -> bool:
        """Whether one of its ``key_`` methods would do something now."""
        raise NotImplementedError

    def act(self, action: str) -> None:
        """Do what a key asks for."""
        act: Any = getattr(self, f"do_{action}")
        act()
