"""The tab of layers: what it asks for, what it shows, how a person gets from all layers to one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from tests.support.layer_records import DENSE, FLATTEN, dense, looked, page, table
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import DoesNotApply, Look, Rows
from kertasks.runs.views.layer_page import MOST_UNITS, LayerRecord, LayerRequest
from kertasks.runs.views.layer_table import LayersRecord, LayersRequest
from kertui.live.tab import RunView
from kertui.live.tabs.layers import LayerDrawing, LayersTab
from kertui.plotting.strips import text_of
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import DARK, THEMES, default_tokens

RUN = RunFolder(Path("run"))
KERNEL = ((0.5, 0.0), (0.0, -0.5))


class LayersApp(App[None]):
    """The tab alone, for a run whose looks the test makes."""

    def __init__(self, ascii: bool = False) -> None:
        self.capabilities = Capabilities(ascii=ascii)
        self.asked = 0
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        yield LayersTab()

    def on_mount(self) -> None:
        self.query_one(LayersTab).focus()

    def on_live_tab_wants_other(self, _: LayersTab.WantsOther) -> None:
        self.asked += 1


class Shown:
    """The tab with what a test has it show."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.tab = pilot.app.query_one(LayersTab)
        self.history = RunHistory()
        self.look: Look | None = None

    @property
    def view(self) -> RunView:
        return RunView(RUN, self.history, look=self.look, looking="computing …")

    @property
    def wanted(self) -> Any:
        return self.tab.wanted(self.view)

    @property
    def lines(self) -> list[str]:
        return [text_of(row).rstrip() for row in self.pilot.app.query_one(LayerDrawing).rows]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def show(self, record: LayersRecord | LayerRecord) -> None:
        self.look = looked(record)
        self.tab.wanted(self.view)
        self.tab.show(self.view)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def shown(size: tuple[int, int] = (80, 24), *, ascii: bool = False) -> AsyncIterator[Shown]:
    app = LayersApp(ascii)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Shown(pilot)


LAYERS = table(
    DENSE, FLATTEN, dense(name="dense_1", dead=8, gradient_norm=0.0), row_count=25_000, sampled=206
)


async def test_all_layers_then_one_and_back() -> None:
    async with shown() as here:
        assert here.tab.why_not(RunView()) == "there is no run"
        assert here.wanted == LayersRequest(bins=12)
        here.tab.show(here.view)
        await here.pilot.pause()
        assert "computing …" in here.text
        await here.show(LAYERS)
        assert "✗ 8 of 16 units dead" in here.lines[0]
        assert "epoch 412 · 206 of 25 000 training rows" in here.text
        assert here.tab.check_action("back", ()) is False
        await here.press("down", "down", "down")
        assert "▸ Dense relu" in next(line for line in here.lines if "✗ 8 of 8" in line)
        await here.press("enter")
        assert here.wanted == LayerRequest(index=2, count=MOST_UNITS, bins=12)
        assert "weights       activations" in here.text  # the table stays until the layer is here
        await here.show(page(DENSE, 8, index=0))
        assert "unit  weights" not in here.text  # of a layer that was asked for before
        await here.show(page(DENSE, 8, index=2))
        assert "unit  weights" in here.text
        await here.press("down")
        assert "unit 1 · ✗ dead: the same for all rows" in here.text
        await here.press("escape")
        assert here.wanted == LayersRequest(bins=12)
        assert "✗ 8 of 16 units dead" in here.lines[0]  # at once, and the cursor where it was
        assert "▸ Dense relu" in next(line for line in here.lines if "✗ 8 of 8" in line)


async def test_pictures_are_walked_over_both_ways_and_channels_in_turn() -> None:
    async with shown((80, 30)) as here:
        await here.show(LAYERS)
        await here.press("enter")
        await here.show(page(DENSE, 30, KERNEL, channels=3, unit_word="filter"))
        assert "kernels of input channel 1 of 3" in here.text
        await here.press("right", "down")
        chosen = next(line for line in here.lines if line.startswith("filter "))
        assert int(chosen.split()[1]) > 2
        await here.press("end")
        assert any(line.startswith("filter 29") for line in here.lines)
        await here.press("n")
        assert here.wanted.channel == 1
        await here.press("N")
        assert here.wanted.channel == 2  # counted from what is shown
        await here.press("home")
        assert any(line.startswith("filter 0") for line in here.lines)


async def test_units_far_away_are_asked_for_as_the_cursor_gets_there() -> None:
    async with shown() as here:
        await here.show(LAYERS)
        await here.press("enter")
        many = page(DENSE, MOST_UNITS)
        await here.show(replace(many, unit_count=10_000))
        assert here.wanted.first == 0
        await here.press("end")
        first = here.wanted.first
        assert first <= 10_000 - 30
        assert first + MOST_UNITS >= 10_000
        assert "9 999" in here.text


async def test_the_mouse_chooses_and_opens() -> None:
    async with shown() as here:
        await here.show(LAYERS)
        row = next(at for at, line in enumerate(here.lines) if "Flatten" in line)
        await here.pilot.click(LayerDrawing, offset=(4, row))
        await here.pilot.pause()
        assert "▸ Flatten" in here.text
        await here.pilot.click(LayerDrawing, offset=(4, row), times=2)
        await here.pilot.pause()
        assert here.wanted.index == 1
        await here.show(page(FLATTEN, 0, index=1, weights=()))
        assert "activations" in here.text


async def test_other_rows_are_asked_for_and_another_run_begins_anew() -> None:
    async with shown() as here:
        await here.show(LAYERS)
        await here.press("v")
        assert here.wanted.rows is Rows.TRAIN
        await here.press("down", "enter")
        here.history = RunHistory()
        assert here.wanted == LayersRequest(bins=12)


async def test_why_there_is_nothing_is_said() -> None:
    async with shown() as here:
        reason = str(DoesNotApply("the network has no layers"))
        here.look = Look(LayersRequest(), 3, 0, None, reason)
        here.tab.show(here.view)
        await here.pilot.pause()
        assert reason in here.text


async def test_any_size_is_filled_and_nothing_is_cut_in_half() -> None:
    pages = (LAYERS, page(DENSE, 30, KERNEL), page(DENSE, 5, ((0.1, 0.2),)))
    for ascii in (False, True):
        async with shown(ascii=ascii) as here:
            for record in pages:
                if isinstance(record, LayerRecord) and isinstance(here.wanted, LayersRequest):
                    await here.press("enter")
                for size in ((1, 1), (20, 5), (58, 16), (78, 30), (158, 54)):
                    await here.pilot.resize_terminal(*size)
                    await here.show(record)
                    drawn = here.pilot.app.query_one(LayerDrawing).rows
                    assert len(drawn) == size[1]
                    assert all(len(row) == size[0] for row in drawn)
                    assert not ascii or here.text.isascii()
