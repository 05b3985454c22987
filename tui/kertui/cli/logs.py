"""``kertui logs RUN``: what a run's trainer printed."""

from __future__ import annotations

import codecs
import os
import sys
import time
from pathlib import Path

import click

from kertasks.text.plain_text import visible
from kertui.cli.options import find_run, home_option

_LOOK_EVERY = 0.2

_AT_ONCE = 1 << 20
"""Bytes that are read and printed at once."""


@click.command(short_help="Print what a run's trainer printed.")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run is over.")
@click.argument("run")
@home_option
@click.pass_context
def logs(ctx: click.Context, run: str, follow: bool) -> None:
    """Print what RUN's trainer printed, tracebacks included."""
    found = find_run(ctx, run)
    show = visible if sys.stdout.isatty() else str
    # A character may be written in two parts.
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    printed = 0
    while True:
        # Asked before the last look: what was printed until the end is printed here too.
        over = not follow or found.state().is_over
        while data := _read(found.log_path, printed):
            sys.stdout.write(show(decode(data)))
            printed += len(data)
        sys.stdout.flush()
        if over:
            break
        time.sleep(_LOOK_EVERY)
    if not printed:
        click.echo(f"nothing was printed by what trained run {found.id}", err=True)


def _read(path: Path, start: int) -> bytes:
    """Some of the log from a byte on; nothing at its end, or where there is none.

    Raises:
        RunDamaged: it cannot be read.
    """
    from kertasks.files import open_regular
    from kertasks.runs.folder import RunDamaged

    try:
        with os.fdopen(open_regular(path), "rb") as file:
            file.seek(start)
            return file.read(_AT_ONCE)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise RunDamaged(f"{path} cannot be read: {error.strerror}") from error
