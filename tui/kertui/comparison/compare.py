"""The recipe beside the one it came from."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertasks.recipes.recipe import Recipe
from kertui.comparison.recipe_comparison import compare_recipes
from kertui.comparison.recipe_diff import RecipeDiff
from kertui.plotting.strips import Row
from kertui.rows.key_line import KeyLine
from kertui.terminal.glyphs import glyphs_for


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
        Binding("escape,c", "app.pop_screen", "back", key_display="esc", id="compare.back",
                tooltip="Go back to the screen before."),
    ]  # fmt: skip

    def __init__(self, before: Recipe, after: Recipe, before_name: str, after_name: str) -> None:
        super().__init__()
        self._task_name = after.task
        self._names = (before_name, after_name)
        self._comparison = compare_recipes((before, after))

    def compose(self) -> ComposeResult:
        """Lay out the title over the table."""
        count = len(self._comparison.differences)
        words = "no differences" if not count else f"{count} difference{'s' * (count > 1)}"
        yield Static(
            Content.assemble(
                (self._task_name, "bold $accent"),
                f" {glyphs_for(self.app).into} ",
                ("compare", "bold"),
                "  ",
                (words, "$dim"),
            ),
            id="compare-title",
        )
        yield RecipeDiff(whole=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the comparison in the table."""
        heads: list[tuple[Row, str]] = [([], name) for name in self._names]
        self.query_one(RecipeDiff).show(heads, self._comparison)
