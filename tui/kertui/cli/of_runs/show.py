"""``kertui show RUN``: a tab of the live pane as plain text; of a group, what it came to."""

from __future__ import annotations

import shutil

import click

from kertui.cli.groups.named import group_named
from kertui.cli.groups.steer_group import show_group
from kertui.cli.options import (
    connection_of,
    find_run,
    home_of,
    home_option,
    marker_of,
    marker_option,
    tasks_option,
)

_LEAST_WIDTH = 40
_LEAST_HEIGHT = 10
_AROUND = 4
"""Rows of a terminal that stay for what is beside the tab."""


@click.command(short_help="Print a tab of the live pane as plain text.")
@click.argument("run")
@click.option("--tab", default="curves", metavar="NAME", help="Which tab; curves unless given.")
@click.option(
    "--epoch",
    type=click.IntRange(min=1),
    metavar="N",
    help="As the network was at that epoch, whose weights must be kept.",
)
@click.option("--width", type=click.IntRange(min=_LEAST_WIDTH), metavar="N", help="Columns.")
@click.option("--height", type=click.IntRange(min=_LEAST_HEIGHT), metavar="N", help="Rows.")
@click.option("--effects", is_flag=True, help="Of a sweep: what its settings do, one and two each.")
@marker_option
@tasks_option
@home_option
@click.pass_context
def show(
    ctx: click.Context,
    run: str,
    tab: str,
    epoch: int | None,
    width: int | None,
    height: int | None,
    effects: bool,
    marker: str | None,
) -> None:
    """Print a tab of RUN as the live pane draws it, without colours.

    What the network has to be asked for is computed by the run's trainer while it goes on, else by
    a process that is started for it, which takes some seconds. The exit status is 1 where there
    is nothing to see. Of a group of runs it prints what they came to together.
    """
    from dataclasses import replace

    from kertasks.errors import describe_unknown
    from kertasks.runs.history import RunHistory
    from kertasks.runs.home.store import RunStore
    from kertasks.runs.looking.kept_epochs import kept_moments, nearest_kept
    from kertasks.user_folders import cache_dir
    from kertui.live.tab import all_tabs
    from kertui.live.tab_text import tab_frame
    from kertui.live.text_frame import finding_lines, heading
    from kertui.service.training_service import TrainingService
    from kertui.terminal.capabilities import detect
    from kertui.terminal.glyphs import glyphs

    if (group := group_named(ctx, run)) is not None:
        show_group(group, effects=effects, marker=marker_of(marker))
        return
    found = find_run(ctx, run, elsewhere=True)
    if effects:
        raise click.UsageError(f"{found.id} is a run, and a sweep alone has effects.")
    tabs = {each.title: each for each in all_tabs()}
    if tab not in tabs:
        raise click.BadParameter(describe_unknown("tab", tab, list(tabs)), param_hint="'--tab'")
    if epoch is not None and epoch not in (kept := kept_moments(found)):
        near = nearest_kept(kept, epoch)
        said = "no weights of an epoch are there" if near is None else f"the nearest is {near}"
        raise click.BadParameter(
            f"the weights of epoch {epoch} are not kept; {said}", param_hint="'--epoch'"
        )
    terminal = shutil.get_terminal_size()
    size = width or terminal.columns, height or max(_LEAST_HEIGHT, terminal.lines - _AROUND)
    capabilities = replace(detect(marker_of(marker)), colour=False)
    far = connection_of(ctx, found)
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=True, far=far)
    try:
        frame = tab_frame(service, capabilities, found, tabs[tab], size, epoch)
    finally:
        service.close()
    lines = [*heading(found, size[0], capabilities.marker), "", *frame.lines]
    history, signs = RunHistory.read(found.events_path), glyphs(capabilities.marker)
    click.echo("\n".join([*lines, *finding_lines(history, size[0], signs)]))
    if frame.failure:
        click.echo(f"{tab}: {frame.failure}", err=True)
        ctx.exit(1)
