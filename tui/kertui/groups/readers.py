"""What reads a group and what shows it, by its kind: the one place that knows all of them."""

from __future__ import annotations

from typing import Any

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertui.groups.cross_validation.folds_body import FoldsBody
from kertui.groups.cross_validation.folds_reader import FoldsReader
from kertui.groups.group_body import GroupBody
from kertui.groups.group_seen import GroupReader, GroupSeen
from kertui.groups.sweep.trials_body import TrialsBody
from kertui.groups.sweep.trials_reader import TrialsReader


def reader_of(group: GroupFolder) -> GroupReader:
    """What follows a group.

    Raises:
        kertasks.UserError: its record or its recipe cannot be read.
    """
    if isinstance(group.record().asked, CrossValidation):
        return FoldsReader(group)
    return TrialsReader(group)


def body_of(group: GroupFolder, seen: GroupSeen) -> GroupBody[Any]:
    """What shows a group."""
    if isinstance(seen.record.asked, CrossValidation):
        return FoldsBody()
    return TrialsBody(group)
