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
from kertasks.groups.note import notes_of
from kertasks.groups.record import Member
from kertasks.runs.event_file.events import Epoch, Event, Failed, Finished, Notice, Started, Stopped
from kertasks.runs.history import state_of
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.text.json_numbers import plain
from kertasks.text.numbers import clock, short_path
from kertui.cli.groups.report import report_of
from kertui.cli.progress.following import LEFT, CtrlC
from kertui.cli.progress.status_line import StatusLine

_LOOK_EVERY = 0.05


def follow_group(
    group: GroupFolder,
    runner: subprocess.Popen[bytes],
    pressed: CtrlC,
    *,
    as_json: bool,
) -> int:
    """Print what happens in a group; return the exit status.

    The first Ctrl-C asks its runs to stop and keep their weights, the second leaves.

    Args:
        group: a group that was just begun.
        runner: the process that works for it.
        pressed: counts Ctrl-C.
        as_json: whether events are all that is printed.

    Raises:
        GroupRefused: no run could be begun.
    """
    report = _Follower(group, as_json=as_json)
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


class _Follower:
    """What is printed of a group: its events as JSON, or a line that moves, and a table."""

    def __init__(self, group: GroupFolder, *, as_json: bool) -> None:
        self._group = group
        self._as_json = as_json
        self._history = GroupHistory(group)
        self._report = report_of(self._history)
        self._line = StatusLine(sys.stdout)
        self._began = time.monotonic()
        self._first_epoch: float | None = None
        self._told: set[str] = set()

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
                if event.reason not in self._told:
                    self._told.add(event.reason)  # of many runs alike
                    self.tell(f"{member.key} failed: {event.reason}")
            elif isinstance(event, Notice) and event.text not in self._told:
                self._told.add(event.text)
                self.tell(f"note: {event.text}")
        for note in notes_of(self._group):
            if note not in self._told:
                self._told.add(note)
                self.tell(f"note: {note}")

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
        now, first = time.monotonic(), self._first_epoch
        said = self._report.progress(self._line, 0.0 if first is None else now - first)
        if said:
            return self._line.joined(said)
        waited = clock(now - self._began)
        return f"starting the trainers …  {waited}" if self._line.live else ""

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
            said = {"event": str(state), "group": self._group.id, **self._report.results()}
            self._print(said | {"seconds": seconds})
        else:
            for line in self._report.lines():
                click.echo(line)
            click.echo(f"{state}: {self._report.whole()}, {clock(seconds)}")
        if state is not GroupState.FINISHED:
            self.tell(f"kertui resume {self._group.id} goes on with what is left")
        return 1 if state is GroupState.FAILED else 0
