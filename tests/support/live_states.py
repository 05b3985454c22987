"""The workbench beside a run that is just so far, at one moment, for pictures of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace
from tests.support.live_app import START, claimed, finished, newswires
from tests.support.looks import Step
from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import append
from textual.pilot import Pilot

from kertasks.models.check import LayerCheck, ModelCheck
from kertasks.registry import find_task
from kertasks.runs.event_file.events import (
    Checkpointed,
    Epoch,
    Event,
    Failed,
    Gpu,
    Machine,
    Paused,
    Progress,
    Stopped,
)
from kertasks.runs.state import RunState
from kertui.app import KertuiApp
from kertui.live.machine_strip import MachineStrip
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.workbench import WorkbenchScreen

TASK = find_task("digits")
RECIPE = TASK.recipes["dense"]
DONE = 12
"""Epochs of the run that is half done."""

NOW = START + 8.0
"""When the pictures are taken, shortly after those epochs, Unix seconds."""

GB = 10**9
CHECKED = ModelCheck(
    (8, 8),
    (LayerCheck((64,), 0, 0), LayerCheck((64,), 4160, 4160), LayerCheck((10,), 650, 650)),
    4810,
    4810,
)
"""What Keras says of the recipe."""


def hold_still(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Stop the clock, put the runs in the person's home, and have data described at once."""
    clock = SimpleNamespace(time=lambda: NOW, monotonic=lambda: 0.0)
    monkeypatch.setattr("kertui.live.pane.time", clock)
    monkeypatch.setattr("kertui.live.followed.progress.TrainerClock.now", lambda *_: NOW)
    monkeypatch.setattr(MachineStrip, "clock", staticmethod(clock.monotonic))
    monkeypatch.setattr("kertui.workbench.recipe_column._AFTER_CURVE", 0.01)
    monkeypatch.setenv("HOME", str(home))


def play_keras(monkeypatch: pytest.MonkeyPatch, service: RecordedService) -> None:
    """Have the recipe checked at once and without Keras, and no process import it for nothing."""
    monkeypatch.setattr(service, "spare", True)
    monkeypatch.setattr(service, "start_spare", lambda: None)
    monkeypatch.setattr(service, "check", lambda _: CHECKED)


def begun() -> Iterator[Event]:
    """The first epochs of twenty, a checkpoint, and readings of the host's load."""
    yield from newswires(done=DONE)
    t = START + 7.3
    yield Checkpointed(t, DONE, 0)
    for place, cpu in enumerate((0.2, 0.5, 0.9, 0.63)):
        gpu = Gpu("NVIDIA H100", 0.98, 41 * GB, 80 * GB, 64)
        yield Machine(t - 3 + place, cpu, int(5.1 * GB), int(23.4 * GB), GB, (gpu,))


def diverged() -> Iterator[Event]:
    """The same, whose loss is not a number from the ninth epoch on."""
    for event in begun():
        if isinstance(event, Epoch) and event.epoch > 8:
            broken = {name: math.nan if "loss" in name else 0.1 for name in event.metrics}
            yield replace(event, metrics=broken)
        else:
            yield event


COMPILING = [*newswires()][:2]
TRAINING = [*begun(), Progress(START + 7.5, DONE + 1, 9, {"loss": 0.4})]
DIVERGED = [*diverged()]
PAUSED = [*begun(), Paused(START + 7.4, DONE, 9)]
STOPPED = [
    *begun(),
    Stopped(START + 7.8, DONE, 9, {"loss": 0.9871, "accuracy": 0.7912}, restored_epoch=9),
]
FINISHED = [*finished()]
OUT_OF_MEMORY = (
    "epoch 13: ResourceExhaustedError: out of memory when allocating a tensor of shape [8192, 8192]"
)
FAILED = [*begun(), Failed(START + 7.5, OUT_OF_MEMORY)]
LOST = [*begun()]


async def open_workbench(pilot: Pilot[Any], **run: Any) -> None:
    """Open the recipe, beside a run if one is given, and wait until the left half is there."""
    assert isinstance(pilot.app, KertuiApp)
    screen = WorkbenchScreen(pilot.app.session, TASK, RECIPE, **run)
    await pilot.app.push_screen(screen)
    column = screen.query_one(RecipeColumn)
    await until(
        pilot,
        lambda: (
            column.catalog is not None
            # Where it is seen depends on the width.
            and column._description is not None
            and (not run or column.check.model_check is not None)
        ),
    )


def beside(events: Iterable[Event], state: RunState = RunState.RUNNING, printed: str = "") -> Step:
    """Opens the workbench beside a run.

    Args:
        events: what its trainer has told.
        state: of the run; while it goes on, this process is in its trainer's place.
        printed: what is in its log.
    """

    async def opened(pilot: Pilot[Any]) -> None:
        assert isinstance(pilot.app, KertuiApp)
        run = claimed(pilot.app.session.service.store.runs_path / "20231114-221320-digits-dense")
        if state is RunState.LOST:
            run.write_manifest(replace(run.manifest(), pid=2**22 + 1))
        append(run, events)
        run.log_path.write_text(printed)
        await open_workbench(pilot, run=run, run_state=state)

    return opened
