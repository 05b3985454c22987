"""The terminal as Textual writes to it and reads from it, with what Textual's own driver lacks.

Pastes are told from keys, answers from both; nothing that is not known is typed; the encoding is
ours; and the terminal is given back whole, whatever ends the program.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import selectors
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from kertui.terminal.asking.questions import ASKS_PLACE, questions_for

if TYPE_CHECKING:
    from kertui.terminal.input.incoming import Arrival

_CHUNK: Final = 4096

_STALLED: Final = 3.0
"""Seconds without a byte after which the end of a paste is not awaited any more."""

_LAST_ANSWER: Final = 0.5
"""Seconds that an exit waits for answers under way, which would be typed into the shell."""

_KEPT_BY_PARSER: Final = (
    "last_x",
    "last_y",
    "mouse_pixels",
    "terminal_size",
    "terminal_pixel_size",
)

_LAST_WORDS: Final = 0.2
"""Seconds that a signal waits for what is being written."""

_TOO: Final = (
    "\x1b[?2004l"  # marks around pastes
    "\x1b[?7h"  # lines wrap
    "\x1b[?2048l\x1b[?1016l"  # reports of sizes, of the mouse in pixels
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"  # the mouse
    "\x1b[0m"
)
"""Takes back what Textual leaves on, or only takes back where it knows that it is on."""

RESTORED: Final = (
    f"{_TOO}\x1b[<u"  # the keyboard's protocol, which belongs to the other screen
    "\x1b[?1049l"  # the normal screen
    "\x1b[?25h\x1b[?1004l"  # the cursor; reports of the focus
)
"""Takes back every mode that Textual or we switch on; harmless where one is off already."""


class Paste(events.Paste):
    """A paste, with how much of it was left out because it was too long. Of the same name, by
    which Textual finds its handlers.

    Args:
        text: what was pasted, as it came.
        left_out: characters after those.
        marked: whether the terminal said that it is a paste.
    """

    def __init__(self, text: str, left_out: int = 0, marked: bool = True) -> None:
        super().__init__(text)
        self.left_out, self.marked = left_out, marked


@dataclass
class TerminalAnswered(Message):
    """The terminal answered all questions; those it does not know are missing."""

    answers: tuple[str, ...]


class TerminalGone(Message):
    """There is no terminal any more."""


class TerminalDriver(LinuxDriver):
    """Textual's driver of Linux and macOS, as this module says."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.stream = TerminalStream(terminal_number())
        self._file = self.stream  # type: ignore[assignment]  # as much of a file as is used
        self._taken = False
        self._parser = XTermParser(debug)
        self._questions = ""
        self._typed_ahead = False
        self._answers: list[str] = []
        self._answered = threading.Event()
        self._answered.set()
        self._asked_at = 0.0

    def start_application_mode(self) -> None:
        """Take the terminal over and ask what it can do."""
        capabilities = getattr(self._app, "capabilities", None)
        self._questions = questions_for(capabilities) if capabilities is not None else ""
        self._answers.clear()
        self._typed_ahead = waits_in(self.fileno)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # It is not ours yet where the shell has put the program into the background.
        self._taken = self._key_thread is not None and self._key_thread.is_alive()
        if self._taken and self._questions:
            self._answered.clear()
            self._asked_at = time.monotonic()
            self.write(self._questions)
            self.flush()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        left = self._asked_at + _LAST_ANSWER - time.monotonic()
        self._answered.wait(max(0.0, left))
        super().stop_application_mode()
        self.write(_TOO)
        self.flush()
        self._taken = False

    def ring(self, notice: str) -> None:
        """Write what tells a person who looks elsewhere; nothing where the terminal is not ours.
        Any thread may."""
        if self._taken:
            self.write(notice)
            self.flush()

    def give_back(self) -> None:
        """Give the terminal back at once, from the handler of a signal that ends the program."""
        if not self._taken:
            return
        self._taken = False
        self.stream.end(RESTORED)
        with contextlib.suppress(OSError, termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    # Textual acts on these two where they come, even within a lock that it needs to act.

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop_for_now)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._go_on)

    def _stop_for_now(self) -> None:
        if self._auto_restart and self._taken:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        if not self._auto_restart:
            return
        if self._taken:  # it was stopped without a word, and the shell has had the terminal
            self.suspend_application_mode()
            self._must_signal_resume = True
        self.resume_application_mode()

    # Reading, in a thread of its own

    def run_input_thread(self) -> None:
        """Read until the end, and post what comes of it."""
        # Here, where the first paint does not wait for it.
        from kertui.terminal.input.incoming import Incoming

        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        incoming = Incoming()
        incoming.asked = ASKS_PLACE in self._questions
        last = time.monotonic()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(ESCAPE_DELAY):
                    self._take(incoming.pause())
                    if incoming.waiting and time.monotonic() - last > _STALLED:
                        self._take(incoming.stall())
                    continue
                try:
                    data = os.read(self.fileno, _CHUNK)
                except OSError:
                    data = b""
                last = time.monotonic()
                if not data:
                    self.process_message(TerminalGone())
                    return
                text = decode(data)
                if self._typed_ahead:
                    # Until now the terminal has made the Enter key the end of a line.
                    text, self._typed_ahead = text.replace("\n", "\r"), False
                self._take(incoming.feed(text))

    def _take(self, arrivals: Iterable[Arrival]) -> None:
        from kertui.terminal.input.incoming import Answer, Keys, Pasted

        for arrival in arrivals:
            match arrival:
                case Keys(sequence):
                    for event in self._events(sequence):
                        self.process_message(event)
                case Pasted(text, left_out, marked):
                    self.process_message(Paste(text, left_out, marked))
                case Answer(sequence):
                    self._take_answer(sequence)

    def _events(self, sequence: str) -> list[Message]:
        if sequence == "\x1b":
            return [events.Key("escape", sequence)]
        if sequence in ("\x1b\x7f", "\x1b\x08"):
            return [events.Key("alt+backspace", None)]
        found = list(self._parser.feed(sequence))
        if not found and len(sequence) > 1:
            # Textual's parser would wait for the rest of what it does not know, and type it.
            before, self._parser = self._parser, XTermParser(self._debug)
            for name in _KEPT_BY_PARSER:
                setattr(self._parser, name, getattr(before, name))
        return found

    def _take_answer(self, sequence: str) -> None:
        self._answers.append(sequence)
        if sequence.startswith("\x1b[?") and sequence.endswith("c") and not self._answered.is_set():
            self._answered.set()
            self.process_message(TerminalAnswered(tuple(self._answers)))


