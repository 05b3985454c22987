from __future__ import annotations

from textual.app import App, ComposeResult

from kertui.terminal.theme import DARK, default_tokens
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList, LayerRow, Waiting

ROWS = (
    LayerRow("Conv2D", ("16", "3×3", "relu"), "(6×6×16)", 24),
    LayerRow("Dense", ("10", "softmax"), "(10)", 5130),
)


class LayerListApp(App[None]):
    """A list of layers, and what it told."""

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.told: list[object] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        yield LayerList()

    def on_layer_list_layer_chosen(self, event: LayerList.LayerChosen) -> None:
        self.told.append(event.index)

    def on_layer_list_layer_opened(self, event: LayerList.LayerOpened) -> None:
        self.told.append(f"open {event.index}")


def lines(layers: LayerList) -> list[str]:
    return [layers.render_line(y).text for y in range(layers.size.height)]


async def test_layers_stand_in_columns_with_numbers_to_the_right() -> None:
    app = LayerListApp()
    async with app.run_test(size=(46, 12)) as pilot:
        layers = app.query_one(LayerList)
        layers.show_rows(ROWS, 1)
        layers.input_shape, layers.total, layers.fixed = "(8×8×1)", 5154, 24
        await pilot.pause()
        assert lines(layers) == [
            "Layers                        out       params",
            "  Input                       (8×8×1)         ",
            "  Conv2D 16  3×3  relu        (6×6×16)      24",
            "▸ Dense 10  softmax           (10)       5 130",
            "               24 of them fixed, total   5 154",
        ]


async def test_a_refused_layer_keeps_its_place() -> None:
    app = LayerListApp()
    async with app.run_test(size=(46, 12)) as pilot:
        layers = app.query_one(LayerList)
        refused = LayerRow("Conv2D", ("16", "3×3"), None, None, "expects 3 dimensions, gets (8)")
        layers.show_rows((ROWS[1], refused), 0)
        layers.problem = "layer 2 is refused"
        await pilot.pause()
        shown = lines(layers)
        assert shown[3].rstrip() == "  Conv2D 16  ✗ expects 3 dimensions, gets (8)"
        assert shown[4].rstrip() == "✗ layer 2 is refused"
        layers.show_rows((ROWS[1], LayerRow("Conv2D", ("16",), problem="word " * 12)), 0)
        await pilot.pause()
        assert lines(layers)[3].rstrip().endswith("…"), "a cut is said"
        assert "16" not in lines(layers)[3], "the reason matters more"


async def test_what_is_waited_for_is_said() -> None:
    app = LayerListApp()
    async with app.run_test(size=(46, 12)) as pilot:
        layers = app.query_one(LayerList)
        layers.show_rows((LayerRow("Dense", ("8",)),), 0)
        layers.waiting = Waiting.SPARE
        await pilot.pause()
        assert "shapes arrive in a moment" in lines(layers)[3]
        layers.waiting = Waiting.OFF
        await pilot.pause()
        assert "--no-spare" in lines(layers)[3]
        layers.waiting = Waiting.NOTHING
        await pilot.pause()
        assert "…" in lines(layers)[2], "the answer is under way"


async def test_keys_choose_and_open() -> None:
    app = LayerListApp()
    async with app.run_test(size=(46, 12)) as pilot:
        layers = app.query_one(LayerList)
        layers.show_rows(ROWS, 0)
        layers.focus()
        await pilot.press("down", "down", "up", "up", "up", "end", "enter")
        assert app.told == [1, 0, INPUT_ROW, 1, "open 1"]


async def test_a_long_network_scrolls_to_what_is_chosen() -> None:
    app = LayerListApp()
    async with app.run_test(size=(46, 12)) as pilot:
        layers = app.query_one(LayerList)
        layers.styles.height = 6
        layers.show_rows(ROWS * 10, 0)
        layers.focus()
        await pilot.press("end")
        assert any(line.startswith("▸") for line in lines(layers))
