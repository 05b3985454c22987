"""``kertui runs``: what was trained and what is being trained."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len

from kertasks.text.numbers import at, number, short_path
from kertasks.text.plain_text import is_visible, visible
from kertui.cli.options import connect, home_of, home_option, writes_utf8
from kertui.hosts.address import host_address
from kertui.terminal.cells import padded, placed

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.runs.home.summary import RunSummary
    from kertasks.runs.state import RunState
    from kertui.runs.run_columns import RunColumn

_WITHOUT_TERMINAL = 200
"""Columns where nobody's window has to hold them."""


@click.command(short_help="List the runs, those that go on first.")
@home_option
@click.option("--json", "as_json", is_flag=True, help="A JSON array, for programs.")
@click.option("--deleted", is_flag=True, help="Those in the bin instead.")
@click.argument("filter", nargs=-1)
@click.pass_context
def runs(ctx: click.Context, filter: tuple[str, ...], as_json: bool, deleted: bool) -> None:
    """List the runs: those that go on first, then the newest, and the groups, a line each.

    FILTER keeps those of which every word is part of the id, that of its group, task, recipe,
    state, device, name, tags or note; #word is the start of a tag. HOST: before them lists the
    runs of another host, over ssh. The runs of groups are listed with a FILTER, and by --json.
    """
    # Not at the top: other commands start without them.
    from kertasks.groups.store import GroupStore
    from kertasks.runs.home.bin import RunBin
    from kertasks.runs.home.listing import RunSummaries, matches, ordered
    from kertasks.runs.home.store import RunStore, shortest_names

    store = RunStore(home_of(ctx))
    source = RunBin(store) if deleted else store
    where = str(short_path(source.path if isinstance(source, RunBin) else store.runs_path))
    address = host_address(filter[0]) if filter else None
    groups = [] if address is not None or deleted else GroupStore(store.home).groups()
    if address is not None and not address.run:
        found = connect(ctx, address.host).summaries(deleted=deleted)
        filter, where = filter[1:], address.host
        ids = [run.id for run in found]
    else:
        of_groups = set() if filter or as_json else {run for one in groups for run in one.run_ids()}
        found = RunSummaries(source, with_best=True, leave_out=of_groups).read()
        ids = [run.id for run in source.runs()]
    text = " ".join(filter)
    shown = ordered(run for run in found if matches(run, text))
    if as_json:
        # A folder's name may hold what steers a terminal: then all beyond ASCII is spelt out.
        plain = writes_utf8() and all(is_visible(run.folder) for run in shown)
        click.echo(json.dumps([describe(run) for run in shown], indent=2, ensure_ascii=not plain))
        return
    if shown:
        taken = {run.label.name for run in found}
        names = shortest_names(ids, taken, [run.id for run in shown])
        lines = _table(shown, [names.get(run.id, run.id) for run in shown])
        if sys.stdout.isatty():
            lines = [placed(line, 0) for line in lines]
        click.echo("\n".join(lines))
        for run in shown:
            if run.damage:
                click.echo(f"{run.id}: {visible(run.damage)}", err=True)
    wanted = {run.group for run in shown if run.group}
    told = [one for one in groups if one.id in wanted or not filter]
    if shown and told:
        click.echo()
    _tell_groups(told, {run.id: run.state for run in shown})
    if not shown and not told:
        click.echo(_nothing(where, text, any_at_all=bool(found), deleted=deleted), err=True)


def _tell_groups(groups: Sequence[GroupFolder], states: Mapping[str, RunState]) -> None:
    """List groups, with how far each is."""
    from kertasks.groups.folder import GroupDamaged
    from kertui.cli.groups.report import group_line

    for group in groups:
        try:
            click.echo(group_line(group, states))
        except GroupDamaged as error:
            click.echo(f"{group.id}: {visible(str(error))}", err=True)


def describe(run: RunSummary) -> dict[str, Any]:
    """A run as plain data for programs; a number that is not finite as a string."""
    import msgspec

    from kertasks.text.json_numbers import plain

    return {
        "id": run.id,
        "name": run.label.name,
        "tags": list(run.label.tags),
        "note": run.label.note,
        "task": run.task,
        "recipe": run.recipe,
        "state": run.state.value,
        "epochs": run.epochs,
        "planned": run.planned,
        "best_epoch": run.best_epoch,
        "best": _plain(run.best),
        "test": _plain(run.test),
        "unit": run.unit,
        "baseline": None if run.baseline is None else msgspec.to_builtins(run.baseline),
        "result": run.result,
        "not_finite_since": run.not_finite_since,
        "finding": None if run.finding is None else plain(run.finding),
        "seconds": run.seconds,
        "retrained_from": run.retrained_from,
        "origin": run.origin.value,
        "group": run.group,
        "created": run.created,
        "device": run.device,
        "host": run.host,
        "folder": run.folder,
        "damage": run.damage or None,
    }


def _plain(metrics: Mapping[str, float]) -> dict[str, float | str] | None:
    found = {name: v if math.isfinite(v) else number(v) for name, v in metrics.items()}
    return found or None


def _table(shown: Sequence[RunSummary], names: Sequence[str]) -> list[str]:
    """The lines of the table: at their ends when the run began by the clock, for what is printed
    stays, and the name by which a command takes it."""
    from kertasks.runs.home.listing import SortKey
    from kertui.runs.run_columns import GAP, RunColumn, columns_for

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WITHOUT_TERMINAL
    now = time.time()
    named = {run.id: name for run, name in zip(shown, names, strict=True)}
    moments = {run.id: at(run.created, now) for run in shown}
    own = [
        (RunColumn(SortKey.WHEN, room, partial(_looked_up, texts)), room)
        for texts in (moments, named)
        for room in (max(map(cell_len, ["when", *texts.values()])),)
    ]
    taken = sum(room + GAP for _, room in own)
    others = [pair for pair in columns_for(width - taken) if pair[0].key is not SortKey.WHEN]
    columns = [*others, *own]
    rows = [[*(column.title for column, _ in columns[:-1]), "run"]]
    rows += [[column.fitting(run, now, room) for column, room in columns] for run in shown]
    # A column is no wider than what is in it, or the table would be as wide as the window.
    widths = [
        min(room, max(cell_len(row[place]) for row in rows))
        for place, (_, room) in enumerate(columns)
    ]
    return [_line(row, [column for column, _ in columns], widths) for row in rows]


def _looked_up(texts: Mapping[str, str], run: RunSummary, _now: float) -> str:
    return texts[run.id]


def _line(row: Sequence[str], columns: Sequence[RunColumn], widths: Sequence[int]) -> str:
    from kertui.runs.run_columns import GAP
    from kertui.terminal.glyphs import ASCII
    from kertui.text.fitting_text import fitted

    parts = []
    for text, column, width in zip(row, columns, widths, strict=True):
        cut = fitted(text, width, ASCII)
        parts.append(padded(cut, width, right=column.right))
    return (" " * GAP).join(parts).rstrip()


def _nothing(where: str, text: str, *, any_at_all: bool, deleted: bool) -> str:
    if any_at_all:
        return f"no run matches {text!r}; without a filter all are listed"
    if deleted:
        return f"no deleted runs in {where}"
    return f"no runs in {where} yet: kertui train TASK makes one (kertui tasks lists the tasks)"
