"""What ``kertui stop``, ``pause``, ``resume`` and ``show`` do with a group of runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from kertasks.errors import UserError
from kertasks.groups.folder import COMMANDS, GroupFolder, GroupState
from kertasks.groups.note import notes_of
from kertasks.runs.steering.commands import SteeringCommand

if TYPE_CHECKING:
    from kertasks.groups.history import GroupHistory
    from kertui.terminal.glyphs import Marker

_END = 60.0
"""Seconds to wait for the end of its runs: each is still tested and its weights are written."""

_PAUSED = 10.0
_LOOK_EVERY = 0.1


class NothingLeft(UserError):
    """A group has nothing to go on with."""


def steer_group(group: GroupFolder, command: SteeringCommand) -> None:
    """Ask something of each run of a group, wait for what comes of it, and print that.

    Raises:
        click.UsageError: it can be asked of a run alone.
        GroupIsOver: nothing works for the group.
    """
    if command not in COMMANDS:
        raise click.UsageError(
            f"{group.id} is a group of runs, and {command.row.verb} is asked of a run: "
            f"kertui runs {group.id} lists them."
        )
    group.send(command)
    if command is SteeringCommand.STOP:
        stopped = _within(_END, lambda: not group.has_runner)
        click.echo(_how_far(group) if stopped else "asked; its runs still end")
        if stopped and group.state() is GroupState.STOPPED:
            click.echo(f"kertui resume {group.id} goes on with what is left")
    else:
        paused = _within(_PAUSED, lambda: group.state() is not GroupState.RUNNING)
        click.echo(_how_far(group) if paused else "asked; a long step or compiling holds it up")


def resume_group(group: GroupFolder) -> None:
    """Go on with a group: after a pause, or with what is left of it in new processes.

    Raises:
        NothingLeft: it goes on already, or all its runs are finished.
        RunnerNotStarted: no process could be started for it.
        MayNotStart: it names a program that no command of this user asked to start.
    """
    from kertasks.groups.script_sweep.consent import program_of
    from kertui.service.group_process import start_runner

    state = group.state()
    holds = state is GroupState.PAUSED or (state.goes_on and group.is_asked_to_pause)
    if state.goes_on and not holds:
        raise NothingLeft(f"group {group.id} is running: there is nothing to resume")
    if state is GroupState.FINISHED:
        raise NothingLeft(f"group {group.id} is finished: there is nothing left to train")
    if holds:
        group.send(SteeringCommand.RESUME)
    else:
        if program := program_of(group):
            click.echo(f"runs {program}")
        start_runner(group)
    click.echo(f"goes on; kertui show {group.id} tells how far it is")


def show_group(group: GroupFolder, *, effects: bool, marker: Marker | None) -> None:
    """Print what the runs of a group came to together, as far as they are.

    Args:
        group: which.
        effects: whether what its settings do is drawn instead, of a sweep.
        marker: what it is drawn with; None for what the terminal can show.

    Raises:
        click.UsageError: a group of another kind was asked for effects.
    """
    from kertasks.groups.history import GroupHistory
    from kertui.cli.groups.report import report_of

    history = GroupHistory.read(group)
    report = report_of(history)
    click.echo(report.title())
    if effects:
        _show_effects(history, marker)
        return
    for line in report.lines():
        click.echo(line)
    click.echo(_how_far(group, history))
    for note in notes_of(group):
        click.echo(f"note: {note}")
    if (refusal := group.refusal()) is not None:
        click.echo(f"no run could be begun: {refusal.text}")


def _show_effects(history: GroupHistory, marker: Marker | None) -> None:
    from kertasks.groups.sweep.asked import Sweep
    from kertui.cli.groups.sweep.effects_text import effect_lines
    from kertui.terminal.capabilities import detect
    from kertui.terminal.glyphs import glyphs

    if not isinstance(history.record.asked, Sweep):
        raise click.UsageError(f"{history.group.id} varies no setting: a sweep has effects.")
    for line in effect_lines(history, glyphs(detect(marker).marker)):
        click.echo(line)


def _how_far(group: GroupFolder, history: GroupHistory | None = None) -> str:
    """What a group is doing and how many of its runs are finished, by what is known of them or by
    what is read now."""
    from kertasks.groups.history import GroupHistory
    from kertui.cli.groups.report import report_of

    return f"{group.state()}: {report_of(history or GroupHistory.read(group)).whole()}"


def _within(seconds: float, is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY)
    return True
