"""An error nobody foresaw: the traceback into a file, one line for the person."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

from kertasks.text.numbers import short_path
from kertasks.text.plain_text import one_line

if TYPE_CHECKING:
    from kertasks.runs.home.store import RunStore

CRASH_LOG = "crash.log"
"""The traceback's file in the home."""


def report_crash(error: BaseException, store: RunStore) -> str:
    """Write the traceback into the home, and return the line to show."""
    path = store.home / CRASH_LOG
    lines = "".join(traceback.format_exception(error))
    stamp = time.strftime("%Y-%m-%d %H:%M:%S %z")
    reason = one_line("".join(traceback.format_exception_only(error)))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"--- {stamp}\n{lines}\n")
    except OSError as failure:
        log = short_path(path)
        return f"kertui failed: {reason} (and its log {log} cannot be written: {failure})"
    return f"kertui failed: {reason}. The traceback is in {short_path(path)}. Trainings go on."
