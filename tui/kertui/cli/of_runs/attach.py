"""``kertui attach [RUN]``: come back to a run, live and with full control; or follow a log."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from kertui.cli.groups.named import group_named
from kertui.cli.groups.steer_group import show_group
from kertui.cli.options import (
    connect,
    home_of,
    home_option,
    host_named,
    marker_of,
    marker_option,
    no_advice_option,
    notify_option,
    on_end_option,
    tasks_option,
)

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.home.store import RunStore
    from kertui.hosts.connection import HostConnection


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
@tasks_option
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
    HOST:RUN is a run of another host, followed over ssh; HOST: alone lists all of them. RUN may be
    a group of runs too.
    """
    from kertui.cli.telling.on_end import start_on_end

    group = group_named(ctx, run) if run is not None else None
    if group is not None and on_end is not None:
        raise click.UsageError("--on-end waits for a run, and this is a group of them.")
    if group is not None and once:
        show_group(group, effects=False, marker=marker_of(marker))
        return
    found, host = (None, None) if group is not None else _meant(ctx, run, alone=once)
    if on_end is not None:
        _require_end(found, on_host=host is not None)
    if once and found is not None:
        from kertui.live.text_frame import frame

        start_on_end(found, on_end)

        columns = width or shutil.get_terminal_size().columns
        click.echo(frame(found, columns, marker_of(marker)))
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        which = run if found is None else found.address  # of a group as it was written
        ctx.fail(f"the interface needs a terminal, and this is none: kertui attach {which} --once")
    from kertui.cli.interface import run_interface
    from kertui.first_shown import FirstGroup, FirstRun, FirstShown

    first: FirstShown | None = None
    if found is not None:
        start_on_end(found, on_end)
        first = FirstRun(found)
    elif group is not None:
        first = FirstGroup(group)
    ctx.exit(
        run_interface(
            home_of(ctx),
            spare=not no_spare,
            advice=not no_advice,
            marker=marker_of(marker),
            mouse=not no_mouse,
            first=first,
            notify=notify,
            host=host,
        )
    )


def _meant(
    ctx: click.Context, text: str | None, *, alone: bool
) -> tuple[RunFolder | None, HostConnection | None]:
    """What a person means by RUN: a run, and its host where that is another one.

    Args:
        ctx: of the command.
        text: what was written, if anything.
        alone: whether one run is wanted, be it the first of a host's; else a host's name alone
            means all of its runs, and no run is returned.
    """
    from kertasks.runs.home.store import RunStore
    from kertui.cli.of_runs.attached import attached

    store = RunStore(home_of(ctx))
    if text is None:
        return running_or_last(store), None
    address = host_named(ctx, text)
    if address is None:
        return attached(store, text, ctx.call_on_close), None
    host = connect(ctx, address.host)
    found = host.find(address.run) if address.run else None
    if not alone or found is None:
        host.follow_all()
    if alone and found is None:
        found = host.follow(running_or_last(host.store).id)
    return found, host


def _require_end(run: RunFolder | None, *, on_host: bool) -> None:
    """See that a command can be carried out when a run ends.

    Raises:
        click.UsageError: it is over, or another host's.
    """
    if run is None or on_host:
        raise click.UsageError("--on-end waits for a run of this host: give it on the other one.")
    if (state := run.state()).is_over:
        raise click.UsageError(
            f"run {run.id} is over ({state}): there is no end for --on-end to wait for."
        )


def running_or_last(store: RunStore) -> RunFolder:
    """The newest run that goes on, or the newest of all.

    Raises:
        UnknownRun: there is none.
        HomeNotReadable: the runs cannot be listed.
    """
    from kertasks.runs.home.store import UnknownRun

    newest = None
    for run in store.newest_first():
        if run.state().goes_on:
            return run
        newest = newest or run
    if newest is None:
        raise UnknownRun(f"there are no runs in {store.home}; kertui train TASK begins one")
    return newest
