"""The screen that shows a recipe beside the one it came from."""

from __future__ import annotations

from dataclasses import replace

from tests.support.piloting import shown
from tests.support.recorded_service import RecordedService

from kertasks.recipes.recipe import Layer
from kertasks.registry import find_task
from kertui.app import KertuiApp
from kertui.comparison.compare import CompareScreen
from kertui.terminal.capabilities import Capabilities
from kertui.text.layer_lines import layer_line


async def test_what_came_what_went_and_what_changed_has_a_sign(service: RecordedService) -> None:
    before = find_task("xor").recipes["answer"]
    first = before.layers[0]
    wider = replace(first, arguments={**first.arguments, "units": 32})
    dropout = Layer("Dropout", {"rate": 0.5})
    changed = replace(before, layers=(wider, dropout, *before.layers[1:]))
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(CompareScreen(before, changed, "as it was", "as it is"))
        await pilot.pause()
        lines = [line.split() for line in shown(app).splitlines()]
        assert "2 differences" in shown(app)
        assert ["→", "Dense", "units", "8", "32"] in lines
        assert ["+", "layer", "2", "·", "Dropout", "0.5"] in lines
        # What is the same stands there without a sign.
        assert ["layer", "3", *2 * layer_line(before.layers[1]).split()] in lines
        assert ["seed", str(before.seed), str(before.seed)] in lines
        await app.push_screen(CompareScreen(changed, before, "as it was", "as it is"))
        await pilot.pause()
        lines = [line.split() for line in shown(app).splitlines()]
        assert ["−", "layer", "2", "Dropout", "0.5", "·"] in lines
