"""``kertui retrain RUN``: the last step of a study, a fresh network on all rows."""

from __future__ import annotations

import click

from kertui.cli.options import find_run, home_of, home_option, read_catalog


@click.command(short_help="Train a run's network anew on all rows, to its best epoch.")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Every event as a line of JSON.")
@home_option
@click.pass_context
def retrain(ctx: click.Context, run: str, as_json: bool) -> None:
    """Train a fresh network as RUN was, on its training and its validation rows, for as many
    epochs as were best on the latter; then test it once.

    RUN is an id, a part of one that only it has, or last. The new run names it. Exit status as
    of kertui train.
    """
    from kertasks.runs.store import RunStore
    from kertasks.user_folders import cache_dir
    from kertui.cli.following import CtrlC, follow
    from kertui.service.training_service import TrainingService

    found = find_run(ctx, run)
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=True)
    try:
        read_catalog(service)
        pressed = CtrlC()
        with pressed.caught():  # from here on there is a run that a Ctrl-C must stop
            begun = service.retrain(found, then_spare=False)
            epochs = begun.recipe().fit.epochs
            click.echo(f"{found.id} was best after {epochs} epochs", err=True)
            status = follow(begun, epochs, pressed, as_json=as_json)
    finally:
        service.close()
    ctx.exit(status)
