"""What is said of a run that is not heard of, or whose clock is another one than that here."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.support.live_app import LiveApp
from tests.support.piloting import shown, until
from tests.support.run_folders import write_run

from kertasks.runs.event_file.events import Epoch, Machine, Started
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertui.live.followed.progress import RateMeter, RunProgress, TrainerClock
from kertui.live.pane import LivePane
from kertui.live.status import UNSEEN, state_word, status_line
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import UNICODE

DAY = 86_400.0


class Watched:
    """A run of 1,000 epochs of a second each, watched from its start.

    Args:
        offset: seconds by which its trainer's clock goes before that here.
    """

    def __init__(self, offset: float = 0.0) -> None:
        self.history = RunHistory()
        self.offset = time.time() + offset
        self.here = 500.0
        self.epochs = 0
        self._clock, self._meter = TrainerClock(), RateMeter()
        self.history.add(Started(self.offset, 1000, 4, 9, "CPU"))
        self.look()

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            self.epochs += 1
            self.here += 1.0
            self.offset += 1.0
            self.history.add(Epoch(self.offset, self.epochs, {"loss": 1.0}, 1e-3, 1.0))
            self.look()

    def look(self) -> RunProgress:
        now = self._clock.now(self.history, self.here)
        return self._meter.read(self.history, 0, now, RunState.RUNNING, self.here)

    def line(self, state: RunState = RunState.RUNNING) -> str:
        return text_of(status_line(self.history, state, self.look(), 110, UNICODE)).strip()


@pytest.mark.parametrize("offset", [-DAY, -300.0, 0.0, 300.0, DAY])
def test_the_time_left_does_not_depend_on_whose_clock_is_right(offset: float) -> None:
    run = Watched(offset)
    run.train(10)
    run.here += 4.0
    progress = run.look()
    assert progress.rate == pytest.approx(1.0)
    assert progress.left == pytest.approx(986.0)
    assert progress.elapsed == pytest.approx(14.0)


def test_after_some_seconds_without_news_that_is_said_in_place_of_the_time_left() -> None:
    run = Watched()
    run.train(10)
    run.here += 4.0
    assert "16:26 left" in run.line()
    run.here += 36.0
    assert "no news for 40 s" in run.line()
    assert "left" not in run.line()
    run.offset += 40.0
    run.history.add(Machine(run.offset, 0.5, 1, 2, 1))
    assert "no news" not in run.line()


@pytest.mark.parametrize("jump", [-DAY, -300.0, 300.0, DAY])
def test_a_clock_that_is_set_while_it_trains_makes_no_other_rate(jump: float) -> None:
    run = Watched()
    run.train(10)
    run.offset += jump
    run.train(1)
    progress = run.look()
    assert progress.rate == pytest.approx(1.0)
    assert progress.left == pytest.approx(989.0)
    run.train(3)
    assert run.look().left == pytest.approx(986.0)


def test_a_machine_that_slept_is_as_fast_as_before() -> None:
    """Its clock went on, and its epochs do not count the sleep."""
    run = Watched()
    run.train(10)
    run.here += 3600.0
    assert "no news for 1:00:00" in run.line()
    run.offset += 3600.0
    run.here += 1.0
    run.history.add(Epoch(run.offset + 1, 11, {"loss": 1.0}, 1e-3, 1.0))
    progress = run.look()
    assert progress.rate == pytest.approx(1.0)
    assert progress.left == pytest.approx(989.0)


def test_what_cannot_be_told_from_here_is_not_promised() -> None:
    run = Watched()
    run.train(3)
    assert state_word(run.history, RunState.UNKNOWN) == "unknown"
    assert "left" not in run.line(RunState.UNKNOWN)


async def test_a_run_that_cannot_be_seen_is_unknown_until_it_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("kertasks.runs.signs.heartbeat._monotonic", lambda: now[0])
    run = write_run(RunStore(tmp_path), "xor", "answer", epochs=3, end="", host="elsewhere")
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(run)
        await until(pilot, lambda: UNSEEN in shown(app))
        assert pane.state is RunState.UNKNOWN
        os.utime(run.events_path, (5, 5))
        await until(pilot, lambda: pane.state is RunState.RUNNING)
        assert UNSEEN not in shown(app)
        now[0] = 1e6
        await until(pilot, lambda: pane.state is RunState.LOST)
