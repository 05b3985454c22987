"""One line of a terminal that is written over; in a pipe plain lines, at most one a second."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from typing import IO

from rich.cells import cell_len

from kertui.terminal.capabilities import detect
from kertui.terminal.cells import cut
from kertui.terminal.glyphs import Glyphs, glyphs

_TERMINAL_EVERY = 0.1
_PIPE_EVERY = 1.0


class StatusLine:
    """Shows the latest of many texts on a stream, whether it is a terminal or not."""

    def __init__(self, stream: IO[str]) -> None:
        self.live = stream.isatty() and os.environ.get("TERM") != "dumb"
        """Whether the line is written over instead of another one added."""

        self.signs = glyphs(detect().marker)
        self._stream = stream
        self._next = 0.0
        self._shown = ""

    @property
    def due(self) -> bool:
        """Whether another text would be shown now; a text that is not need not be made."""
        return time.monotonic() >= self._next

    def joined(self, parts: Iterable[str]) -> str:
        """The parts as one text; on a terminal only those at the beginning that fit whole."""
        text = ""
        for part in parts:
            longer = f"{text}  {part}" if text else part
            if self.live and text and cell_len(longer) > self._columns():
                break
            text = longer
        return text

    @staticmethod
    def _columns() -> int:
        # The last column stays free: some terminals break the line after it.
        return shutil.get_terminal_size().columns - 1

    def show(self, text: str, *, now: bool = False) -> None:
        """Show the text if one is due, or in any case with ``now``."""
        if not (now or self.due) or text == self._shown:
            return
        self._shown = text
        if self.live:
            self._next = time.monotonic() + _TERMINAL_EVERY
            self._stream.write(f"\r{cut(text, self._columns())}\x1b[K")
        else:
            self._next = time.monotonic() + _PIPE_EVERY
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take the live line away, so that what is printed next begins a line."""
        if self.live and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._shown = ""


def bar(share: float, width: int, signs: Glyphs) -> str:
    """A bar of so many cells, filled to a share from 0 to 1."""
    filled = min(width, max(0, round(share * width)))
    return signs.full * filled + signs.empty * (width - filled)
