"""``--notify`` where there is no interface: the news of a run, to the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from kertasks.runs.folder import RunFolder
from kertui.service.told_runs import ToldRuns
from kertui.terminal.capabilities import detect
from kertui.terminal.notice import notice


@contextmanager
def ringing(run: RunFolder, *, notify: bool) -> Iterator[None]:
    """While the block lasts, tell the terminal the news of a run that was begun just now, and of
    those that its script trains after it. Nothing is written where the output goes to a file or
    a pipe: then that is said.

    Args:
        run: the run.
        notify: whether a person asked for it.
    """
    terminal = next((stream for stream in (sys.stderr, sys.stdout) if stream.isatty()), None)
    if notify and terminal is None:
        click.echo("note: --notify has no terminal to tell", err=True)
    if not notify or terminal is None:
        yield
        return
    capabilities = detect()

    def ring(text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone
            terminal.write(notice(text, capabilities, os.environ))
            terminal.flush()

    told = ToldRuns(always=True)
    told.tell = ring
    told.begin(run, anew=True)
    try:
        yield
    finally:
        told.close()
        told.look(thorough=True)
