from __future__ import annotations

import math

import pytest
from tests.support.live_app import START, finished, newswires

from kertasks.runs.event_file.events import (
    Checkpointed,
    Compiling,
    Control,
    Epoch,
    Failed,
    Finished,
    Machine,
    Paused,
    Planned,
    Progress,
    Resumed,
    Started,
    Stopped,
)
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertui.live.followed.progress import RateMeter
from kertui.live.outcome import outcome
from kertui.live.status import state_word, status_line
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, UNICODE


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
    history.add(Checkpointed(START + 5, 4, 0))
    history.add(Stopped(START + 5, 4, 4, None, None))
    said = outcome(history, RunState.STOPPED, "~/run/model.keras")
    assert said is not None
    assert said.head.startswith("val accuracy 0.")
    assert said.facts[0] == "4 of 20 epochs"
    assert said.facts[-2:] == (
        "r resumes from epoch 4",
        "weights kept in ~/run/model.keras",
    )


def test_a_run_stopped_with_the_best_weights_says_whose_they_are() -> None:
    history = RunHistory()
    history.add_all(list(newswires(20, 4)))
    history.add(Stopped(START + 5, 4, 2, None, None, restored_epoch=2))
    said = outcome(history, RunState.STOPPED, "x")
    assert said is not None
    assert "weights of epoch 2 kept in x" in said.facts


def test_a_lost_run_says_from_where_it_can_be_resumed() -> None:
    history = RunHistory()
    history.add_all([*newswires(20, 4), Checkpointed(START + 5, 3, 7)])
    said = outcome(history, RunState.LOST, "")
    assert said is not None
    assert "r resumes from epoch 3, step 7" in said.facts


def test_a_pause_counts_neither_into_the_rate_nor_into_the_time() -> None:
    history, meter = started(), RateMeter()
    for number in range(1, 4):
        history.add(epoch(number, 100.0 + number))
        meter.read(history, 0, 100.0 + number)
    history.add(Paused(103.0, 3, 0))
    progress = meter.read(history, 0, 5000.0, RunState.PAUSED)
    assert progress.elapsed == 3.0
    assert math.isnan(progress.left)
    history.add(Resumed(10_003.0, 3, 0))
    progress = meter.read(history, 0, 10_003.5)
    assert progress.elapsed == pytest.approx(3.5)
    assert progress.rate == pytest.approx(1.0)
    assert progress.left == pytest.approx(6.5)
    for number in range(4, 7):
        history.add(epoch(number, 10_000.0 + number))
        progress = meter.read(history, 0, 10_000.0 + number)
        assert progress.rate == pytest.approx(1.0)
    assert progress.elapsed == pytest.approx(6.0)


@pytest.mark.parametrize("end", [Stopped(103.0, 3, 3, None, None), None])
def test_the_days_a_run_lay_stopped_or_lost_are_not_counted(end: Stopped | None) -> None:
    history, meter = started(), RateMeter()
    history.add_all([epoch(number, 100.0 + number) for number in range(1, 4)])
    if end is not None:
        history.add(end)
    state = RunState.LOST if end is None else RunState.STOPPED
    assert meter.read(history, 0, 900_000.0, state).elapsed == 3.0
    history.add(Resumed(900_000.0, 2, 0))
    progress = meter.read(history, 0, 900_001.0)
    assert progress.elapsed == pytest.approx(4.0)
    assert progress.left < 10


@pytest.mark.parametrize("state", [RunState.LOST, RunState.REMOVED])
def test_the_time_does_not_go_back_when_a_silent_run_is_found_gone(state: RunState) -> None:
    history, meter = started(), RateMeter()
    history.add(epoch(1, 101.0))
    assert meter.read(history, 0, 160.0, RunState.RUNNING).elapsed == 60.0
    assert meter.read(history, 0, 900_000.0, state).elapsed == 60.0


def test_a_run_whose_folder_is_gone_promises_nothing() -> None:
    history = RunHistory()
    history.add_all([*newswires(20, 4), Checkpointed(START + 5, 3, 7)])
    said = outcome(history, RunState.REMOVED, "~/run/model.keras")
    assert said is not None
    assert said.head == "its folder was removed"
    assert said.facts == ("4 epochs", "what is shown here is all that is left of it")
    assert line(history, RunState.REMOVED).startswith("✗ removed")


def test_the_plan_is_the_one_that_was_changed_last() -> None:
    history = started(10)
    history.add(epoch(1, 101.0))
    history.add(Planned(101.5, 40))
    assert RateMeter().read(history, 10, 102.0).planned == 40
    history.add(Finished(103.0, 1, 1, None, None))
    said = outcome(history, RunState.FINISHED, "x")
    assert said is not None
    assert said.facts[0] == "1 of 40 epochs"


def line(history: RunHistory, state: RunState, asked: SteeringCommand | None = None) -> str:
    progress = RateMeter().read(history, 0, 104.0, state)
    return text_of(status_line(history, state, progress, 90, UNICODE, asked)).strip()


def test_hosts_that_share_the_training_are_counted_while_it_goes_on() -> None:
    history = started()
    history.add(epoch(1, 102.0))
    for hosts, said in ((2, "2 hosts"), (0, "this host alone"), (None, "epoch")):
        history.add(Machine(103.0, 0.5, 1, 2, 1, hosts=hosts))
        assert line(history, RunState.RUNNING).split("   ")[1].startswith(said)
    history.add(Machine(103.0, 0.5, 1, 2, 1, hosts=2))
    assert "hosts" not in line(history, RunState.LOST)


def test_a_paused_run_says_where_it_waits() -> None:
    history = started(10, 16)
    history.add(epoch(1, 102.0))
    history.add(Paused(103.0, 1, 7))
    assert line(history, RunState.PAUSED) == "○ paused   epoch  2/10   step  7/16   0:03 elapsed"
    assert line(history, RunState.PAUSED, SteeringCommand.RESUME).startswith("○ going on")


def test_it_is_said_that_it_will_pause_after_the_epoch() -> None:
    history = started()
    history.add(epoch(1, 102.0))
    history.add(Control(102.0, 1, "epoch"))
    assert line(history, RunState.RUNNING).startswith("● training   pauses after this epoch")
    history.add(Paused(103.0, 2, 0))
    history.add(Control(103.5, 2, "resume"))
    history.add(Resumed(103.5, 2, 0))
    assert "pauses" not in line(history, RunState.RUNNING)


def test_epochs_trained_again_are_told_as_such() -> None:
    history = started(10, 16)
    history.add_all([epoch(number, 100.0 + number) for number in range(1, 4)])
    history.add(Resumed(103.5, 1, 0))
    history.add(Progress(103.7, 2, 8, {}))
    assert line(history, RunState.RUNNING).startswith("● replaying   to epoch 3   epoch  2/10")
    history.add(epoch(4, 104.0))
    assert line(history, RunState.RUNNING).startswith("● training   epoch  4/10")


def test_a_word_for_what_was_asked_and_is_not_answered() -> None:
    history = started()
    history.add(epoch(1, 102.0))
    assert line(history, RunState.RUNNING, SteeringCommand.PAUSE).startswith("● pausing")
    assert line(history, RunState.RUNNING, SteeringCommand.STOP).startswith("● stopping")
    assert line(history, RunState.LOST, SteeringCommand.RESUME).startswith("● resuming")
    history.add(Control(103.0, 1, "stop"))
    assert line(history, RunState.RUNNING).startswith("● stopping"), "asked elsewhere"


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
