"""What the runner of a group has to tell that is no reason to fail, as long as it is so: a line in
``note.txt`` of the group's folder."""

from __future__ import annotations

from contextlib import suppress

from kertasks.files import read_small, write_text
from kertasks.groups.folder import GroupFolder
from kertasks.text.plain_text import one_line

_FILE = "note.txt"
_LONGEST = 600
"""Characters that are read and written."""


def note_of(group: GroupFolder) -> str:
    """What is to be told of a group now; empty where there is nothing."""
    try:
        return one_line(read_small(group.path / _FILE).decode(errors="replace"), _LONGEST)
    except OSError:
        return ""


def write_note(group: GroupFolder, text: str) -> None:
    """Tell something from now on, or nothing. It is printed once, for the runner's log; where the
    disk is full, that is all.

    Args:
        group: of which.
        text: a sentence; empty for nothing.
    """
    text = one_line(text, _LONGEST)
    if text == note_of(group):
        return
    print(text or f"no longer: {note_of(group)}", flush=True)
    with suppress(OSError):
        if text:
            write_text(group.path / _FILE, f"{text}\n")
        else:
            (group.path / _FILE).unlink()
