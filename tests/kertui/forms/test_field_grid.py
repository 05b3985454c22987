"""The grid of fields: labels on the left, values in one column."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from kertui.forms.field_grid import FieldGrid
from kertui.forms.fields import Entry, Field
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import DARK, THEMES, default_tokens

LABELS = [("layer", 0), ("units", 1), ("recurrent_initializer", 1), ("name", 0)]


class GridApp(App[None]):
    """A grid that fills the screen."""

    def __init__(self) -> None:
        self.capabilities = Capabilities()
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        yield FieldGrid()


@pytest.mark.parametrize("width", [34, 44, 66])
async def test_values_of_nested_arguments_stand_in_the_column_of_the_others(width: int) -> None:
    app = GridApp()
    async with app.run_test(size=(width, 10)) as pilot:
        grid = app.query_one(FieldGrid)
        grid.fields = tuple(
            Field((label,), label, Entry.TEXT, "VALUE", depth=depth) for label, depth in LABELS
        )
        await pilot.pause()
        columns = {grid.render_line(y).text.index("VALUE") for y in range(len(LABELS))}
        assert len(columns) == 1
