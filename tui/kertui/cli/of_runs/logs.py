"""``kertui logs RUN``: what a run's trainer printed."""

from __future__ import annotations

import codecs
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertasks.text.plain_text import visible
from kertui.cli.options import find_run, home_option

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder

_LOOK_EVERY = 0.2

_AT_ONCE = 1 << 20
"""Bytes that are read and printed at once."""


@click.command(short_help="Print what a run's trainer printed.")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run, or its script, is over.")
@click.argument("run")
@home_option
@click.pass_context
def logs(ctx: click.Context, run: str, follow: bool) -> None:
    """Print what RUN's trainer printed, tracebacks included."""
    found = find_run(ctx, run, elsewhere=True)
    printer = LogPrinter(found)
    if follow:
        printer.follow()
    else:
        printer.print_new()
    if not printer.printed:
        click.echo(f"nothing was printed by what trained run {found.id}", err=True)


class LogPrinter:
    """Prints the log of a run as it grows.

    Args:
        run: whose.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._path = run.log_path
        self._show = visible if sys.stdout.isatty() else str
        # A character may be written in two parts.
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.printed = 0
        """Bytes of it."""

    def print_new(self) -> None:
        """Print what was added since the last time.

        Raises:
            RunDamaged: it cannot be read.
        """
        while data := _read(self._path, self.printed):
            self.printed += len(data)  # before: Ctrl-C in the middle of it prints nothing twice
            sys.stdout.write(self._show(self._decode(data)))
        sys.stdout.flush()

    def follow(self) -> None:
        """Print until the run is over, and with it the script that trained it: one log has all that
        a script prints.

        Raises:
            RunDamaged: it cannot be read.
        """
        from kertasks.runs.state import RunState
        from kertui.service.run_group import RunGroup

        group = RunGroup(self._run)
        while True:
            state = self._run.state()
            # Asked before the last look: what was printed until the end is printed here too.
            over = state.is_over and (state is RunState.REMOVED or not group.script_goes_on())
            self.print_new()
            if over:
                return
            time.sleep(_LOOK_EVERY)


def _read(path: Path, start: int) -> bytes:
    """Some of the log from a byte on; nothing at its end, or where there is none.

    Raises:
        RunDamaged: it cannot be read.
    """
    from kertasks.files import open_regular
    from kertasks.runs.run_errors import RunDamaged

    try:
        with os.fdopen(open_regular(path), "rb") as file:
            file.seek(start)
            return file.read(_AT_ONCE)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise RunDamaged(f"{path} cannot be read: {error.strerror}") from error
