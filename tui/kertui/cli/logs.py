"""``kertui logs RUN``: what a run's trainer printed."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from kertui.cli.options import home_option
from kertui.cli.steer import find_run

if TYPE_CHECKING:
    from kertui.training.run_folder import RunFolder

_LOOK_EVERY = 0.2


@click.command(short_help="Print what a run's trainer printed.")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run is over.")
@click.argument("run")
@home_option
@click.pass_context
def logs(ctx: click.Context, run: str, follow: bool) -> None:
    """Print what RUN's trainer printed, tracebacks included."""
    found = find_run(ctx, run)
    printed = _print_from(found, 0)
    while follow:
        # Asked before the last look: what was printed until the end is printed here too.
        over = found.state().is_over
        printed += _print_from(found, printed)
        if over:
            break
        time.sleep(_LOOK_EVERY)
    if not printed:
        click.echo(f"the trainer of run {found.id} printed nothing", err=True)


def _print_from(run: RunFolder, start: int) -> int:
    """Print the log from a byte on; returns how many bytes that were."""
    try:
        with run.log_path.open("rb") as file:
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return 0
    sys.stdout.write(data.decode(errors="replace"))
    sys.stdout.flush()
    return len(data)
