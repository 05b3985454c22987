"""The end of the run's log: what its trainer printed, tracebacks included."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from kertasks.files import open_regular
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.text import numbers as formatting
from kertasks.text.plain_text import as_left_on_screen, visible
from kertui.live.tab import LiveTab, RunView

TAIL = 1 << 16
"""How many bytes of the end are shown."""

_LINE_END = re.compile(r"[\r\n]")

_EVERY = 1.0
"""Seconds between two looks at the log while it is shown."""


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
    text = data.decode(errors="replace")
    if whole > limit:
        text = _LINE_END.split(text, 1)[-1]
    text = visible(as_left_on_screen(text))
    if whole > limit:
        text = f"({formatting.size(whole - limit)} before this are in the file)\n{text}"
    return text.rstrip() or "The trainer has not printed anything."


class LogTab(LiveTab):
    """Shows the end of ``trainer.log``, and follows it as it grows."""

    title = "log"
    key = "6"

    DEFAULT_CSS = """
    LogTab {
        overflow: auto auto;

        &.-idle { align: center middle; }
        & > Static { width: auto; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, words, show=False, system=True, id=f"log.{action}",
                tooltip=f"Scroll the log {words}.")
        for key, action, words in (
            ("up", "scroll_up", "a line up"),
            ("down", "scroll_down", "a line down"),
            ("left", "scroll_left", "to the left"),
            ("right", "scroll_right", "to the right"),
            ("home", "scroll_home", "to its first line"),
            ("end", "scroll_end", "to its last line"),
            ("pageup", "page_up", "a page up"),
            ("pagedown", "page_down", "a page down"),
            ("ctrl+pageup", "page_left", "a page to the left"),
            ("ctrl+pagedown", "page_right", "a page to the right"),
        )
    ]  # fmt: skip

    @dataclass
    class TailRead(Message):
        """The end of a log was read."""

        text: str
        path: Path

    def __init__(self) -> None:
        super().__init__()
        self._path: Path | None = None
        self._text = ""
        self._at_end = True

    def compose(self) -> ComposeResult:
        """Make room for one text that scrolls."""
        yield Static(markup=False)

    def on_mount(self) -> None:
        """Look at the log now and then; a trainer that dies may write no event of it."""
        self.set_interval(_EVERY, self._follow)

    def on_show(self) -> None:
        """Read what was printed while another tab was shown."""
        self._follow()

    @property
    def looks_back(self) -> bool:
        """It was scrolled away from its end."""
        return not self._at_end

    def why_not(self, view: RunView) -> str:
        """A log is in the folder of its run."""
        if view.trained_by.origin is Origin.FILE:
            return "there is no log of it"
        is_gone = view.state is RunState.REMOVED
        return "its folder was removed" if is_gone else super().why_not(view)

    def show(self, view: RunView) -> None:
        """Show the run's log from now on."""
        path = view.run.log_path if view.run is not None and not self.why_not(view) else None
        if path != self._path:
            self._path = path
            self._take("", path)
            self._follow()
        idle = view.waiting if view.run is None else ""
        self.set_class(bool(idle), "-idle")
        if path is None:
            self._take(idle, None)

    def _follow(self) -> None:
        if self._path is not None and self.display:
            self._read(self._path)

    @work(thread=True, exclusive=True, group="log")
    def _read(self, path: Path) -> None:
        self.post_message(self.TailRead(read_tail(path), path))

    @on(TailRead)
    def _take_read(self, message: TailRead) -> None:
        message.stop()
        self._take(message.text, message.path)

    def _take(self, text: str, path: Path | None) -> None:
        if path != self._path or text == self._text:
            return
        self._text = text
        self.query_one(Static).update(text)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end from when it is reached; who reads further up is left there."""
        super().watch_scroll_y(old_value, new_value)
        self._at_end = new_value >= self.max_scroll_y

    def watch_virtual_size(self) -> None:
        """Show the new end once the text is laid out, which a dialog above this puts off."""
        self.call_next(self._stay_at_end)

    def on_resize(self) -> None:
        """Show the end in fewer rows too."""
        self._stay_at_end()

    def _stay_at_end(self) -> None:
        # Not ``anchor()``: a step to the right ends that, and a short text stands at its bottom.
        if self._at_end:
            self.scroll_end(animate=False, immediate=True, x_axis=False)


TAB = LogTab
