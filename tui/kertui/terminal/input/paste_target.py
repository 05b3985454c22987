"""What becomes of a paste in the field that has the focus, or where there is none."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual import events
from textual.widget import Widget
from textual.widgets import Input

from kertasks.text.numbers import grouped
from kertui.terminal.driver import Paste
from kertui.terminal.input.pasting import MOST_ON_A_LINE, fit_paste


@runtime_checkable
class TakesLines(Protocol):
    """A field that keeps the lines of what is pasted."""

    @property
    def room(self) -> int:
        """How many more characters it takes, in the place of those that are selected."""


@runtime_checkable
class TakesPastes(Protocol):
    """A widget of ours that takes a line of pasted text."""

    def on_paste(self, event: events.Paste) -> None:
        """Take the text in, made fit for one line."""


def fit_to_field(paste: events.Paste, field: Widget | None) -> str:
    """Make a paste fit for the field it is for; what is no field gets it as it is.

    Returns:
        What a person must know of it; may be empty.
    """
    room = MOST_ON_A_LINE
    if isinstance(field, TakesLines):
        room = field.room
    elif isinstance(field, Input):
        if field.max_length:
            room = field.max_length - len(field.value) + len(field.selected_text)
    elif not isinstance(field, TakesPastes):
        return ""
    left_out = paste.left_out if isinstance(paste, Paste) else 0
    lines = isinstance(field, TakesLines)
    fitted = fit_paste(paste.text, lines=lines, room=max(0, room), left_out=left_out)
    paste.text = fitted.text
    return fitted.said


def say_left_out(paste: events.Paste) -> str:
    """What to say of a paste that nobody took; empty for an empty one."""
    count, why = len(paste.text), ""
    if isinstance(paste, Paste):
        count += paste.left_out
        why = "" if paste.marked else ", which came too fast for keys"
    if not count:
        return ""
    return f"There is no field here: {grouped(count)} characters left out{why}."
