"""``kertui serve-runs``: the far side of ``kertui attach HOST:``, started there by ssh."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import click

from kertui import __version__


@click.command(name="serve-runs", hidden=True)
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Where runs are kept."
)
@click.pass_context
def serve_runs(ctx: click.Context, home: Path | None) -> None:
    """Tell another kertui, at the other end of this one's input and output, what happens in the
    runs here. ssh starts it; a person has no use for it."""
    if sys.stdin.isatty():
        ctx.fail("this is what ssh starts for another kertui: kertui attach HOST: does so")
    from kertasks.runs.home.store import RunStore
    from kertasks.user_folders import cache_dir, default_home
    from kertui.hosts.serving import RunServer

    came = os.fdopen(os.dup(0), "rb")
    goes = os.fdopen(os.dup(1), "wb")
    # What anything else would print or read is not for the other side.
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    store = RunStore(home.expanduser() if home else default_home())
    with contextlib.suppress(OSError):  # the other side is gone
        RunServer(store, cache_dir(), came, goes, __version__).serve()
    os._exit(0)  # a thread may wait for what never comes
