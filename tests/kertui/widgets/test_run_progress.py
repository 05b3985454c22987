from __future__ import annotations

import math

import pytest
from tests.kertui.widgets.live_app import START, finished, newswires

from kertui.glyphs import ASCII, UNICODE
from kertui.plotting.strips import text_of
from kertui.training.events import Compiling, Epoch, Failed, Finished, Progress, Started, Stopped
from kertui.training.history import RunHistory
from kertui.training.run_state import RunState
from kertui.widgets.outcome import outcome
from kertui.widgets.run_progress import RateMeter
from kertui.widgets.run_status import state_word, status_line


def started(epochs: int = 10, steps: int = 4) -> RunHistory:
    history = RunHistory()
    history.add(Started(100.0, epochs, steps, 9, "CPU"))
    return history


def epoch(number: int, t: float, seconds: float = 1.0) -> Epoch:
    return Epoch(t, number, {"loss": 1.0}, 1e-3, seconds)


def test_before_anything_is_known() -> None:
    progress = RateMeter().read(RunHistory(), 20, 0.0)
    assert (progress.done, progress.planned, progress.share, progress.rate) == (0, 20, 0.0, 0.0)
    assert math.isnan(progress.elapsed)
    assert math.isnan(progress.left)


def test_rate_and_time_left_come_from_the_events_own_times() -> None:
    history, meter = started(), RateMeter()
    meter.read(history, 0, 100.0)
    for number in range(1, 6):
        history.add(epoch(number, 100.0 + 2 * number))
        progress = meter.read(history, 0, 100.0 + 2 * number)
    assert progress.rate == pytest.approx(0.5)
    assert progress.left == pytest.approx(10.0)
    assert progress.elapsed == pytest.approx(10.0)
    assert meter.read(history, 0, 111.0).left == pytest.approx(9.0)


def test_within_an_epoch_its_steps_count() -> None:
    history = started()
    history.add(epoch(1, 102.0, 2.0))
    history.add(Progress(103.0, 2, 2, {}))
    progress = RateMeter().read(history, 0, 103.0)
    assert progress.exact == 1.5
    assert progress.share == pytest.approx(0.15)
    assert progress.shows_steps


def test_a_run_just_read_goes_by_its_epochs_own_times() -> None:
    history = started(1000)
    for number in range(1, 501):
        history.add(epoch(number, 101.0, 0.0002))
    assert RateMeter().read(history, 0, 101.0).rate == pytest.approx(5000)


def test_another_history_begins_anew() -> None:
    meter = RateMeter()
    first = started()
    first.add(epoch(1, 102.0))
    first.add(epoch(2, 110.0))
    meter.read(first, 0, 110.0)
    assert meter.read(started(), 0, 100.0).rate == 0.0


@pytest.mark.parametrize(
    ("events", "state", "word"),
    [
        ([], None, ""),
        ([], RunState.RUNNING, "starting"),
        ([Started(0, 1, 1, 1, "")], RunState.RUNNING, "compiling"),
        ([Started(0, 1, 1, 1, ""), Compiling(0)], RunState.RUNNING, "compiling"),
        ([Started(0, 1, 1, 1, ""), epoch(1, 1)], RunState.RUNNING, "training"),
        ([], RunState.PAUSED, "paused"),
        ([], RunState.LOST, "lost"),
    ],
)
def test_the_state_in_a_word(
    events: list[Started | Compiling | Epoch], state: RunState | None, word: str
) -> None:
    history = RunHistory()
    history.add_all(list(events))
    assert state_word(history, state) == word


@pytest.mark.parametrize("width", [100, 70, 55, 40, 25, 12, 3])
def test_the_status_line_has_the_longest_form_that_fits(width: int) -> None:
    history = RunHistory()
    history.add_all(list(newswires(20, 9)))
    progress = RateMeter().read(history, 0, START + 7)
    for glyphs in (UNICODE, ASCII):
        line = text_of(status_line(history, RunState.RUNNING, progress, width, glyphs))
        assert len(line) == width
        if width >= 12:
            assert "training" in line
        assert ("elapsed" in line) == (width >= 70)
        assert ("left" in line) == (width >= 40)
        assert line.isascii() or not glyphs.ascii


def test_a_lost_run_says_what_to_do() -> None:
    history = RunHistory()
    history.add_all(list(newswires(20, 3)))
    assert outcome(history, RunState.RUNNING, "") is None
    said = outcome(history, RunState.LOST, "")
    assert said is not None
    assert "the trainer is gone" in said.head
    assert "l shows the log" in said.facts


def test_the_outcome_without_a_test_split_is_the_last_value() -> None:
    history = RunHistory()
    history.add_all(list(newswires(20, 4)))
    history.add(Stopped(START + 5, 4, 4, None, None))
    said = outcome(history, RunState.STOPPED, "~/run/model.keras")
    assert said is not None
    assert said.head.startswith("val accuracy 0.")
    assert said.facts[0] == "4 of 20 epochs"
    assert said.facts[-1] == "weights kept in ~/run/model.keras"


def test_a_finished_run_says_what_came_out() -> None:
    history = RunHistory()
    history.add_all(list(finished(20)))
    assert isinstance(history.ended, Finished)
    said = outcome(history, RunState.FINISHED, "x")
    assert said is not None
    assert said.head == "test accuracy 0.790"
    assert said.facts[:2] == ("20 epochs", "best epoch 9")


def test_a_failure_before_the_first_epoch() -> None:
    history = started()
    history.add(Failed(101.0, "Conv2D expects 3 dimensions, gets (8)"))
    said = outcome(history, RunState.FAILED, "")
    assert said is not None
    assert said.head == "Conv2D expects 3 dimensions, gets (8)"
    assert "change the recipe and start again" in said.facts
