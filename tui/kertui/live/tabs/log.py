"""The end of a run's log: what the trainer printed, tracebacks included."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from kertasks.files import open_regular
from kertasks.text import numbers as formatting
from kertasks.text.plain_text import visible

TAIL = 1 << 16
"""Bytes shown."""


def read_tail(path: Path, limit: int = TAIL) -> str:
    """The end of a log, from the start of a line; a sentence in its place where there is none."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            whole = file.seek(0, 2)
            file.seek(max(0, whole - limit))
            data = file.read()
    except FileNotFoundError:
        return "The trainer has not printed anything."
    except OSError as error:
        return f"{formatting.short_path(path)} cannot be read: {error.strerror}"
    text = visible(data.decode(errors="replace"))
    if whole > limit:
        left_out = formatting.size(whole - limit)
        text = f"({left_out} before this are in the file)\n" + text.partition("\n")[2]
    return text.rstrip() or "The trainer has not printed anything."


class LogScreen(ModalScreen[None]):
    """Shows the end of ``trainer.log`` over the screen it was asked from."""

    DEFAULT_CSS = """
    LogScreen {
        align: center middle;

        & > VerticalScroll {
            width: 90%;
            height: 85%;
            padding: 0 1;
            background: $surface;
            border: round $border-blurred;
            border-title-color: $foreground;
            border-subtitle-color: $dim;
        }
        & Static { width: auto; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,l", "dismiss", "Close", id="log.close", tooltip="Back to the curves"),
        Binding("r", "read", "Read again", id="log.read", tooltip="Read the log's end again"),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll() as scroll:
            scroll.border_title = "trainer.log"
            scroll.border_subtitle = Content(formatting.short_path(self._path))
            yield Static("", markup=False)

    def on_mount(self) -> None:
        """Read it, and look at its end."""
        self.action_read()

    def action_read(self) -> None:
        """Read the log's end again."""
        self.run_worker(partial(self._read), thread=True, group="log", exclusive=True)

    def _read(self) -> None:
        text = read_tail(self._path)
        self.app.call_from_thread(self._show, text)

    def _show(self, text: str) -> None:
        self.query_one(Static).update(text)
        self.query_one(VerticalScroll).scroll_end(animate=False)
