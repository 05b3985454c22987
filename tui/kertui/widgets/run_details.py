"""Two lines on the run under the cursor: what the columns have no room for."""

from __future__ import annotations

from kertui import formatting
from kertui.glyphs import Glyphs, glyphs_for
from kertui.plotting.strips import Row, cells, fit, join
from kertui.run_columns import test_text
from kertui.training.run_summary import RunSummary
from kertui.widgets.rows_widget import RowsWidget
from kertui.widgets.run_looks import STATE_ROLES


class RunDetails(RowsWidget):
    """How it went on the first line, what it is on the second."""

    DEFAULT_CSS = """
    RunDetails { height: 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: RunSummary | None = None
        self._where = ""

    def show(self, run: RunSummary | None, where: str) -> None:
        """Show a run.

        Args:
            run: None for none.
            where: at which place of how many it is; may be empty.
        """
        self._run, self._where = run, where
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """The two lines; blank without a run."""
        if self._run is None:
            self.show_rows([fit([], width), fit([], width)])
            return
        glyphs = glyphs_for(self.app)
        first = _joined(_how(self._run), width - len(self._where) - 2, glyphs)
        second = _joined(_what(self._run), width, glyphs)
        self.show_rows([join(first, cells(self._where, "dim"), width), fit(second, width)])


def _how(run: RunSummary) -> list[Row]:
    parts = [cells(run.state.value, STATE_ROLES[run.state])]
    epochs = formatting.grouped(run.epochs)
    of = f" of {formatting.grouped(run.planned)}" if run.planned else ""
    parts.append(cells(f"{epochs}{of} epochs"))
    if run.test_value is not None:
        parts.append(cells(f"test {test_text(run)}"))
    elif run.result:
        parts.append(cells(run.result))
    if run.best_epoch is not None:
        found = (
            f"{formatting.metric_label(name)} {formatting.metric(name, value)}"
            for name, value in sorted(run.best.items(), key=lambda item: "val_" not in item[0])
        )
        best = f"best epoch {formatting.grouped(run.best_epoch)}: "
        parts.append(cells(best, "dim") + cells(", ".join(found)))
    if run.seconds is not None:
        parts.append(cells(formatting.duration(run.seconds), "dim"))
    return parts


def _what(run: RunSummary) -> list[Row]:
    parts = []
    if run.damage:
        parts.append(cells(run.damage, "bad"))
    if run.label.note:
        parts.append(cells(run.label.note))
    if run.label.tags:
        parts.append(cells(" ".join(f"#{tag}" for tag in run.label.tags), "accent"))
    parts.append(cells(run.id, "dim"))
    if run.device:
        where = f"{run.device} on {run.host}" if run.host else run.device
        parts.append(cells(where, "dim"))
    return parts


def _joined(parts: list[Row], width: int, glyphs: Glyphs) -> Row:
    """Apart by dots, the last part cut with a sign where they do not fit."""
    row = cells(" ")
    for number, part in enumerate(parts):
        row += (cells(f" {glyphs.dot} ", "dim") if number else []) + part
    if len(row) <= width:
        return row
    return row[: max(0, width - len(glyphs.cut))] + cells(glyphs.cut, "dim")
