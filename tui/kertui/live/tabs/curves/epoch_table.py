"""The epochs as a table, the newest on top. Only the rows in sight are made."""

from __future__ import annotations

import math
from dataclasses import dataclass

from textual import events
from textual.reactive import var

from kertasks.runs.history import RunHistory
from kertasks.text import numbers as formatting
from kertui.live.tabs.curves.rate_changes import marked_changes
from kertui.plotting.strips import Row, cells, fit, join
from kertui.plotting.traces import VALIDATION
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for

_GAP = "   "


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    name: str
    """Keras's name, or ``"epoch"``, ``"learning rate"``, ``"seconds"``."""


class EpochTable(RowsWidget):
    """Epoch, metrics, learning rate and time, right-aligned; scrolls over any number of epochs."""

    DEFAULT_CSS = """
    EpochTable { height: 4; }
    """

    back = var(0)
    """How many epochs the top row lies behind the latest."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._history = RunHistory()
        self._epochs = 0
        self._changed: set[int] = set()
        """Epochs whose learning rate is another one than before."""

    def show(self, history: RunHistory) -> None:
        """Show a history as it is now. Who has scrolled back keeps the rows in sight."""
        if history is not self._history:
            self._history = history
            self._epochs = 0
            self.set_reactive(EpochTable.back, 0)
        more = history.epochs - self._epochs
        self._epochs = history.epochs
        if self.back:
            self.set_reactive(EpochTable.back, self.back + more)
        self.redraw()

    def scroll_by(self, rows: int) -> None:
        """Go back (positive) or forward by so many epochs."""
        self.back = max(0, min(self.back + rows, self._epochs - self._visible))

    def scroll_page(self, pages: int) -> None:
        """Go back (positive) or forward by so many pages."""
        self.scroll_by(pages * max(1, self._visible))

    def watch_back(self) -> None:
        """Show the other rows."""
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Towards older epochs."""
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Towards newer epochs."""
        event.stop()
        self.scroll_by(-3)

    @property
    def _visible(self) -> int:
        """Rows of epochs: all but the head; a table one row high has no head."""
        return max(1, self.size.height - 1)

    def draw_rows(self, width: int) -> None:
        """The epochs in sight under a head, or the latest one on a single line."""
        height = self.size.height
        glyphs = glyphs_for(self.app)
        if height == 1:
            self.show_rows([self._one_line(width)])
            return
        columns = _columns(self._history, width)
        self._changed = set(marked_changes(self._history))
        rows = [self._head(columns, width)]
        top = self._epochs - 1 - max(0, min(self.back, self._epochs - self._visible))
        rows += [self._line(columns, at, width, glyphs) for at in range(top, top - height + 1, -1)]
        self.show_rows(rows)

    def _head(self, columns: list[_Column], width: int) -> Row:
        titles = _GAP.join(column.title.rjust(column.width) for column in columns)
        head = cells(" " + titles, "dim")
        if not self.back:
            return fit(head, width)
        where = f"{formatting.grouped(self.back)} back"
        return join(head, cells(where, "accent"), width)

    def _line(self, columns: list[_Column], at: int, width: int, glyphs: Glyphs) -> Row:
        if not 0 <= at < self._epochs:
            return fit([], width)
        newest = at == self._epochs - 1
        epoch = self._history.epoch_numbers[at]
        best = epoch == self._history.best_epoch
        row = cells(glyphs.best, "best") if best else cells(" ")
        for number, column in enumerate(columns):
            text, role = self._value(column.name, at), "" if newest else "dim"
            if column.name == "learning rate" and epoch in self._changed:
                text, role = f"{glyphs.changed}{text}", "accent"
            row += cells((_GAP if number else "") + text.rjust(column.width), role)
        return fit(row, width)

    def _value(self, name: str, at: int) -> str:
        history = self._history
        if name == "epoch":
            return formatting.grouped(history.epoch_numbers[at])
        if name == "learning rate":
            return formatting.learning_rate(history.learning_rates[at])
        if name == "seconds":
            return formatting.duration(history.seconds[at])
        value = history.column(name)[at]
        return formatting.metric(name, value) if not math.isnan(value) else "nan"

    def _one_line(self, width: int) -> Row:
        """The latest epoch alone, each number named."""
        if not self._epochs:
            return fit([], width)
        at = self._epochs - 1
        row = cells(" epoch ", "dim") + cells(self._value("epoch", at))
        for name in _names(self._history):
            part = cells(f"   {formatting.metric_label(name)} ", "dim") + cells(
                self._value(name, at)
            )
            if len(row) + len(part) > width:
                break
            row += part
        return fit(row, width)


def _names(history: RunHistory) -> list[str]:
    """The metrics in the order of a reader's interest: each beside its validation."""
    names = history.metric_names
    plain = [name for name in names if not name.startswith(VALIDATION)]
    paired = [one for name in plain for one in (name, VALIDATION + name) if one in names]
    return paired + [name for name in names if name not in paired]


def _columns(history: RunHistory, width: int) -> list[_Column]:
    """The columns that fit: the time, then the learning rate, then the last metrics give way."""
    last = formatting.grouped(history.epoch_numbers[-1]) if history.epochs else "epoch"
    planned = formatting.grouped(history.planned) if history.planned else ""
    first = _Column("epoch", max(5, len(last), len(planned)), "epoch")
    metrics = [
        _Column(title, max(7, len(title)), name)
        for name in _names(history) or ["loss"]
        for title in (formatting.metric_label(name),)
    ]
    rate = _Column("lr", 8, "learning rate")  # three digits, an exponent and the mark
    took = _Column("time", 7, "seconds")
    forms = [[first, *metrics, rate, took], [first, *metrics, rate]]
    forms += [[first, *metrics[:count]] for count in range(len(metrics), 0, -1)]
    for columns in forms:
        if 1 + sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1) <= width:
            return columns
    return [first]
