"""Follows a group from the command line until no process works for it, or the person leaves it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from typing import Any

import click
import msgspec

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder, GroupRefused, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.record import FINAL, Member
from kertasks.groups.results import results_of
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.events import Epoch, Event, Failed, Finished, Notice, Started, Stopped
from kertasks.runs.history import state_of
from kertasks.text.json_numbers import plain
from kertasks.text.numbers import clock, counted, grouped, metric, metric_label, short_path
from kertui.cli.groups.report import finished, lines_of
from kertui.cli.progress.following import LEFT, CtrlC
from kertui.cli.progress.status_line import StatusLine, bar

_LOOK_EVERY = 0.05

_LOOK_SHARE = 50
"""Times as long as the look for the best epoch takes, until the next one."""


def follow_group(
    group: GroupFolder,
    runner: subprocess.Popen[bytes],
    pressed: CtrlC,
    planned: int,
    *,
    as_json: bool,
) -> int:
    """Print what happens in a group; return the exit status.

    The first Ctrl-C asks its runs to stop and keep their weights, the second leaves.

    Args:
        group: a group that was just begun.
        runner: the process that works for it.
        pressed: counts Ctrl-C.
        planned: epochs of each run.
        as_json: whether events are all that is printed.

    Raises:
        GroupRefused: no run could be begun.
    """
    report = _GroupReport(group, planned, as_json=as_json)
    report.begin()
    asked = 0
    while True:
        over = runner.poll() is not None  # before the look: what is written then is all there is
        report.take_new()
        if over:
            return report.end()
        report.show()
        pressed.wait(_LOOK_EVERY)
        if pressed.count > asked:
            asked += 1
            if asked > 1:
                how = f"kertui show {group.id} tells the results, kertui stop {group.id} ends it."
                report.tell(f"left; its runs still stop by themselves. {how}")
                return LEFT
            with contextlib.suppress(UserError):  # it has just ended
                group.send(SteeringCommand.STOP)
            report.tell("stopping, what is finished stays … (Ctrl-C again leaves at once)")


class _GroupReport:
    """What is printed of a group: its events as JSON, or a line that moves, and a table."""

    def __init__(self, group: GroupFolder, planned: int, *, as_json: bool) -> None:
        self._group = group
        self._planned = planned
        self._as_json = as_json
        self._history = GroupHistory(group)
        self._line = StatusLine(sys.stdout)
        self._began = time.monotonic()
        self._first_epoch: float | None = None
        self._told: set[str] = set()
        self._best: list[str] = []
        self._look_not_before = 0.0

    def tell(self, text: str) -> None:
        """Tell the person what is no result; nobody there is no reason to fail."""
        with contextlib.suppress(OSError):
            self._line.clear()
            click.echo(text, err=True)

    def begin(self) -> None:
        """Say which group it is."""
        record = self._history.record
        if not self._as_json:
            self.tell(f"group {short_path(self._group.path)}")
            return
        said = {
            "event": "begun",
            "group": record.id,
            "task": record.task,
            "recipe": record.recipe,
            **msgspec.to_builtins(record.asked),
        }
        self._print(said)

    def take_new(self) -> None:
        """Take what is new in its runs."""
        for member, event in self._history.read_more():
            if isinstance(event, Epoch) and self._first_epoch is None:
                self._first_epoch = time.monotonic()
            if self._as_json:
                self._print_event(member, event)
            elif isinstance(event, Failed):
                self.tell(f"{member.key} failed: {event.reason}")
            elif isinstance(event, Notice) and event.text not in self._told:
                self._told.add(event.text)  # of all folds alike
                self.tell(f"note: {event.text}")

    def _print_event(self, member: Member, event: Event) -> None:
        said: dict[str, Any] = {"key": member.key, "run": member.run}
        if isinstance(event, Started):
            rows = event.validation_rows
            self._print({"event": "run", **said, "state": "running", "validation_rows": rows})
        elif isinstance(event, Epoch):
            epoch = {"epoch": event.epoch, "metrics": event.metrics}
            self._print({"event": "epoch", **said, **epoch})
        elif isinstance(event, Finished | Stopped | Failed):
            reason = {"reason": event.reason} if isinstance(event, Failed) else {}
            self._print({"event": "run", **said, "state": str(state_of(event)), **reason})

    def _print(self, said: dict[str, Any]) -> None:
        click.echo(json.dumps(plain(said)))

    def show(self) -> None:
        """Show how far it is, when a line is due."""
        if not self._as_json and self._line.due:
            text = self._text()
            if text:
                self._line.show(text)

    def _text(self) -> str:
        members = self._history.members
        done = sum(one.history.epochs for key, one in members.items() if key != FINAL)
        if not done:
            waited = clock(time.monotonic() - self._began)
            return f"starting the trainers …  {waited}" if self._line.live else ""
        parts = self._history.record.asked.parts
        over = [one for key, one in members.items() if key != FINAL and one.history.ended]
        said = [f"{len(over)}/{len(parts)} folds"]
        final = members.get(FINAL)
        if final is not None:
            said.append(f"all rows: epoch {grouped(final.history.epochs)}")
            return self._line.joined(said)
        going = [one.history for one in members.values() if one.history.ended is None]
        if going:
            furthest = max(history.epochs for history in going)
            said.append(f"epoch {grouped(furthest)}/{grouped(self._planned)}")
        # A fold that stopped early has nothing left to do.
        share = (len(over) * self._planned + sum(history.epochs for history in going)) / (
            len(parts) * self._planned
        )
        if self._line.live:
            said.append(f"{bar(share, 12, self._line.signs)} {share:4.0%}")
            if self._first_epoch is not None and 0 < share < 1:
                taken = time.monotonic() - self._first_epoch
                said.append(f"{clock(taken * (1 - share) / share)} left")
        said += self._best_words()
        return self._line.joined(said)

    def _best_words(self) -> list[str]:
        """The best epoch of the mean over the folds, none before there is one. It is looked for as
        often as takes 2 % of the time: of 20,000 epochs a look takes a third of a second, which
        the trainers could use."""
        now = time.monotonic()
        if now >= self._look_not_before:
            results = results_of(self._history)
            self._best = []
            if results.best_epoch is not None:
                name = results.judge.name
                value = f"{metric_label(name)} {metric(name, results.best[name].mean)}"
                self._best = [f"best {grouped(results.best_epoch)} ({value})"]
            ended = time.monotonic()
            self._look_not_before = ended + _LOOK_SHARE * (ended - now)
        return self._best

    def end(self) -> int:
        """Print what it came to; return the exit status.

        Raises:
            GroupRefused: no run could be begun.
        """
        refusal = self._group.refusal()
        if refusal is not None:
            self._line.clear()
            raise GroupRefused(refusal)
        state = self._group.state()
        seconds = time.monotonic() - self._began
        self._line.clear()
        if self._as_json:
            self._print(finished(self._history, str(state), seconds))
        else:
            for line in lines_of(self._history):
                click.echo(line)
            click.echo(f"{state}: {whole(self._history)}, {clock(seconds)}")
        if state is not GroupState.FINISHED:
            self.tell(f"kertui resume {self._group.id} goes on with what is left")
        return 1 if state is GroupState.FAILED else 0


def whole(history: GroupHistory) -> str:
    """How many of its runs are finished, in words."""
    asked = history.record.asked.runs
    done = sum(isinstance(one.history.ended, Finished) for one in history.members.values())
    runs = counted(asked, "run")
    of = history.group.id
    return f"{runs} of {of}" if done == asked else f"{done} of {runs} of {of}"
