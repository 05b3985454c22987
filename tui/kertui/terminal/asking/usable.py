"""Whether the interface can be shown in this kind of terminal at all."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

from kertui.terminal.asking.terminfo import look_up

_PATIENCE = 1.0
"""Seconds for an answer, over the slowest line."""

_KIND = b"\x1b[c"
"""Asks a terminal what it is; all that can move their cursor answer."""

_IT_IS = re.compile(rb"\x1b\[\?[\d;]*c")


def why_unusable(environ: Mapping[str, str]) -> str:
    """Why the interface cannot be shown; empty where it can.

    A kind of terminal that is not in this system's database is taken for one of today's, which
    all understand the same; one without a name is asked.
    """
    term = environ.get("TERM", "")
    if not term:
        if _answers():
            return ""
        return "TERM, which names its kind, is not set (try TERM=xterm-256color kertui)"
    known = look_up(term)
    if term in ("dumb", "unknown") or (known is not None and not known.moves_cursor):
        return f"nothing can be drawn on its kind (TERM={term})"
    return ""


def _answers() -> bool:
    """Whether the terminal says what it is."""
    import select
    import termios
    import time
    import tty

    reads, writes = sys.stdin.fileno(), sys.stdout.fileno()
    try:
        before = termios.tcgetattr(reads)
    except termios.error:
        return False
    answer = b""
    try:
        tty.setcbreak(reads)
        os.write(writes, _KIND)
        until = time.monotonic() + _PATIENCE
        while not _IT_IS.search(answer):
            left = until - time.monotonic()
            if left <= 0 or not select.select([reads], [], [], left)[0]:
                return False
            answer += os.read(reads, 256)
    except (OSError, termios.error):
        return False
    finally:
        termios.tcsetattr(reads, termios.TCSAFLUSH, before)
    return True