class TerminalStream:
    """What is written to the terminal, in UTF-8: what Python's own stream cannot encode, it would
    spell out (``\\u2502``). As a file, as far as Textual's thread that writes needs one.

    Args:
        number: the terminal's file descriptor.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._parts: list[str] = []
        self._writing = threading.Lock()
        self._over = False
        """Whether nothing is to be written any more."""

    def fileno(self) -> int:
        """The terminal's file descriptor."""
        return self._number

    def write(self, text: str) -> int:
        """Keep a text until ``flush``."""
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        """Write what is kept; nothing where the terminal is gone."""
        data = memoryview("".join(self._parts).encode("utf-8", "replace"))
        self._parts.clear()
        with self._writing:
            try:
                while data and not self._over:
                    data = data[os.write(self._number, data) :]
            except OSError:
                self._over = True  # there is nobody to tell, and the thread must go on

    def end(self, text: str) -> None:
        """Write a last text, at once and after whatever is being written; nothing comes after it.
        A terminal that takes nothing is not waited for."""
        waited = self._writing.acquire(timeout=_LAST_WORDS)
        self._over = True
        try:
            os.set_blocking(self._number, False)
            os.write(self._number, text.encode())
            os.set_blocking(self._number, True)
        except OSError:
            pass  # it is gone, or held up
        if waited:
            self._writing.release()


def waits_in(number: int) -> bool:
    """Whether lines that were typed already wait to be read."""
    try:
        waiting = fcntl.ioctl(number, termios.FIONREAD, b"\0" * 4)
    except OSError:
        return False
    return waiting != b"\0" * 4


def terminal_number() -> int:
    """The file descriptor to write to: standard output where that is the terminal, as errors may
    go to a file."""
    streams = (stream for stream in (sys.__stdout__, sys.__stderr__) if stream is not None)
    return next((stream.fileno() for stream in streams if stream.isatty()), 2)
