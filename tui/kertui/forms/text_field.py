"""A line to type in whose keys act in the order they came in."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.binding import Binding
from textual.widgets import Input

_EDITING: Final = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding) and binding.action != "submit"
    for key in binding.key.split(",")
}
"""The action of each key that changes the text or moves the cursor."""


class TextField(Input):
    """Textual's input, except that its editing keys act at once.

    Textual 8.2 puts a letter into the text when the key reaches the input, but looks for the
    bindings of any other key only after it has gone up to the app: of keys that arrive together,
    as they do over a slow line, the letters would be in before Backspace took one away.
    """

    async def on_key(self, event: events.Key) -> None:
        """Edit; what is left goes up to those who have a binding for it."""
        if event.key in _EDITING:
            event.stop()
            await self.run_action(_EDITING[event.key])
