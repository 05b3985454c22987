"""What differs between the recipes of the chosen runs: a column for each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from kertasks.recipes.recipe import Recipe
from kertasks.runs.summary import RunSummary
from kertui.comparison.recipe_table import RecipeTable, differing
from kertui.plotting.run_strokes import sample
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted

_GAP = 2
_LEAST_COLUMN = 8


@dataclass(frozen=True, slots=True)
class DiffRun:
    """A run whose recipe is compared."""

    place: int
    summary: RunSummary
    recipe: Recipe


class RecipeDiff(VerticalScroll):
    """Scrolls over the rows that differ; what is the same is only counted."""

    DEFAULT_CSS = """
    RecipeDiff { height: 1fr; scrollbar-size-vertical: 1; }
    """

    def compose(self) -> ComposeResult:
        """The rows."""
        yield _Rows()

    def show(self, runs: Sequence[DiffRun], problem: str = "") -> None:
        """Compare the recipes of these runs.

        Args:
            runs: the first one is what the others are compared with.
            problem: what to say instead, where they cannot be compared.
        """
        self.query_one(_Rows).show(runs, problem)


class _Rows(RowsWidget):
    DEFAULT_CSS = """
    _Rows { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._runs: Sequence[DiffRun] = ()
        self._problem = ""
        self._table = RecipeTable((), 0)

    def show(self, runs: Sequence[DiffRun], problem: str) -> None:
        self._runs, self._problem = runs, problem
        self._table = differing([run.recipe for run in runs]) if runs else RecipeTable((), 0)
        self.styles.height = 3 + len(self._table.rows)
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """A head with the runs, a line for each difference, and how much is the same."""
        if self._problem:
            self.show_rows([cells(f" {self._problem}", "dim")])
            return
        glyphs = glyphs_for(self.app)
        rows = self._table.rows
        label = min(max([0, *(len(row.label) for row in rows)]), width // 3) + _GAP
        room = max(_LEAST_COLUMN, (width - label - 1) // max(1, len(self._runs)) - _GAP)
        head = cells(" " * (label + 1))
        for run in self._runs:
            name = fitted(f"{run.summary.task} {run.summary.title}", room - 3, glyphs)
            head += sample(run.place, glyphs) + cells(" ")
            head += cells(name.ljust(room - 3 + _GAP), "strong")
        lines = [fit(head, width)]
        for row in rows:
            line = cells(f" {fitted(row.label, label - _GAP, glyphs)}".ljust(label + 1), "dim")
            line += self._values(row.values, room, glyphs)
            lines.append(fit(line, width))
        lines += [fit([], width), fit(cells(f" {self._said}", "dim"), width)]
        self.show_rows(lines)

    def _values(self, values: Sequence[str | None], room: int, glyphs: Glyphs) -> Row:
        line: Row = []
        for value in values:
            # What is as in the first run is dim: the others stand out.
            role = "dim" if value is None or (line and value == values[0]) else ""
            text = fitted(glyphs.dot if value is None else value, room, glyphs)
            line += cells(text.ljust(room + _GAP), role)
        return line

    @property
    def _said(self) -> str:
        same = f"{self._table.same} other layers and settings are the same"
        return same if self._table.rows else "the recipes are the same"
