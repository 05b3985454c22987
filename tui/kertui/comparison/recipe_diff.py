"""A table of what differs between recipes, a column for each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from kertui.comparison.recipe_comparison import ComparedValue, RecipeComparison
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted, wrap

_GAP = 2
_LEAST_COLUMN = 8


class RecipeDiff(VerticalScroll):
    """Scrolls over the rows of a comparison.

    Args:
        whole: compares a recipe with what it became: what is the same is shown too, dim, and
            signs and colours say what came and what went. Else only what differs is shown, and
            what is the same is counted.
    """

    DEFAULT_CSS = """
    RecipeDiff { height: 1fr; scrollbar-size-vertical: 1; }
    """

    def __init__(self, *, whole: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._whole = whole

    def compose(self) -> ComposeResult:
        """Hold the rows, which may be more than fit."""
        yield _ComparisonRows(self._whole)

    def show(
        self,
        heads: Sequence[tuple[Row, str]],
        comparison: RecipeComparison,
        note: str = "",
        verdict: str = "",
        *,
        of: str = "layers and settings",
    ) -> None:
        """Show a comparison in columns.

        Args:
            heads: what stands over each column: its sign, which may be empty, and its name.
            comparison: of as many recipes.
            note: what is to be said before all else under them.
            verdict: a sentence of its own, after all else; as many lines as it takes.
            of: what is compared.
        """
        text = f"{comparison.same} other {of} are the same"
        if self._whole:
            text = ""
        elif not comparison.differences:
            text = "the recipes are the same"
        text = f"{note}; {text}" if note else text
        self.query_one(_ComparisonRows).show(
            heads, comparison.rows(whole=self._whole), text, verdict
        )

    def say(self, text: str) -> None:
        """Show a sentence that says why there is nothing to compare."""
        self.query_one(_ComparisonRows).show((), (), text)


class _ComparisonRows(RowsWidget):
    """A head with the recipes, the rows, and under them a sentence on the rest.

    Args:
        signs: whether signs before the rows say what came and what went.
    """

    DEFAULT_CSS = """
    _ComparisonRows { height: 1; }
    """

    def __init__(self, signs: bool) -> None:
        super().__init__()
        self._signs = signs
        self._heads: Sequence[tuple[Row, str]] = ()
        self._compared: Sequence[ComparedValue] = ()
        self._text = self._verdict = ""

    def show(
        self,
        heads: Sequence[tuple[Row, str]],
        compared: Sequence[ComparedValue],
        text: str,
        verdict: str = "",
    ) -> None:
        """Show these rows; without heads the text alone.

        Args:
            heads: the sign and the name of each recipe.
            compared: what differs, and what does not where that is wanted.
            text: under the rows.
            verdict: under it.
        """
        self._heads, self._compared = heads, compared
        self._text, self._verdict = text, verdict
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Share the width out: a third for the labels at most, the rest in equal columns."""
        said = [cells(f" {self._text}", "dim")]
        if self._verdict:
            said += [[], *(cells(f" {line}") for line in wrap(self._verdict, width - 2))]
        if not self._heads:
            self._show_all(said)
            return
        glyphs = glyphs_for(self.app)
        before = 3 if self._signs else 1
        longest = max((cell_len(row.label) for row in self._compared), default=0)
        label = min(longest, width // 3) + _GAP
        room = max(_LEAST_COLUMN, (width - label - before) // len(self._heads) - _GAP)
        head = cells(" " * (before + label))
        for sign, name in self._heads:
            stroke = sign + cells(" ") if sign else []
            text = fitted(name, room - len(stroke), glyphs)
            head += fit(stroke + cells(text, "strong"), room + _GAP)
        rows = [head]
        for row in self._compared:
            text = fitted(row.label, label - _GAP, glyphs)
            if not row.values:
                rows += [[], cells(f" {text}", "strong")]
                continue
            line = cells(f" {self._sign(row, glyphs)} " if self._signs else " ", "accent")
            line += fit(cells(text, "dim"), label)
            for number, value in enumerate(row.values):
                text = fitted(glyphs.dot if value is None else value, room, glyphs)
                line += fit(cells(text, self._role(row, number)), room + _GAP)
            rows.append(line)
        self._show_all([fit(row, width) for row in [*rows, [], *said]])

    def _show_all(self, rows: list[Row]) -> None:
        self.styles.height = len(rows)
        self.show_rows(rows)

    def _sign(self, row: ComparedValue, glyphs: Glyphs) -> str:
        if row.same:
            return " "
        if row.values[0] is None:
            return glyphs.add
        return glyphs.minus if row.values[-1] is None else glyphs.right

    def _role(self, row: ComparedValue, number: int) -> str:
        value = row.values[number]
        # What is as in the first recipe is dim: the others stand out.
        if row.same or value is None or (number and value == row.values[0]):
            return "dim"
        if not self._signs:
            return ""
        return "accent" if number else "warning"
