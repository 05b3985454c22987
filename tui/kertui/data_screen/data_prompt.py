"""What stands in the place of data that nothing is known of yet: that it is read, or why it cannot
be, and its path to be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from kertasks.text.numbers import short_path, size
from kertui.dialogs.ask_path import typed_path
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for


class DataPrompt(Vertical):
    """A sentence, over the path where it is wrong.

    Args:
        path: of the data.
    """

    DEFAULT_CSS = """
    DataPrompt {
        height: auto; padding: 1 1 0 1;
        & > Static { height: auto; margin-bottom: 1; }
        & > Input, & > Input:focus {
            height: 1; padding: 0 1; border: none; background: $panel;
        }
    }
    """

    @dataclass
    class PathGiven(Message):
        """Another path is to be looked at."""

        path: Path

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._said = Static(markup=False)
        self._field = TextField(str(short_path(path)), compact=True)

    def compose(self) -> ComposeResult:
        """The sentence, and the field."""
        yield self._said
        yield self._field

    def show(self, trouble: str, bytes: int) -> None:
        """Say why the data cannot be read, or how much is read where nothing is wrong."""
        glyphs = glyphs_for(self.app)
        self._field.display = bool(trouble)
        if trouble:
            self._said.update(Content.assemble((f"{glyphs.cross} {trouble}", "$error")))
            return
        of = f" {size(bytes)}" if bytes else ""
        said = Content.assemble(f"reading{of} {glyphs.ellipsis}", ("   esc leaves it", "$dim"))
        self._said.update(said)

    def show_path(self, path: Path) -> None:
        """Put another path into the field, to be corrected there."""
        self._field.value = short_path(path)

    def ask(self) -> None:
        """Have the path corrected."""
        self._field.focus()

    @on(Input.Submitted)
    def _take_path(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.PathGiven(typed_path(event.value).absolute()))
