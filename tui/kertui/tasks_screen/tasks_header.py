"""The first line over the tasks: what the machine is, and how many runs there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from kertasks.text.numbers import counted
from kertui.rows.header_line import HeaderLine

if TYPE_CHECKING:
    from kertasks.runs.home.summary import RunSummary


class TasksHeader(HeaderLine):
    """The line with the machine's facts and the count of runs."""

    @dataclass
    class MachineKnown(Message):
        """It is known what the machine is."""

        facts: list[str]

    def __init__(self) -> None:
        super().__init__("kertui")
        self._machine: list[str] = []
        self._count = count_of(0, 0)

    @work(thread=True, group="machine")
    def look_at_machine(self) -> None:
        """Find out what the machine is, and show it."""
        from kertui.terminal.machine import describe_machine

        self.post_message(self.MachineKnown(describe_machine()))

    @on(MachineKnown)
    def _take_machine(self, event: MachineKnown) -> None:
        event.stop()
        self._machine = event.facts
        self.facts = (*self._machine, self._count)

    def show_runs(self, runs: Sequence[RunSummary], *, readable: bool) -> None:
        """Show how many runs there are and how many go on, or that they cannot be read."""
        running = sum(run.state.goes_on for run in runs)
        self._count = count_of(len(runs), running) if readable else "runs cannot be read: R"
        self.facts = (*self._machine, self._count)


def count_of(runs: int, running: int) -> str:
    """How many runs there are, for the header: ``"3 runs, 1 running"``."""
    if not runs:
        return "no runs yet"
    text = counted(runs, "run")
    return f"{text}, {running} running" if running else text
