"""Every signal that would end the program gives the terminal back first."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Final

_POLITE: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Ask for an end in good order."""

_FAULTS: Final = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
"""Also raised by an instruction that goes wrong, and then again and again."""

_HARMLESS: Final = {
    signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGCONT, signal.SIGTSTP,
    signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH, signal.SIGURG, signal.SIGPIPE,
}  # fmt: skip
"""Cannot be caught, do not end a program, or are Textual's."""

_GRACE: Final = 8
"""Seconds that an end in good order may take before it is cut short."""


def give_terminal_back_on_signals(
    leave: Callable[[int], object], give_back: Callable[[], None]
) -> None:
    """Catch every signal that would end the program and that nobody ignores or catches yet.

    Args:
        leave: begins an end in good order, given the exit status; for signals that ask for one.
        give_back: gives the terminal back at once.
    """
    loop = asyncio.get_running_loop()

    def end(number: int, _: FrameType | None) -> None:
        # Where the loop waits for a terminal that takes nothing, it does not come to leaving.
        signal.signal(signal.SIGALRM, lambda *_: _end_at_once(give_back, number))
        signal.alarm(_GRACE)
        loop.call_soon_threadsafe(leave, 128 + number)

    for number in signal.valid_signals() - _HARMLESS - {*_FAULTS}:
        if number in _POLITE and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
        elif signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, partial(_end_at_once, give_back))


def _end_at_once(give_back: Callable[[], None], number: int, _: FrameType | None = None) -> None:
    give_back()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def give_terminal_back_on_faults(give_back: Callable[[], None]) -> None:
    """Catch the signals of faults when somebody sends them; a real fault ends the program at once.

    Python runs a handler between two instructions of its own, to which a real fault never comes:
    caught as other signals are, it would be raised for ever. The C library forgets a handler set
    by ``sysv_signal`` when it is called, so that the second time is the last.
    """
    import ctypes  # not needed before the first paint

    try:
        set_once = ctypes.CDLL(None).sysv_signal
    except AttributeError:
        return  # another C library: left as it is
    set_once.argtypes, set_once.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
    for number in _FAULTS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, partial(_end_at_once, give_back))
            set_once(number, set_once(number, None))
