"""What another host says of a run that is mirrored here, and of which host a home is a mirror.

A run of another host is followed by a copy of its folder: what happens in it is read there as of
any run. What only that host can know stands beside it in ``mirror.json``: whether its trainer
lives, what troubles it, which epochs can be looked back at. The process that holds the connection
writes it, and the connection's own trouble too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.errors import UserError
from kertasks.files import LARGEST, read_small, write_text
from kertasks.recipes.bounds import MOST_KEPT
from kertasks.runs.mirrors.home_mark import host_of
from kertasks.runs.state import RunState
from kertasks.text.plain_text import one_line

FILE = "mirror.json"

_TROUBLE = 300
"""Characters of a trouble that are kept."""

_PATH = 1_000
"""Characters of a folder's path that are kept."""


KeptEpochs = Annotated[
    tuple[Annotated[int, Meta(ge=1, le=LARGEST)], ...], Meta(max_length=2 * MOST_KEPT + 2)
]
"""Epochs that can be looked back at: those that are kept, the best one's and the last one's."""


class MirrorNote(msgspec.Struct, frozen=True):
    """What is known of a run that another host trains."""

    host: str
    """The host as a person names it, for example ``gpu1``."""

    folder: str
    """The run's folder there."""

    state: RunState
    """As it is judged there; unknown while there is no connection."""

    trouble: str = ""
    """What keeps its events from being read or written there, or from coming here."""

    kept: KeptEpochs = ()
    """The epochs whose weights are there."""

    script_goes_on: bool = False
    """Whether the script that trained it lives there."""

    def __post_init__(self) -> None:
        force_setattr(self, "host", one_line(self.host))
        force_setattr(self, "folder", one_line(self.folder, _PATH))
        force_setattr(self, "trouble", one_line(self.trouble, _TROUBLE))


class IsMirrored(UserError):
    """Something was asked of a mirror that only the run's own host can do."""

    def __init__(self, host: str, what: str) -> None:
        super().__init__(f"{what} is on {host} and is only followed here: do that on {host}")


_decode = msgspec.json.Decoder(MirrorNote).decode


def read_note(run: Path) -> MirrorNote | None:
    """What another host says of a run; None for a run of this one, as nearly always.

    It counts only in the mirror of that host: a run's folder may have come from anybody.

    Args:
        run: the run's folder.
    """
    try:
        note = _decode(read_small(f"{run}/{FILE}"))
    except (OSError, ValueError, RecursionError):
        return None
    return note if host_of(run.parent.parent) == note.host else None


def write_note(run: Path, note: MirrorNote) -> None:
    """Keep what another host says of a run.

    Raises:
        OSError: it cannot be written.
    """
    write_text(run / FILE, msgspec.json.encode(note).decode())
