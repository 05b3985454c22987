"""Pictures of the dialogs over the workbench and the first screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.live_states import (
    FINISHED,
    RECIPE,
    TRAINING,
    beside,
    hold_still,
    open_workbench,
    play_keras,
)
from tests.support.looks import EVERY_LOOK, Look, State, Step, pictures
from tests.support.recorded_service import RecordedService

from kertasks.recipes.toml_file import save_recipe
from kertasks.runs.state import RunState
from kertui.app import KertuiApp


def over_bench(words: str, keys: str, opened: Step = open_workbench, **more: Any) -> State:
    return State((words,), opened, keys.split(), before=("gpu-box",), **more)


FIRST_SCREEN = ("gpu-box", "1 000 rows")

STATES = {
    "learning-rate": over_bench("double", "L", beside(TRAINING), looks=EVERY_LOOK),
    "learning-rate-refused": over_bench("must be", "L minus 1 enter", beside(TRAINING)),
    "epochs": over_bench("Epochs in all", "E", beside(TRAINING)),
    "train-on": over_bench("train on", "E", beside(FINISHED, RunState.FINISHED)),
    "kill": over_bench("Kill it", "X", beside(TRAINING)),
    "unsaved-changes": over_bench("in no file", "d escape"),
    "choose-recipe": over_bench("Recipes of digits", "R", looks=EVERY_LOOK),
    "add-layer": over_bench("after Flatten", "a"),
    "open-recipe": over_bench("wider.toml", "o d i tab"),
    "save-recipe": over_bench("Save the recipe", "w"),
    "save-recipe-already-there": over_bench("already there", "w enter"),
    "head-to-head": State(("against",), keys=[*"xor", "escape", "H"], before=FIRST_SCREEN),
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
    hold_still(monkeypatch, tmp_path)
    play_keras(monkeypatch, service)
    monkeypatch.chdir(tmp_path)
    save_recipe(RECIPE, Path("digits-dense.toml"))
    save_recipe(RECIPE, Path("digits-wider.toml"))
    state = STATES[name]
    app = KertuiApp(service, look.capabilities)
    look.put_on(app)
    assert snap_compare(app, terminal_size=state.size, run_before=state.bring_about)
