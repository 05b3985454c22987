"""Pictures of the advice line and of the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.advice import AdvisedService
from tests.support.live_states import hold_still
from tests.support.looks import Look, State, pictures
from tests.support.piloting import until
from textual.pilot import Pilot

from kertasks.registry import find_task
from kertui.advice import advice_reader
from kertui.advice.advice_panel import AdvicePanel
from kertui.app import KertuiApp
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.workbench import WorkbenchScreen


@pytest.fixture
def service(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    catalog_in: Callable[[Path], None],
) -> Iterator[AdvisedService]:
    catalog_in(home / "cache")
    hold_still(monkeypatch, tmp_path)
    for seconds in ("_AFTER_CHANGE", "_FINDINGS_STAND"):
        monkeypatch.setattr(advice_reader, seconds, 0.02)
    monkeypatch.setattr("kertui.terminal.machine.describe_machine", lambda: ["gpu-box"])
    service = AdvisedService(home)
    yield service
    service.close()


async def open_workbench(pilot: Pilot[Any]) -> None:
    """Open a recipe, and wait until all of its fixes were tried."""
    assert isinstance(pilot.app, KertuiApp)
    task = find_task("xor")
    screen = WorkbenchScreen(pilot.app.session, task, task.recipes["as asked"])
    await pilot.app.push_screen(screen)
    column, panel = screen.query_one(RecipeColumn), screen.query_one(AdvicePanel)

    def is_there() -> bool:
        known = column.catalog is not None and column._description is not None
        trials = [entry.tried for entry in panel.known.entries if entry.fixed is not None]
        return known and bool(trials) and None not in trials

    await until(pilot, is_there)


BEFORE = ("gpu-box", "no runs yet")
STATES = {
    "line-80x24": State(("softmax over one unit", "i 2 more"), open_workbench, before=BEFORE),
    "line": State(
        ("softmax over one unit", "0.500", "i 2 more"), open_workbench, size=(120, 36),
        looks=(Look.NO_COLOUR,), before=BEFORE,
    ),
    "list-80x24": State(
        ("3 of 3 seeds",), open_workbench, keys="i", looks=(Look.ASCII,), before=BEFORE
    ),
    "list": State(
        ("3 of 3 seeds", "1 dismissed"), open_workbench, keys=("i", "end", "x"), size=(120, 36),
        before=BEFORE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "look"), pictures(STATES))
def test_it_looks_as_before(
    service: AdvisedService, snap_compare: Callable[..., bool], name: str, look: Look
) -> None:
    state = STATES[name]
    app = KertuiApp(service, look.capabilities)
    look.put_on(app)
    assert snap_compare(app, terminal_size=state.size, run_before=state.bring_about)
