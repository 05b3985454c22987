"""Damaged runs in the interface: listed among the others, and opened or refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.support.piloting import shown
from tests.support.recorded_service import RecordedService
from tests.support.run_damage import EVENTS, WAYS, change, not_waiting
from tests.support.run_folders import NOON, write_run
from tests.support.runs_app import opened_runs

from kertasks.runs.event_file.events import Epoch, Event, Failed, Notice, format_event
from kertui.dialogs.dialog import Choice, Question
from kertui.live.tabs.log import LogTab
from kertui.workbench.workbench import WorkbenchScreen

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


@pytest.fixture(autouse=True)
def _deadline() -> Iterator[None]:
    with not_waiting(300):
        yield


async def test_all_are_listed_and_the_curves_of_those_with_odd_events_drawn(
    service: RecordedService,
) -> None:
    for number, damage in enumerate(WAYS.values()):
        damage(write_run(service.store, "xor", "answer", epochs=3, began=NOON - number))
    write_run(service.store, "square", "tanh", epochs=3).manifest_path.write_text("{")
    async with opened_runs(service) as runs:
        assert len(runs.listed) == len(WAYS) + 1
        for _ in range(len(EVENTS)):
            await runs.press("down")
            await runs.until(lambda: not runs.curves.reading)
        await runs.press("slash", *"square")
        await runs.shows("run.json cannot be read")


@pytest.mark.parametrize("way", OPENED)
async def test_a_damaged_run_opens_or_says_why_it_cannot(
    service: RecordedService, way: str
) -> None:
    WAYS[way](write_run(service.store, "xor", "answer", epochs=3))
    async with opened_runs(service) as runs:
        await runs.press("enter")
        await runs.until(
            lambda: isinstance(runs.app.screen, WorkbenchScreen) or runs.app._notifications
        )
        bench = runs.app.screen
        if isinstance(bench, WorkbenchScreen):
            await runs.until(lambda: bench.is_mounted)
            await runs.press("l")
            await runs.until(lambda: bench.query_one(LogTab).display)


STEERING = "\x1b]52;c;eA==\x07\x1b[2J\x9b1m\u202e[/b][red]"
"""Writes to the clipboard, clears the screen and turns the line, or so it would; and markup."""

WORDS = ("name", "tag", "note", "recipe", "device", "host", "metric", "reason", "log", "question")


async def test_no_text_of_a_run_steers_the_terminal(service: RecordedService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=0, began=NOON - 60, end="")
    change(run, recipe=f"recipe{STEERING}", device=f"device{STEERING}", host=f"host{STEERING}")
    label = {"name": f"name{STEERING}", "tags": [f"tag{STEERING}"], "note": f"note{STEERING}"}
    (run.path / "label.json").write_text(json.dumps(label))
    run.log_path.write_text(f"log{STEERING}\n")
    metrics = {"loss": 1.0, f"metric{STEERING}": 1.0}
    events: list[Event] = [
        Notice(NOON, f"notice{STEERING}"),
        *(Epoch(NOON, number, metrics, 0.1, 0.1) for number in (1, 2)),
        Failed(NOON, f"reason{STEERING}"),
    ]
    with run.events_path.open("a") as file:
        file.writelines(map(format_event, events))
    seen: set[str] = set()

    def look() -> None:
        text = shown(runs.app)
        assert all(map(str.isprintable, text.splitlines())), ascii(text)
        seen.update(word for word in WORDS if word in text)

    async with opened_runs(service, size=(200, 50)) as runs:
        await runs.until(lambda: not runs.curves.reading)
        look()
        await runs.press("n")
        look()
        await runs.press("e")
        look()
        await runs.press("escape", "c")
        look()
        await runs.press("c", "enter")
        await runs.until(lambda: isinstance(runs.app.screen, WorkbenchScreen))
        await runs.shows("reason")
        look()
        await runs.press("l")
        await runs.shows("log")
        look()
        runs.app.push_screen(Question(f"question{STEERING}", "", [Choice(1, "yes", "")]))
        await runs.shows("question")
        look()
    assert seen == set(WORDS)
