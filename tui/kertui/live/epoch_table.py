"""The epochs as a table, the newest on top. Only the rows in sight are made."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.reactive import var

from kertasks.runs.history import RunHistory
from kertasks.text import numbers as formatting
from kertui.plotting.curves.plot import marked_changes
from kertui.plotting.curves.traces import VALIDATION
from kertui.plotting.strips import Row, cells, fit, join
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.cells import padded
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

    def __init__(self) -> None:
        super().__init__()
        self._history = RunHistory()
        self._epochs = 0

    def show(self, history: RunHistory) -> None:
        """Show a history as it is now. Who has scrolled back keeps the rows in sight."""
        if history is not self._history:
            self._history = history
            self._epochs = 0
            self.set_reactive(EpochTable.back, 0)
        more = history.epochs - self._epochs
        self._epochs = history.epochs
        if self.back:
            self.set_reactive(EpochTable.back, max(0, self.back + more))
        self.redraw()

    def scroll_by(self, rows: int) -> None:
        """Go back (positive) or forward by so many epochs."""
        self.back = max(0, min(self.back + rows, self._epochs - self._visible))

    def scroll_page(self, pages: int) -> None:
        """Go back (positive) or forward by so many pages."""
        self.scroll_by(pages * max(1, self._visible))

    def watch_back(self) -> None:
        """Show the epochs that are in sight now."""
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll towards older epochs."""
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll towards newer epochs."""
        event.stop()
        self.scroll_by(-3)

    @property
    def _visible(self) -> int:
        """Rows of epochs: all but the head; a table one row high has no head."""
        return max(1, self.size.height - 1)

    def draw_rows(self, width: int) -> None:
        """Draw the epochs in sight."""
        glyphs = glyphs_for(self.app)
        self.show_rows(epoch_rows(self._history, width, self.size.height, glyphs, self.back))


def epoch_rows(
    history: RunHistory, width: int, height: int, glyphs: Glyphs, back: int = 0
) -> list[Row]:
    """The epochs under a head, the newest on top, or one that lies ``back`` epochs behind it; in
    one row the latest epoch, each number named."""
    if height == 1:
        return [_one_line(history, width)]
    columns = _columns(history, width)
    titles = _GAP.join(padded(column.title, column.width, right=True) for column in columns)
    head = fit(cells(" " + titles, "dim"), width)
    if back:
        head = join(head, cells(f"{formatting.grouped(back)} back", "accent"), width)
    changed = set(marked_changes(history))
    top = history.epochs - 1 - max(0, min(back, history.epochs - (height - 1)))
    rows = [head]
    for at in range(top, top - height + 1, -1):
        row: Row = []
        if 0 <= at < history.epochs:
            epoch = history.epoch_numbers[at]
            row = cells(glyphs.best, "best") if epoch == history.best_epoch else cells(" ")
            for number, column in enumerate(columns):
                text = _value(history, column.name, at)
                role = "" if at == history.epochs - 1 else "dim"
                if column.name == "learning rate" and epoch in changed:
                    text, role = f"{glyphs.changed}{text}", "accent"
                row += cells((_GAP if number else "") + text.rjust(column.width), role)
        rows.append(fit(row, width))
    return rows


def _one_line(history: RunHistory, width: int) -> Row:
    if not history.epochs:
        return fit([], width)
    row: Row = []
    for name in ("epoch", *_names(history)):
        title = "epoch" if name == "epoch" else formatting.metric_label(name)
        part = cells(f"{_GAP if row else ' '}{title} ", "dim")
        part += cells(_value(history, name, history.epochs - 1))
        if len(row) + len(part) > width:
            break
        row += part
    return fit(row, width)


def _value(history: RunHistory, name: str, at: int) -> str:
    if name == "epoch":
        return formatting.grouped(history.epoch_numbers[at])
    if name == "learning rate":
        rate = history.learning_rates[at]
        return "" if math.isnan(rate) else formatting.learning_rate(rate)
    if name == "seconds":
        seconds = history.seconds[at]
        return "" if math.isnan(seconds) else formatting.duration(seconds)
    if history.lacks(name, history.epoch_numbers[at]):
        return ""
    value = history.column(name)[at]
    return formatting.metric(name, value) if not math.isnan(value) else "nan"


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
        _Column(title, max(7, cell_len(title)), name)
        for name in _names(history) or ([] if history.epochs else ["loss"])
        for title in (formatting.metric_label(name),)
    ]
    # Three digits, an exponent and the mark; of a training without an optimizer there is none.
    has_rate = not history.epochs or any(not math.isnan(one) for one in history.learning_rates)
    rate = [_Column("lr", 8, "learning rate")] if has_rate else []
    # A log that something else writes may not say how long its epochs took.
    timed = not history.epochs or any(not math.isnan(one) for one in history.seconds)
    took = [_Column("time", 7, "seconds")] if timed else []
    forms = [[first, *metrics, *rate, *took], [first, *metrics, *rate]]
    forms += [[first, *metrics[:count]] for count in range(len(metrics), 0, -1)]
    for columns in forms:
        if 1 + sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1) <= width:
            return columns
    return [first]
