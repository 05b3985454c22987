"""What the runner of a group has to tell that is no reason to fail, as long as it is so: a line in
a file of the group's folder for each subject."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum

from kertasks.files import read_small, write_text
from kertasks.groups.folder import GroupFolder
from kertasks.text.plain_text import one_line

_LONGEST = 600
"""Characters that are read and written."""


class Subject(StrEnum):
    """What a note is of: the file it is in."""

    GPUS = "note-gpus.txt"
    STUDY = "note-study.txt"


def notes_of(group: GroupFolder) -> tuple[str, ...]:
    """What is to be told of a group now."""
    return tuple(filter(None, (_note_of(group, subject) for subject in Subject)))


def write_note(group: GroupFolder, subject: Subject, text: str) -> None:
    """Tell something from now on, or nothing. It is printed once, for the runner's log; where the
    disk is full, that is all.

    Args:
        group: of which.
        subject: of what.
        text: a sentence; empty for nothing.
    """
    text, before = one_line(text, _LONGEST), _note_of(group, subject)
    if text == before:
        return
    print(text or f"no longer: {before}", flush=True)
    with suppress(OSError):
        if text:
            write_text(group.path / subject, f"{text}\n")
        else:
            (group.path / subject).unlink()


def _note_of(group: GroupFolder, subject: Subject) -> str:
    try:
        return one_line(read_small(group.path / subject).decode(errors="replace"), _LONGEST)
    except OSError:
        return ""
