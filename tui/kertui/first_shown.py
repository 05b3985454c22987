"""What the interface shows first, over the tasks. Imports no Textual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.runs.folder import RunFolder
    from kertui.dialogs.open_file import FoundFile


@dataclass(frozen=True, slots=True)
class FirstRun:
    """A run, live or over."""

    run: RunFolder
    follows: bool = False
    """Whether the runs that its script begins after it are shown in its place, though it may be
    over by the time the interface is open."""


@dataclass(frozen=True, slots=True)
class FirstRuns:
    """The list of all runs."""


@dataclass(frozen=True, slots=True)
class FirstGroup:
    """A group of runs."""

    group: GroupFolder


@dataclass(frozen=True, slots=True)
class FirstFile:
    """A file of the person's own."""

    found: FoundFile


FirstShown: TypeAlias = FirstRun | FirstRuns | FirstGroup | FirstFile
