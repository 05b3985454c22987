"""Pictures of the first screen and of what may stand over any screen, in every look."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.looks import EVERY_LOOK, Look, State, Step, pictures, shows
from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import append, write_running
from textual.pilot import Pilot

from kertasks.data.sources.source import DownloadFailed
from kertasks.runs.event_file.events import Paused
from kertui.app import KertuiApp
from kertui.tasks_screen.download_screen import DownloadScreen

FILES = ("imdb.npz", "imdb_word_index.json")
TASKS_READ = ("gpu-box", "NO RUN YET", "baseline")
"""On the first screen once everything on it was read."""


@pytest.fixture
def _download_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(name: str, *_: object) -> None:
        address = f"https://example.org/{name}"
        raise DownloadFailed(name, address, Path("/home/you/.keras/datasets"), "no network")

    monkeypatch.setattr("kertasks.data.sources.data_files.download", download)


async def open_download(pilot: Pilot[Any]) -> None:
    await pilot.app.push_screen(DownloadScreen("imdb", FILES))


def train(*, paused: bool) -> Step:
    """Has a run of this session go on, or wait."""

    async def begin(pilot: Pilot[Any]) -> None:
        assert isinstance(pilot.app, KertuiApp)
        service = pilot.app.session.service
        run = write_running(service.store, began=time.time())
        if paused:
            append(run, [Paused(time.time(), 20, 0)])
        service.take_up(run)
        await until(pilot, lambda: shows(pilot.app, ["1 run, 1 running"]))

    return begin


STATES = {
    "tasks": State(TASKS_READ, size=(120, 36), looks=EVERY_LOOK[1:]),
    "tasks-60x18": State(("no runs yet", "1 000 rows"), size=(60, 18)),
    "tasks-filtered": State(("truth table", "baseline"), keys="xo", before=TASKS_READ),
    "no-task-matches": State(("Enter opens what is your own",), keys="zzz", before=TASKS_READ),
    "data-not-here": State(("boston_housing.npz is not",), keys="boston", before=TASKS_READ),
    "data-unreadable": State(("diabetes.json is not",), keys="diab", before=TASKS_READ),
    "samples": State(
        ("8 × 8", "baseline"), keys="digits", size=(120, 36), looks=EVERY_LOOK[1:3],
        before=TASKS_READ,
    ),
    "help": State(
        ("Show every key that acts now.",), keys=["f1"], size=(120, 36), looks=EVERY_LOOK,
        before=TASKS_READ,
    ),
    "quit-while-training": State(
        ("xor answer is being trained",), train(paused=False), keys="q", looks=EVERY_LOOK,
        before=TASKS_READ,
    ),
    "quit-while-paused": State(
        ("xor answer is paused",), train(paused=True), keys="q", before=TASKS_READ,
    ),
    "download-under-way": State(
        ("4.0 MB of 17.5 MB",), open_download, looks=EVERY_LOOK, before=TASKS_READ,
    ),
    "download-failed": State(("no network",), open_download, before=TASKS_READ),
    "too-small": State(("kertui needs 60 by 18",), size=(50, 12), looks=EVERY_LOOK),
}  # fmt: skip


@pytest.mark.parametrize(("name", "look"), pictures(STATES))
def test_it_looks_as_before(
    service: RecordedService,
    snap_compare: Callable[..., bool],
    request: pytest.FixtureRequest,
    name: str,
    look: Look,
) -> None:
    if name.startswith("download"):
        request.getfixturevalue(f"_{name.replace('-', '_')}")
    state = STATES[name]
    app = KertuiApp(service, look.capabilities)
    look.put_on(app)
    assert snap_compare(app, terminal_size=state.size, run_before=state.bring_about)
