"""What the first screen has read in threads: each kind for one request at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.support.piloting import Held, Threads, shown, until
from tests.support.recorded_service import RECORDED, RecordedService
from tests.support.run_folders import write_run
from textual import on
from textual.pilot import Pilot

from kertasks.data.described.description import SCHEMA
from kertasks.data.described.fact_cache import FactCache
from kertasks.data.sources import data_files as files
from kertasks.registry import find_task
from kertui.app import KertuiApp
from kertui.session import Session
from kertui.tasks_screen.known_data import DataKey, KnownData
from kertui.tasks_screen.known_runs import KnownRuns
from kertui.tasks_screen.task_card import Described
from kertui.tasks_screen.task_list import TaskList
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities


def key_of(task: str) -> DataKey:
    found = find_task(task)
    recipe = found.recipe()
    return task, found.variant(recipe.data.variant).name, recipe.seed


XOR, SQUARE = key_of("xor"), key_of("square")


def remember(home: Path, key: DataKey) -> None:
    """Have a description in the cache of a recorded service."""
    fields = json.loads((RECORDED / f"{key[0]}.json").read_bytes())
    FactCache(home / "cache", "descriptions").write(fields, *key, SCHEMA)


class Listening(TasksScreen):
    """Reads only what a test asks it for, and keeps the answers."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.described: list[DataKey] = []
        self.runs: list[int] = []
        self.checked = 0

    def _begin(self) -> None:
        """Nothing is asked for by the screen itself."""

    @on(KnownData.DataKnown)
    def keep_data(self, event: KnownData.DataKnown) -> None:
        assert isinstance(event.status, Described)
        self.described.append(event.key)

    @on(KnownRuns.RunsRead)
    def keep_runs(self, event: KnownRuns.RunsRead) -> None:
        self.runs.append(len(event.runs))

    @on(KnownData.FilesChecked)
    def keep_files(self, event: KnownData.FilesChecked) -> None:
        self.checked += 1


@asynccontextmanager
async def listening(
    service: RecordedService,
) -> AsyncIterator[tuple[Pilot[None], Listening, Threads]]:
    app = KertuiApp(service, Capabilities())
    threads = Threads()
    async with app.run_test(size=(120, 36)) as pilot:
        # What the first screen asks for, under the listening one, is through.
        await until(pilot, lambda: service.asked and all(work.done() for work in threads.work))
        screen = Listening(app.session)
        await app.push_screen(screen)
        threads.work.clear()
        yield pilot, screen, threads


async def test_one_description_is_waited_for(
    service: RecordedService, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home, SQUARE)
    async with listening(service) as (pilot, screen, threads):
        describing = Held(monkeypatch, service, "describe")
        for key in (XOR, XOR, key_of("digits"), SQUARE, XOR):
            screen.query_one(KnownData).describe(key)
        # What is remembered does not wait.
        await until(pilot, lambda: screen.described == [SQUARE])
        describing.let_go()
        await until(pilot, lambda: all(work.done() for work in threads.work))
        await pilot.pause()
        assert screen.described == [SQUARE, XOR]
        assert len(describing.calls) == 1
        screen.query_one(KnownData).describe(key_of("digits"))
        await until(pilot, lambda: screen.described == [SQUARE, XOR, key_of("digits")])


async def test_runs_are_read_once_at_a_time(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(service.store, "xor", "answer", epochs=3)
    async with listening(service) as (pilot, screen, threads):
        reading = Held(monkeypatch, service.store, "listing")
        for _ in range(3):
            screen.query_one(KnownRuns).read()
        reading.let_go()
        await until(pilot, lambda: all(work.done() for work in threads.work))
        await until(pilot, lambda: screen.runs == [1])
        assert len(reading.calls) == 1
        screen.query_one(KnownRuns).read()
        await until(pilot, lambda: screen.runs == [1, 1])


async def test_files_are_told_of_as_they_were_looked_at_last(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(service) as (pilot, screen, threads):
        looking = Held(monkeypatch, files, "state")
        screen.query_one(KnownData).look_at_files()
        await until(pilot, lambda: len(looking.calls) == 1)
        screen.query_one(KnownData).look_at_files()
        looking.let_go()
        await until(pilot, lambda: all(work.done() for work in threads.work))
        await until(pilot, lambda: screen.checked)
        await pilot.pause()
        assert screen.checked == 1


async def test_what_is_shown_by_then_is_described_next(
    service: RecordedService, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home, XOR)
    describing = Held(monkeypatch, service, "describe")
    recalling = Held(monkeypatch, service, "remembered_description")
    recalling.let_go()
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: len(describing.calls) == 1)
        tasks = app.screen.query_one(TaskList)
        tasks.highlighted = tasks.get_option_index("xor")
        await until(pilot, lambda: "truth table" in shown(app) and "baseline" in shown(app))
        tasks.highlighted = tasks.get_option_index("square")
        await until(pilot, lambda: SQUARE in recalling.calls)
        assert "reading the data" in shown(app)
        assert len(describing.calls) == 1
        describing.let_go()
        await until(pilot, lambda: "baseline" in shown(app))
        assert [task for task, _ in service.asked] == ["threshold", "square"]
