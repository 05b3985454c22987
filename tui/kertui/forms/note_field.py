"""A field of several lines, as many as a note has."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.message import Message
from textual.widgets import TextArea

_NEW_LINE: Final = ("ctrl+j", "shift+enter", "alt+enter")


class NoteField(TextArea):
    """Keeps the lines of what is typed and pasted; Enter is for the form, as in its other fields.

    Args:
        text: what is there already.
        longest: characters it takes.
    """

    DEFAULT_CSS = """
    NoteField, NoteField:focus {
        width: 1fr;
        height: auto;
        max-height: 6;
        padding: 0 1;
        border: none;
        background: $panel;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & .text-area--cursor-line { background: $panel; }
    }
    """

    class Submitted(Message):
        """Enter was pressed in it."""

    def __init__(self, text: str, longest: int, *, id: str | None = None) -> None:
        super().__init__(text, id=id, compact=True, highlight_cursor_line=False)
        self._longest = longest

    @property
    def room(self) -> int:
        """How many more characters it takes, in the place of those that are selected."""
        return self._longest - len(self.text) + len(self.selected_text)

    def on_key(self, event: events.Key) -> None:
        """Enter is told, other keys make a new line, and a full field takes nothing more."""
        if event.key == "enter":
            self.post_message(self.Submitted())
        elif event.key in _NEW_LINE and self.room > 0:
            self.insert("\n")
        elif event.is_printable and self.room <= 0:
            self.app.bell()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """It is taken here. Textual 8.2 takes it too, and sends it up to whoever says that nobody
        took it."""
        event.stop()

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up; from the first line to the field before."""
        if self.cursor_at_first_line and not select:
            self.screen.focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down; from the last line to the next field."""
        if self.cursor_at_last_line and not select:
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)
