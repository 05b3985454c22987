"""Pictures of the screen of a run that no recipe trained."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.support.live_app import START
from tests.support.live_states import FINISHED, hold_still, play_keras
from tests.support.looks import Look, State, Step, pictures
from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from tests.support.runs_without_recipe import adversarial, begin
from textual.pilot import Pilot

from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.event_file.events import Advised, Event, Progress
from kertui.app import KertuiApp
from kertui.following.following_screen import FollowingScreen

BEFORE = ("gpu-box", "no runs yet")
FOUND = Finding(
    code="saturated",
    fault=Fault.LAYERS,
    severity=Severity.WARNING,
    layer=2,
    sentence="layer 2 says nearly the same for all rows",
)


def opened(events: Iterable[Event] = (), *, folds: int = 1, **run: Any) -> Step:
    """Opens the first of so many runs of a script, each with these events."""

    async def open_it(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, KertuiApp)
        store, told = app.session.service.store, [*events]
        first = begin(store, told, began=START, **run)
        for number in range(1, folds):
            begin(store, told, began=START + 100 * number, group=first.id, **run)
        app.open_run(first)
        await until(pilot, lambda: isinstance(app.screen, FollowingScreen))

    return open_it


GAN = [
    *adversarial(200, 60, began=START),
    Progress(START + 61, 61, 1_234, {"d_loss": 0.7}),
    Advised(START + 61, 60, FOUND),
]

STATES = {
    "starting": State(
        ("has not called fit yet",), opened(by="train.py", called="my net"), before=BEFORE
    ),
    "adversarial": State(
        ("d loss", "step 1 234", "says nearly the same", "30 %"),
        opened(GAN, by="gan.py", called="faces"), size=(120, 36), before=BEFORE,
        looks=(Look.DARK, Look.ASCII),
    ),
    "third-of-five": State(
        ("fold · 3 of 5", "finished", "g shows the newest"),
        opened(FINISHED, folds=5, by="kfold.py", called="fold"), before=BEFORE,
        keys=("right_parenthesis", "right_parenthesis"),
        looks=(Look.NO_COLOUR,),
    ),
}  # fmt: skip


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
    state = STATES[name]
    app = KertuiApp(service, look.capabilities)
    look.put_on(app)
    assert snap_compare(app, terminal_size=state.size, run_before=state.bring_about)
