"""Pictures of the workbench with the live pane in each of its states, and of each live tab."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.live_states import (
    CHECKED,
    COMPILING,
    DIVERGED,
    FAILED,
    FINISHED,
    LOST,
    PAUSED,
    STOPPED,
    TRAINING,
    beside,
    hold_still,
    open_workbench,
    play_keras,
)
from tests.support.looks import EVERY_LOOK, Look, State, Step, pictures
from tests.support.recorded_service import RecordedService

from kertasks.runs.state import RunState
from kertui.app import KertuiApp
from kertui.service.training_service import SpareUnavailable

LOG = """\
kertui: training digits dense, 20 epochs, CPU
Traceback (most recent call last):
  File "trainer/run.py", line 61, in train
    training.go_on()
ResourceExhaustedError: out of memory when allocating a tensor of shape [8192, 8192]
"""


@pytest.fixture
def end(
    service: RecordedService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[threading.Event]:
    """All stands still, and a trainer that is started does not answer before the test ends."""
    hold_still(monkeypatch, tmp_path)
    play_keras(monkeypatch, service)
    over = threading.Event()

    def start(*_: object) -> None:
        over.wait()
        raise SpareUnavailable

    monkeypatch.setattr(service, "start", start)
    yield over
    over.set()


def state(
    words: str, opened: Step = open_workbench, size: tuple[int, int] = (120, 36), **more: Any
) -> State:
    """A state of the workbench; everything of the first screen was read before it opens."""
    return State((words,), opened, size=size, before=("gpu-box", "no runs yet"), **more)


STATES = {
    "no-run": state("press space to train"),
    "waits-for-keras": state("starts as soon as Keras is here", keys=["space"]),
    "starting": state("starting", keys=["space"]),
    "compiling": state("compiling …", beside(COMPILING)),
    "training": state("63 %", beside(TRAINING), looks=EVERY_LOOK),
    "training-80x24": state("63 %", beside(TRAINING), (80, 24)),
    "diverged": state("not finite since 9", beside(DIVERGED)),
    "paused": state("paused", beside(PAUSED, RunState.PAUSED)),
    "stopped": state("weights of epoch 9", beside(STOPPED, RunState.STOPPED)),
    "finished": state("model.keras", beside(FINISHED, RunState.FINISHED), looks=EVERY_LOOK),
    "finished-80x24": state("model.keras", beside(FINISHED, RunState.FINISHED), (80, 24)),
    "failed": state("out of memory", beside(FAILED, RunState.FAILED)),
    "lost": state("wrote no end", beside(LOST, RunState.LOST)),
    "log": state("Traceback", beside(FAILED, RunState.FAILED, LOG), keys="l"),
}


@pytest.mark.parametrize(("name", "look"), pictures(STATES))
def test_it_looks_as_before(
    service: RecordedService,
    end: threading.Event,
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    look: Look,
) -> None:
    if name == "waits-for-keras":
        monkeypatch.setattr(service, "check", lambda _: end.wait() and CHECKED)
    state = STATES[name]
    app = KertuiApp(service, look.capabilities)
    look.put_on(app)
    assert snap_compare(app, terminal_size=state.size, run_before=state.bring_about)
