"""What a group's screen has under its head: a table over curves; a subclass for each kind of group
says what else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from kertasks.groups.sweep.dimension import Dimension
from kertasks.runs.folder import RunFolder
from kertui.groups.group_curves import GroupCurves
from kertui.groups.group_seen import GroupSeen, Wanted
from kertui.groups.group_table import GroupTable

_LEAST_CURVES = 8
"""Rows for the curves, under a table of many lines."""

Seen = TypeVar("Seen", bound=GroupSeen)


class GroupBody(Vertical, Generic[Seen]):
    """Shows the runs of a group and their curves, and does what keys ask of these.

    Args:
        table: of what the group is made of.
        curves: of the same.
    """

    DEFAULT_CSS = """
    GroupBody { height: 1fr; }
    """

    class LooksElsewhere(Message):
        """A person looks in another way than before: ``wanted`` says how."""

    @dataclass
    class RunsOpened(Message):
        """A person wants to see runs."""

        runs: tuple[RunFolder, ...]

    @dataclass
    class RecipeOpened(Message):
        """A person wants the recipe of a sweep's trial in the workbench."""

        dimensions: tuple[Dimension, ...]
        values: tuple[str, ...]
        """One for each dimension."""

    class KeysChanged(Message):
        """Other keys act than before."""

    def __init__(self, table: GroupTable[Any], curves: GroupCurves) -> None:
        super().__init__()
        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._table, self._curves = table, curves
        self._seen: Seen | None = None
        self._metric: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out the table over the curves."""
        yield self._table
        yield self._curves

    def on_mount(self) -> None:
        """Give the keys to the table."""
        self._table.focus()

    def on_resize(self) -> None:
        """Give the table its part of the height at most, and no more than its rows."""
        height = self.size.height
        self._table.give_rows(max(3, min(height - _LEAST_CURVES, max(6, self.table_part(height)))))
        self.call_after_refresh(self.post_message, self.LooksElsewhere())

    @property
    def wanted(self) -> Wanted:
        """The metric that is shown, as finely as there is room for it."""
        return Wanted(self._metric, self._curves.places)

    def show(self, seen: Seen) -> None:
        """Show the runs as they are now."""
        self._seen = seen
        self._table.show(seen)
        self.draw()

    @on(GroupTable.LineChosen)
    def _mark_line(self, event: GroupTable.LineChosen) -> None:
        event.stop()
        self.draw()
        self.post_message(self.KeysChanged())

    @on(GroupTable.LineOpened)
    def _open_line(self, event: GroupTable.LineOpened) -> None:
        event.stop()
        if runs := self.runs_here():
            self.post_message(self.RunsOpened(runs))

    # What a kind of group says of itself

    def table_part(self, height: int) -> int:
        """How many of so many rows the table may have."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the curves of what was seen last, the line under the cursor apart."""
        raise NotImplementedError

    def runs_here(self) -> tuple[RunFolder, ...]:
        """The runs of the line under the cursor."""
        raise NotImplementedError

    # What keys do

    def allows(self, action: str) -> bool:
        """Whether one of its ``do_`` methods would do something now."""
        metrics = len(self._seen.metrics) if self._seen is not None else 0
        match action:
            case "next_metric":
                return metrics > 1
            case "toggle_log" | "toggle_whole":
                return metrics > 0
        return False

    def act(self, action: str) -> None:
        """Do what a key asks for."""
        act: Any = getattr(self, f"do_{action}")
        act()

    def do_next_metric(self) -> None:
        """Draw the next of the metrics."""
        if self._seen is not None and self._seen.metrics:
            metrics = self._seen.metrics
            here = metrics.index(self._seen.curves.metric)
            self._metric = metrics[(here + 1) % len(metrics)]
            self.post_message(self.LooksElsewhere())

    def do_toggle_log(self) -> None:
        """Switch between a linear and a logarithmic axis."""
        self._curves.log_y = not self._curves.log_y
        self.draw()

    def do_toggle_whole(self) -> None:
        """Show the start of the curves too, or leave it out where it presses the rest together."""
        self._curves.whole = not self._curves.whole
        self.draw()
