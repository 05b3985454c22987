"""Two runs beside each other, tab by tab."""

from __future__ import annotations

from pathlib import Path

from tests.support.piloting import shown
from tests.support.run_folders import NOON, write_run
from tests.support.runs_app import opened_runs
from tests.support.view_records import LookService, matrix_of

from kertasks.runs.views.confusion_matrix import ConfusionRequest
from kertui.live.pane import LivePane
from kertui.runs.side_by_side import SideBySideScreen

MATRIX = matrix_of([[40, 2], [5, 53]])


async def test_both_show_the_tab_of_a_digit_and_escape_goes_back(tmp_path: Path) -> None:
    service = LookService(tmp_path, lambda _: MATRIX)
    service.spare = True
    service.start_spare = lambda: None  # type: ignore[method-assign]  # its answers are known
    for number, recipe in enumerate(("as asked", "answer")):
        write_run(service.store, "xor", recipe, began=NOON - number, epochs=3, end="finished")
    async with opened_runs(service, size=(80, 24)) as runs:
        await runs.press("space", "down", "3")
        screen = runs.app.screen
        assert isinstance(screen, SideBySideScreen)
        await runs.until(lambda: shown(runs.app).count("accuracy 0.930") == 2)
        assert sum(isinstance(one, ConfusionRequest) for one in service.requests) >= 2
        lines = shown(runs.app).splitlines()
        assert any("xor as asked" in line and "xor answer" in line for line in lines)
        assert "E trains on" not in shown(runs.app)  # the key does nothing here
        await runs.press("6")
        assert [pane.shown.key for pane in screen.query(LivePane)] == ["6", "6"]
        for width, height in ((60, 18), (200, 60), (80, 24)):
            await runs.pilot.resize_terminal(width, height)
        await runs.press("1", "escape")
        await runs.until(lambda: runs.app.screen is runs.screen)
