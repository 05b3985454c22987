"""``kertui run SCRIPT``: a person's own Keras program, unchanged, followed and steered as a run."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertui.cli.of_runs.logs import LogPrinter
from kertui.cli.options import (
    connect,
    detach_option,
    home_of,
    home_option,
    marker_of,
    marker_option,
    notify_option,
    on_end_option,
)

if TYPE_CHECKING:
    from kertasks.processes.script_process import ScriptProcess
    from kertasks.runs.folder import RunFolder

_LOOK_EVERY = 0.05


@click.command(
    short_help="Run a Keras script of your own, and follow what it trains.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--host", metavar="HOST", help="Run it there, over ssh; SCRIPT is a file there.")
@click.option("--name", default="", metavar="N", help="What its runs are called.")
@detach_option
@click.option("--fast", is_flag=True, help="Train by compiled epochs where that can be done.")
@click.option("--plain", is_flag=True, help="Print what the script prints; no interface.")
@notify_option
@on_end_option
@marker_option
@home_option
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(
    ctx: click.Context,
    host: str | None,
    name: str,
    detach: bool,
    fast: bool,
    plain: bool,
    notify: bool,
    on_end: str | None,
    marker: str | None,
    script: Path,
    arguments: tuple[str, ...],
) -> None:
    """Run SCRIPT with its ARGUMENTS, as python SCRIPT ARGUMENTS would, and follow every call of
    model.fit in it as a run: nothing in it need be changed.

    It outlives this terminal. What it prints is in its log (kertui logs -f RUN). It reads what is
    piped into this command, and nothing from the terminal. The exit status is the script's own;
    Ctrl-C is passed on to it.

    With --host nothing is copied: SCRIPT is found there, from your home folder there, as with
    ssh HOST python SCRIPT, and Ctrl-C leaves it alone.
    """
    if detach and notify:
        raise click.UsageError("--detach leaves no terminal to tell: --on-end calls a command.")
    from kertasks.processes.script_process import ScriptProcess
    from kertasks.runs.home.store import RunStore
    from kertui.cli.progress.following import CtrlC
    from kertui.cli.telling.on_end import start_on_end
    from kertui.cli.telling.terminal_bell import ringing
    from kertui.hosts.scripts import start_script

    opens = not plain and sys.stdin.isatty() and sys.stdout.isatty()
    if host is not None:
        if on_end is not None:
            raise click.UsageError("--on-end waits for a run of this host, not of --host.")
        found = start_script(connect(ctx, host), script, arguments, name=name, fast=fast)
        if detach:
            click.echo(found.address)
        else:
            ctx.exit(_follow_there(ctx, host, found, marker, opens=opens, notify=notify))
        return
    store = RunStore(home_of(ctx))
    process = ScriptProcess.start(store, script, arguments, name=name, fast=fast)
    told = start_on_end(process.run, on_end)
    if detach:
        click.echo(process.run.id)
        return
    printer = LogPrinter(process.run)
    with ringing(process.run, notify=notify):
        status = _print_until(process, printer, stops_at_fit=opens)
    if status is None:
        from kertui.cli.interface import run_interface
        from kertui.first_shown import FirstRun

        run_interface(
            home_of(ctx),
            marker=marker_of(marker),
            first=FirstRun(process.run, follows=True),
            spare_at_once=False,
            notify=notify,
        )
        status = process.status
        if status is None:
            click.echo(f"{script} goes on: kertui attach {process.run.id} comes back", err=True)
            ctx.exit(0)
        printer.print_new()
    if told is not None:
        pressed = CtrlC()
        with pressed.caught():
            told.wait(pressed)
    if status:
        click.echo(f"{script} ended with status {status}", err=True)
    ctx.exit(status)


def _print_until(process: ScriptProcess, printer: LogPrinter, *, stops_at_fit: bool) -> int | None:
    """Print what a program prints, until it ends or, where that is asked for, trains.

    Returns:
        Its exit status; None where it trains.
    """
    from kertasks.runs.event_file.event_reader import EventReader
    from kertasks.runs.event_file.events import Started

    events = EventReader(process.run.events_path)
    interrupted = 0
    while True:
        try:
            status = process.status  # before the last look: all that it printed is printed here
            printer.print_new()
            if status is not None:
                return status
            if stops_at_fit and any(isinstance(event, Started) for event in events.read()):
                return None
            time.sleep(_LOOK_EVERY)
        except KeyboardInterrupt:
            interrupted += 1
            process.send(signal.SIGINT if interrupted == 1 else signal.SIGKILL)
            if interrupted == 1:
                click.echo("passed on; once more kills it", err=True)


def _follow_there(
    ctx: click.Context,
    host: str,
    run: RunFolder,
    marker: str | None,
    *,
    opens: bool,
    notify: bool,
) -> int:
    """Show a run of a script on another host, or print what it prints; until it is over, or the
    person leaves.

    Returns:
        The exit status: the script's own, where it ended; else 1 where the run failed.
    """
    from kertasks.runs.history import RunHistory
    from kertasks.runs.state import RunState

    printer = LogPrinter(run)
    try:
        if opens:
            from kertui.cli.interface import run_interface
            from kertui.first_shown import FirstRun

            connection = connect(ctx, host)
            connection.follow_all()  # the runs that the script begins after this one, too
            run_interface(
                home_of(ctx),
                marker=marker_of(marker),
                spare_at_once=False,
                first=FirstRun(run, follows=True),
                notify=notify,
                host=connection,
            )
        else:
            printer.follow()
    except KeyboardInterrupt:
        pass  # it goes on without anybody
    state = run.state()
    if not state.is_over:
        click.echo(f"it goes on: kertui attach {run.address} comes back", err=True)
    status = RunHistory.read(run.events_path).script_status
    if status is not None:
        return status
    return 1 if state in (RunState.FAILED, RunState.LOST) else 0
