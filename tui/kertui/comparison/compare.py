"""The recipe beside the one it came from."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertasks.recipes.recipe import Recipe
from kertui.comparison.comparison import Comparison, Difference, compare, settings_of
from kertui.comparison.comparison_table import ComparisonRow, ComparisonTable
from kertui.rows.key_line import KeyLine
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.layer_lines import layer_line


class CompareScreen(Screen[None]):
    """Two columns, before and after; what is the same stands dim.

    Args:
        before: what the recipe came from.
        after: the recipe as it stands.
        before_name: what the first is called.
        after_name: what the second is called.
    """

    CSS_PATH = "compare.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,c",
            "app.pop_screen",
            "back",
            key_display="esc",
            id="compare.back",
            tooltip="Back to the workbench.",
        ),
    ]

    def __init__(self, before: Recipe, after: Recipe, before_name: str, after_name: str) -> None:
        super().__init__()
        self._before, self._after = before, after
        self._names = (before_name, after_name)

    def compose(self) -> ComposeResult:
        """Build the screen."""
        comparison = compare(self._before, self._after)
        signs = glyphs_for(self.app)
        yield Static(self._title(comparison, signs), id="compare-title")
        with VerticalScroll(id="compare-body"):
            yield ComparisonTable(
                self._names, comparison_rows(comparison, self._before, self._after)
            )
        yield KeyLine()

    def _title(self, comparison: Comparison, signs: Glyphs) -> Content:
        count = sum(len(pair.differences) for pair in comparison.layers)
        count += len(comparison.settings)
        words = "no differences" if not count else f"{count} difference{'s' * (count > 1)}"
        return Content.assemble(
            (self._after.task, "bold $accent"),
            f" {signs.into} ",
            ("compare", "bold"),
            "  ",
            (words, "$dim"),
        )


def comparison_rows(
    comparison: Comparison, before: Recipe, after: Recipe
) -> tuple[ComparisonRow, ...]:
    """The rows of the table: every layer of both recipes, then every setting."""
    rows = [ComparisonRow("Layers", None, None, heading=True)]
    for pair in comparison.layers:
        old = layer_line(before.layers[pair.before]) if pair.before is not None else None
        new = layer_line(after.layers[pair.after]) if pair.after is not None else None
        number = pair.after if pair.after is not None else pair.before
        same = not pair.differences
        arguments = tuple(_without_layer(one) for one in pair.differences) if old and new else ()
        rows.append(ComparisonRow(str((number or 0) + 1), old, new, same=same))
        rows += [ComparisonRow(name, one.before, one.after, inner=True) for name, one in arguments]
    rows.append(ComparisonRow("Training", None, None, heading=True))
    old_settings, new_settings = settings_of(before), settings_of(after)
    differing = {one.path for one in comparison.settings}
    rows += [
        ComparisonRow(path, old_settings.get(path), new_settings.get(path), path not in differing)
        for path in dict.fromkeys([*old_settings, *new_settings])
    ]
    return tuple(rows)


def _without_layer(difference: Difference) -> tuple[str, Difference]:
    return difference.path.split(".", 2)[2], difference
