"""How the state of a run looks wherever runs are listed or shown: its colour and its sign."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kertasks.runs.state import RunState
from kertui.terminal.glyphs import Glyphs


class StateLook(NamedTuple):
    """The look of one state; its word is the state's own value."""

    role: str
    """The role of ``RowsWidget`` the word is written in; empty for the plain colour."""

    glyph: Literal["on", "off", "tick", "cross"]
    """The sign before the word, by its name in ``Glyphs``: its shape says as much as a colour."""

    sign_role: str
    """The role the sign is drawn in."""

    def sign(self, glyphs: Glyphs) -> str:
        """The sign among those a terminal can show."""
        sign: str = getattr(glyphs, self.glyph)
        return sign

    @property
    def style(self) -> str:
        """The word's colour as a style of Textual's content: ``"$error"``, empty for plain."""
        return f"${'error' if self.role == 'bad' else self.role}" if self.role else ""


STATE_LOOKS = {
    RunState.RUNNING: StateLook("train", "on", "accent"),
    RunState.PAUSED: StateLook("warning", "off", "warning"),
    RunState.FINISHED: StateLook("", "tick", "accent"),
    RunState.STOPPED: StateLook("dim", "off", "dim"),
    RunState.FAILED: StateLook("bad", "cross", "bad"),
    RunState.LOST: StateLook("bad", "cross", "bad"),
    RunState.SILENT: StateLook("dim", "off", "dim"),
    RunState.REMOVED: StateLook("bad", "cross", "bad"),
    RunState.UNKNOWN: StateLook("warning", "off", "warning"),
}
