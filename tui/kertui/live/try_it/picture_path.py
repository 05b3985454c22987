"""A line for the path of a picture: typed, pasted, or dropped, which a terminal pastes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from kertui.dialogs.ask_path import complete, typed_path
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import Glyphs

_MOST_NAMES = 12


class PicturePath(TextField):
    """Where the path is written. It counts once it was entered: half a path is no picture."""

    DEFAULT_CSS = """
    PicturePath, PicturePath.-textual-compact, PicturePath:focus {
        width: 1fr; height: 1; border: none; padding: 0 1;
        background: $panel; color: $foreground;
    }
    PicturePath:focus { background: $selection; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False, system=True, id="try.complete",
                tooltip="Complete the path as far as it is the only one."),
    ]  # fmt: skip

    class Entered(Message):
        """Another path counts."""

    @dataclass
    class Completed(Message):
        """What was found for a text, and the names that fit it."""

        text: str
        found: str
        names: Sequence[str]

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self._entered = ""
        self._names: Sequence[str] = ()
        """What would fit, of what was completed last."""

    @property
    def path(self) -> str:
        """The path that counts, from the root on; empty where none was entered."""
        text = self.value
        return os.path.abspath(typed_path(text)) if text and text == self._entered else ""  # noqa: PTH100 - pathlib would keep the ``..``

    def hint(self, glyphs: Glyphs) -> str:
        """What to do, while no path counts."""
        if not self.value:
            return f"drop a picture or type its path {glyphs.dot} Enter asks"
        if len(self._names) > 1:
            more = glyphs.ellipsis if len(self._names) > _MOST_NAMES else ""
            return "  ".join([*self._names[:_MOST_NAMES], more]).rstrip()
        return f"Enter asks {glyphs.dot} Tab completes"

    def enter(self) -> None:
        """Let what stands there count."""
        text = meant_path(self.value)
        if text != self.value:
            self.value = text
            self.cursor_position = len(text)
        self._entered = text
        self.post_message(self.Entered())

    def clear_path(self) -> None:
        """Have no path there, and tell nobody."""
        with self.prevent(Input.Changed):
            self.value = ""

    def on_paste(self, event: events.Paste) -> None:
        """What is dropped is whole."""
        if event.text.strip():
            self.call_later(self.enter)  # the field takes the text first

    @on(Input.Submitted)
    def _enter(self, message: Input.Submitted) -> None:
        message.stop()
        self.enter()

    @on(Input.Changed)
    def _forget_names(self) -> None:
        self._names = ()

    def action_complete(self) -> None:
        """Complete the path as a shell does; where nothing was typed, go on to the next widget."""
        if self.value:
            self._complete(self.value)
        else:
            self.screen.focus_next()

    @work(thread=True, group="complete", exclusive=True)
    def _complete(self, text: str) -> None:
        from kertasks.folders.class_folders import PICTURE_ENDINGS

        try:
            found, names = complete(text, PICTURE_ENDINGS)
        except OSError:  # who asks the network of it is told why
            found, names = text, []
        self.post_message(self.Completed(text, found, names))

    @on(Completed)
    def _take_completed(self, message: Completed) -> None:
        message.stop()
        if message.text != self.value:
            return
        with self.prevent(Input.Changed):
            self.value = message.found
        self.cursor_position = len(message.found)
        self._names = message.names
        if len(message.names) == 1 and not message.found.endswith("/"):
            self.enter()
        else:
            self.post_message(self.Entered())


def meant_path(text: str) -> str:
    """The path that a text names: a terminal puts quotes around one that is dropped, escapes its
    blanks, or gives it as a URL."""
    text = text.strip()
    if text.startswith("file://"):
        return unquote(urlsplit(text).path)
    if "\\" in text or text[:1] in ("'", '"'):
        try:
            words = shlex.split(text)
        except ValueError:  # a quote that has no end is part of a name
            return text
        return words[0] if len(words) == 1 else text
    return text
