"""A program in a pseudo-terminal of a given size, and what its screen shows.

For tests and benchmarks: real bytes to a real terminal, read by a terminal emulator (pyte).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import pyte

_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1bP.*?\x1b\\"  # device control strings
    rb"|\x1b\[[<>=?][\d;]*[a-zA-Z]"  # private modes and keyboard protocols
    rb"|\x1b\[[\d;]*\$[a-z]"
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # operating system commands
)
"""Sequences pyte would print as text. It needs none of them to know what a cell shows."""


class PseudoTerminal:
    """Starts a program as the leader of a session on a new pseudo-terminal.

    Used as a context manager: on leaving, a program still running is killed.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.received = 0
        """Bytes the program has sent to the terminal."""
        self.raw = bytearray()
        """Every byte received, for what a screen cannot show (modes left switched on)."""
        self._stream = pyte.ByteStream(self.screen)
        self._unfinished = b""
        self._text: str | None = None
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "", "LINES": ""}
            | {"LC_ALL": "C.UTF-8"}
            | dict(environment or {}),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )
        os.close(slave)

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self._master)

    def read(self, seconds: float = 0.05) -> int:
        """Take in what arrives within ``seconds``; returns the bytes of the first chunk."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return 0
        try:
            chunk = os.read(self._master, 1 << 16)
        except OSError:  # Linux says EIO when the last process has closed the terminal
            return 0
        self.received += len(chunk)
        self.raw += chunk
        self._show(chunk)
        return len(chunk)

    def _show(self, chunk: bytes) -> None:
        data = self._unfinished + chunk
        # A sequence may be cut anywhere: keep the tail from its last escape for next time.
        last = data.rfind(b"\x1b")
        cut = len(data) if last < 0 or len(data) - last > 256 else last
        self._unfinished = data[cut:] if cut < len(data) else b""
        complete = data[:cut]
        if self._unfinished and re.fullmatch(
            rb"\x1b\[[\d;]*[A-Za-ln-zm].*", self._unfinished, re.S
        ):
            complete, self._unfinished = data, b""
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", complete))
        self._text = None

    def send(self, keys: str) -> None:
        """Type, as the bytes a terminal sends."""
        os.write(self._master, keys.encode())

    def attributes(self) -> list[Any]:
        """How the terminal treats what is typed: ``termios.tcgetattr``."""
        return termios.tcgetattr(self._master)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as dragging its window does."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        self._text = None
        self.process.send_signal(signal.SIGWINCH)

    @property
    def text(self) -> str:
        """What the screen shows, line by line."""
        if self._text is None:  # pyte measures every cell anew: milliseconds
            self._text = "\n".join(line.rstrip() for line in self.screen.display)
        return self._text

    def wait_until(self, condition: Callable[[str], bool], seconds: float = 60.0) -> str:
        """Read until ``condition`` holds for the screen's text, which is returned.

        Raises:
            AssertionError: it did not hold in time, or the program ended; shows the screen.
        """
        deadline = time.monotonic() + seconds
        while not condition(self.text):
            got = self.read()
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s in vain; the screen:\n{self.text}")
            if not got and self.process.poll() is not None and not self.read(0.2):
                if condition(self.text):
                    break
                raise AssertionError(
                    f"the program ended with {self.process.returncode}; the screen:\n{self.text}"
                )
        return self.text

    def wait_for(self, text: str, seconds: float = 60.0) -> str:
        """Read until the screen shows ``text``; returns the whole screen's text."""
        return self.wait_until(lambda screen: text in screen, seconds)

    def wait_for_end(self, seconds: float = 60.0) -> int:
        """Read until the program ends; returns its exit status.

        Raises:
            AssertionError: it did not end in time.
        """
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            self.read()
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {seconds} s; the screen:\n{self.text}")
        while self.read(0.05):
            pass
        return self.process.returncode
