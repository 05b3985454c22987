"""``--notify`` where there is no interface: the news of a run that is followed, to the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Sequence
from typing import IO

import click

from kertasks.runs.events import Event
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertui.service.run_news import RunNews
from kertui.terminal.capabilities import detect
from kertui.terminal.notice import notice


class RunBell:
    """Tells a terminal the news of a run.

    Args:
        run: the run.
        terminal: where it is written.
    """

    def __init__(self, run: RunFolder, terminal: IO[str]) -> None:
        self._news = RunNews(run)
        self._terminal = terminal
        self._capabilities = detect()

    def hear(self, events: Sequence[Event]) -> None:
        """Tell what is new in the next events, or that none came for too long."""
        here = time.monotonic()
        self._tell(self._news.take(events, here) if events else self._news.look(here))

    def see(self, state: RunState) -> None:
        """Tell what is new in the state that the run's folder is in."""
        self._tell(self._news.look(time.monotonic(), state))

    def _tell(self, news: list[str]) -> None:
        for text in news:
            with contextlib.suppress(OSError):  # the terminal is gone
                self._terminal.write(notice(text, self._capabilities, os.environ))
                self._terminal.flush()


def bell_of(run: RunFolder, *, notify: bool) -> RunBell | None:
    """Who tells the terminal of a run; None where nobody asked for it. Nothing is written where the
    output goes to a file or a pipe: then that is said."""
    if not notify:
        return None
    for stream in (sys.stderr, sys.stdout):
        if stream.isatty():
            return RunBell(run, stream)
    click.echo("note: --notify has no terminal to tell", err=True)
    return None
