"""Pictures of the screen of runs in its states, and of the dialogs over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.looks import EVERY_LOOK, Look, State, Step, all_drawn, pictures
from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, write_run
from textual.pilot import Pilot

from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertui.app import KertuiApp
from kertui.runs.run_curves import RunCurves
from kertui.runs.runs_screen import RunsScreen


def write_some(store: RunStore) -> None:
    """Three runs, and two more in the bin."""
    write_run(store, "xor", "as asked", epochs=120, began=NOON, held_out=False, seed=1)
    write_run(store, "xor", "answer", epochs=90, began=NOON - 600, held_out=False, seed=2)
    failed = write_run(store, "digits", "dense", epochs=30, began=NOON - 1200, end="failed")
    write_label(failed.path, Label("too bold", ("gpu", "rate"), "learning rate 1"))
    for seed in (3, 4):
        began = NOON - 3600 * seed
        RunBin(store).delete(write_run(store, "square", "tanh", epochs=9, began=began, seed=seed))


async def open_runs(pilot: Pilot[Any]) -> None:
    """Open the screen of runs, and wait until the curve of the first is drawn."""
    await pilot.press("R")
    await until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    await until(pilot, lambda: screen.listed.complete)
    curves = screen.query_one(RunCurves)
    await until(pilot, lambda: curves.histories)
    await all_drawn(pilot)


async def open_bin(pilot: Pilot[Any]) -> None:
    """Open the screen of runs and look into the bin."""
    await open_runs(pilot)
    await pilot.press("D")
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    await until(pilot, lambda: len(screen.listed.runs) == 2)


def state(words: str, keys: str = "", opened: Step = open_runs, **more: Any) -> State:
    """A state of the screen of runs; everything of the first screen was read before it opens."""
    return State((words,), opened, keys.split(), before=("gpu-box", "1 000 rows"), **more)


STATES = {
    "no-runs": State(("no runs yet",), keys="R", before=("gpu-box", "1 000 rows")),
    "no-match": state("no run matches", "slash z z z enter"),
    "one-run": state("xor as asked", looks=EVERY_LOOK[1:]),
    "full": state("loss", "space down space f"),
    "recipes-compared": state("other layers and settings", "space down space c", looks=EVERY_LOOK),
    "deleted": state("square", opened=open_bin),
    "run-label": state("next field", "down down e", looks=EVERY_LOOK),
    "delete-which-runs": state("Delete which runs?", "space down space down d"),
    "empty-the-bin": state("Empty the bin", "E", open_bin),
    "export-format": state("Export this run as", "x"),
    "export-path": state("Export the", "x enter"),
}


@pytest.mark.parametrize(("name", "look"), pictures(STATES))
def test_it_looks_as_before(
    service: RecordedService,
    snap_compare: Callable[..., bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    look: Look,
) -> None:
    monkeypatch.setattr("kertui.runs.runs_screen.time", lambda: NOON + 300)
    monkeypatch.setenv("HOME", str(tmp_path))
    if name != "no-runs":
        write_some(service.store)
    state = STATES[name]
    app = KertuiApp(service, look.capabilities)
    look.put_on(app)
    assert snap_compare(app, terminal_size=state.size, run_before=state.bring_about)
