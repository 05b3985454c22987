"""``kertui attach [RUN]``: come back to a run, live and with full control; or follow a log."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from kertui.cli.options import (
    home_of,
    home_option,
    marker_of,
    marker_option,
    no_advice_option,
    notify_option,
    on_end_option,
)

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.store import RunStore


@click.command(short_help="Show a run live, with every key that steers it.")
@click.argument("run", required=False)
@click.option("--once", is_flag=True, help="Print one frame as plain text; needs no terminal.")
@click.option("--width", type=click.IntRange(min=40), metavar="N", help="The width of that frame.")
@marker_option
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--no-spare", is_flag=True, help="Keep no warm trainer process (saves 600 MB).")
@no_advice_option
@notify_option
@on_end_option
@home_option
@click.pass_context
def attach(
    ctx: click.Context,
    run: str | None,
    once: bool,
    width: int | None,
    marker: str | None,
    no_mouse: bool,
    no_spare: bool,
    no_advice: bool,
    notify: bool,
    on_end: str | None,
) -> None:
    """Show RUN as if it had never left, with its whole curve and every key that steers it.

    Without RUN, the one that runs; if none does, the latest. RUN may also be a file of Keras's
    CSVLogger or a TensorBoard folder that something else writes, which is followed meanwhile.
    """
    from kertasks.runs.store import RunStore
    from kertui.cli.telling.on_end import start_on_end
    from kertui.service.attached import attached

    store = RunStore(home_of(ctx))
    found = running_or_last(store) if run is None else attached(store, run, ctx.call_on_close)
    if on_end is not None and (state := found.state()).is_over:
        raise click.UsageError(
            f"run {found.id} is over ({state}): there is no end for --on-end to wait for."
        )
    if once:
        from kertui.cli.frame import frame

        start_on_end(found, on_end)

        columns = width or shutil.get_terminal_size().columns
        click.echo(frame(found, columns, marker_of(marker)))
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        ctx.fail(
            f"the interface needs a terminal, and this is none: kertui attach {found.id} --once"
        )
    from kertui.cli.interface import run_interface

    start_on_end(found, on_end)
    ctx.exit(
        run_interface(
            home_of(ctx),
            spare=not no_spare,
            advice=not no_advice,
            marker=marker_of(marker),
            mouse=not no_mouse,
            attach=found,
            notify=notify,
        )
    )


def running_or_last(store: RunStore) -> RunFolder:
    """The newest run that goes on, or the newest of all.

    Raises:
        UnknownRun: there is none.
        HomeNotReadable: the runs cannot be listed.
    """
    from kertasks.runs.store import UnknownRun

    newest = None
    for run in store.newest_first():
        if run.state().goes_on:
            return run
        newest = newest or run
    if newest is None:
        raise UnknownRun(f"there are no runs in {store.home}; kertui train TASK begins one")
    return newest
