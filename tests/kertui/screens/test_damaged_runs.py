"""Damaged runs in the interface: listed among the others, and opened or refused in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.kertui.screens.recorded_service import RecordedService
from tests.kertui.screens.test_runs import opened
from tests.run_damage import EVENTS, WAYS, not_waiting
from tests.run_folders import NOON, write_run

from kertui.screens.log import LogScreen
from kertui.screens.workbench import WorkbenchScreen

OPENED = (
    "pid -1",
    "run.json: nested",
    "recipe.toml: folder",
    "events.jsonl: pipe",
    "control.json: endless",
    "trainer.log: pipe",
    "zeros",
    "large numbers",
    "no steps",
    "an end without its fields",
)
"""Ways of damage whose runs are opened too."""

LONG = ("junk in one line", "zeros")


@pytest.fixture(autouse=True)
def _deadline() -> Iterator[None]:
    with not_waiting(300):
        yield


async def test_all_are_listed_and_the_curves_of_those_with_odd_events_drawn(
    service: RecordedService,
) -> None:
    ways = [damage for way, damage in WAYS.items() if way not in LONG]
    for number, damage in enumerate(ways):
        damage(write_run(service.store, "xor", "answer", epochs=3, began=NOON - number))
    write_run(service.store, "square", "tanh", epochs=3).manifest_path.write_text("{")
    async with opened(service) as runs:
        assert len(runs.listed) == len(ways) + 1
        for _ in range(len(EVENTS) - len(LONG)):
            await runs.press("down")
            await runs.until(lambda: not runs.curves.reading)
        await runs.press("slash", *"square")
        await runs.shows("run.json cannot be read")


@pytest.mark.parametrize("way", OPENED)
async def test_a_damaged_run_opens_or_says_why_it_cannot(
    service: RecordedService, way: str
) -> None:
    WAYS[way](write_run(service.store, "xor", "answer", epochs=3))
    async with opened(service) as runs:
        await runs.press("enter")
        await runs.until(
            lambda: isinstance(runs.app.screen, WorkbenchScreen) or runs.app._notifications
        )
        if isinstance(runs.app.screen, WorkbenchScreen):
            await runs.press("l")
            await runs.until(lambda: isinstance(runs.app.screen, LogScreen))
