"""Lines on the run under the cursor: what the columns have no room for."""

from __future__ import annotations

from kertasks.runs.home.summary import RunSummary
from kertasks.runs.manifest import Origin
from kertasks.text import numbers as formatting
from kertasks.text.result import compared, not_finite
from kertui.plotting.strips import Row, broken, cells, fit, join
from kertui.rows.rows_widget import RowsWidget
from kertui.runs.run_columns import test_text
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.finding_look import counted_from_one, sign_of
from kertui.text.run_state_look import STATE_LOOKS

LINES = 3


class RunDetails(RowsWidget):
    """How it went and what it is, in as many lines for every run: the table must not jump."""

    DEFAULT_CSS = f"""
    RunDetails {{ height: {LINES}; }}
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: RunSummary | None = None
        self._where = ""

    def show(self, run: RunSummary | None, where: str) -> None:
        """Show the facts of a run.

        Args:
            run: None for none.
            where: at which place of how many it is; may be empty.
        """
        self._run, self._where = run, where
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the lines; they are blank without a run."""
        rows: list[Row] = []
        if self._run is not None:
            glyphs = glyphs_for(self.app)
            room = width - len(self._where) - 2 if self._where else width
            how, what = _how(self._run, glyphs), _what(self._run)
            rows = _lines(how, room, glyphs) + _lines(what, room, glyphs)
            if len(rows) > LINES:
                rows = _lines([*how, *what], room, glyphs)
            if len(rows) > LINES:
                rows[LINES - 1 :] = [_cut(rows[LINES - 1], room, glyphs)]
            rows[0] = join(rows[0], cells(self._where, "dim"), width)
        rows += [[]] * (LINES - len(rows))
        self.show_rows([fit(row, width) for row in rows])


def _how(run: RunSummary, glyphs: Glyphs) -> list[Row]:
    parts = [cells(run.state.value, STATE_LOOKS[run.state].role)]
    epochs = formatting.grouped(run.epochs)
    of = f" of {formatting.grouped(run.planned)}" if run.planned else ""
    parts.append(cells(f"{epochs}{of} epochs"))
    if run.not_finite_since is not None:
        parts.append(cells(not_finite(run.not_finite_since), "bad"))
    if run.test_value is not None and run.not_finite_since is None:
        parts.append(cells(f"test {test_text(run)}"))
        against = compared(run.baseline, dict([run.test_value]), run.unit)
        parts += [cells(against)] if against else []
    elif run.result and run.not_finite_since is None:
        parts.append(cells(run.result))
    if run.seconds is not None:
        parts.append(cells(formatting.duration(run.seconds), "dim"))
    if run.best_epoch is not None:
        found = [
            cells(f"{formatting.metric_label(name)} {formatting.metric(name, value)}")
            for name, value in sorted(run.best.items(), key=lambda item: "val_" not in item[0])
        ]
        best = f"best epoch {formatting.grouped(run.best_epoch)}"
        parts.append(cells(f"{best}: ", "dim") + found[0] if found else cells(best, "dim"))
        parts += found[1:]
    if run.finding is not None:
        sign, role = sign_of(run.finding.severity, glyphs)
        parts.append(cells(f"{sign} {counted_from_one(run.finding.sentence)}", role))
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
    if run.fit is not None:
        number, count = run.fit
        parts.append(cells(f"fit {number} of the {count} of one start of {run.task}", "dim"))
    elif run.group and run.origin is Origin.RECIPE:
        parts.append(cells(f"of {run.group}", "dim"))
    if run.origin is Origin.FILE:
        parts.append(cells(f"read from {run.task}", "dim"))
    if run.retrained_from:
        parts.append(cells(f"retrained from {run.retrained_from}", "dim"))
    if run.device:
        where = f"{run.device} on {run.host}" if run.host else run.device
        parts.append(cells(where, "dim"))
    return parts


def _lines(parts: list[Row], width: int, glyphs: Glyphs) -> list[Row]:
    """The parts with dots between them, as many on a line as fit."""
    dot = cells(f" {glyphs.dot} ", "dim")
    rows: list[Row] = []
    for part in parts:
        if rows and len(rows[-1]) + len(dot) + len(part) <= width:
            rows[-1] += dot + part
        else:
            rows += [cells(" ") + line for line in broken(part, width - 1)]
    return rows


def _cut(row: Row, width: int, glyphs: Glyphs) -> Row:
    """The last line there is room for, with a sign that more follows."""
    more = cells(f" {glyphs.dot} {glyphs.cut}", "dim")
    if len(row) + len(more) <= width:
        return row + more
    return fit(row, width - len(glyphs.cut)) + cells(glyphs.cut, "dim")
