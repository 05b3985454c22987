"""A line to type in whose keys act in the order they came in, on characters as they are seen."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from kertasks.text.plain_text import JOINERS
from kertui.terminal.cells import characters
from kertui.terminal.input.pasting import MOST_ON_A_LINE, fit_paste

_EDITING: Final = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding) and binding.action != "submit"
    for key in binding.key.split(",")
}
"""The action of each key that changes the text or moves the cursor."""


class TextField(Input):
    """Textual's input, except that its editing keys act at once, and on whole characters.

    Textual 8.2 puts a letter into the text when the key reaches the input, but looks for the
    bindings of any other key only after it has gone up to the app: of keys that arrive together,
    as they do over a slow line, the letters would be in before Backspace took one away.
    To Textual every code point is a character, and what joins some of them is none.
    """

    async def on_key(self, event: events.Key) -> None:
        """Edit; what is left goes up to those who have a binding for it."""
        if event.key in _EDITING:
            event.stop()
            await self.run_action(_EDITING[event.key])
        elif event.character and event.character in JOINERS:
            event.stop()
            self.replace(event.character, *self.selection)

    def _beside(self, right: bool) -> int:
        """Where the cursor is when it has gone over one character."""
        here = self.cursor_position
        ends = list(accumulate((len(one) for one, _ in characters(self.value)), initial=0))
        if right:
            return next((end for end in ends if end > here), here)
        return next((end for end in reversed(ends) if end < here), 0)

    def action_delete_left(self) -> None:
        """Delete the character before the cursor, or what is selected."""
        if self.selection.is_empty:
            self.delete(self._beside(right=False), self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right(self) -> None:
        """Delete the character behind the cursor, or what is selected."""
        if self.selection.is_empty:
            self.delete(self.cursor_position, self._beside(right=True))
        else:
            self.delete_selection()

    def action_cursor_left(self, select: bool = False) -> None:
        """Go back by one character, or to the beginning of what is selected."""
        if select or not self.selection.is_empty:
            super().action_cursor_left(select)
        else:
            self.cursor_position = self._beside(right=False)

    def action_cursor_right(self, select: bool = False) -> None:
        """Go on by one character, or to the end of what is selected."""
        if select or not self.selection.is_empty or self.cursor_at_end:
            super().action_cursor_right(select)
        else:
            self.cursor_position = self._beside(right=True)

    def action_paste(self) -> None:
        """Put in what was cut or copied in the interface, on one line."""
        text = fit_paste(self.app.clipboard, lines=False, room=MOST_ON_A_LINE).text
        self.replace(text, *self.selection)
