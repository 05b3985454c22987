from __future__ import annotations

from pathlib import Path

from tests.support.live_app import START, newswires

from kertasks.runs.event_file.events import Finished, Resumed, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertui.live.followed.followed_run import CATCHING_UP, Change, FollowedRun

STOPPED = Stopped(START + 9, 4, 3, None, None)


def followed(state: RunState = RunState.RUNNING) -> FollowedRun:
    return FollowedRun(RunFolder(Path("run")), state, planned=20)


def test_a_state_is_told_once_and_what_comes_after_is_more_of_it() -> None:
    run = followed(RunState.UNKNOWN)
    assert run.take_events(list(newswires(20, 2)), behind=False, now=0.0) is Change.OTHER
    assert run.take_events(list(newswires(20, 4))[-1:], behind=False, now=0.1) is Change.MORE
    assert run.take_events([STOPPED], behind=False, now=0.2) is Change.OVER
    assert run.is_over
    assert run.ended is STOPPED
    assert run.take_events([Resumed(START + 10, 4, 0)], behind=False, now=0.3) is Change.OTHER
    assert run.goes_on


def test_of_a_long_log_little_is_shown_before_all_of_it_is_read() -> None:
    run = followed()
    events = list(newswires(20))
    assert run.take_events(events[:4], behind=True, now=0.1) is Change.NOTHING
    assert run.take_events(events[4:6], behind=True, now=CATCHING_UP + 0.1) is Change.MORE
    assert run.take_events(events[6:], behind=True, now=CATCHING_UP + 0.2) is Change.NOTHING
    assert not run.is_read
    assert run.take_events([], behind=False, now=CATCHING_UP + 0.3) is Change.MORE
    assert run.is_read


def test_a_run_that_was_lost_stays_lost_until_its_events_say_that_it_goes_on() -> None:
    run = followed(RunState.LOST)
    events = list(newswires(20, 4))
    assert run.take_events(events, behind=False, now=0.0) is Change.MORE
    assert run.state is RunState.LOST
    assert run.ended is None
    assert run.take_events([Resumed(START + 9, 4, 0)], behind=False, now=1.0) is Change.OTHER
    assert run.goes_on


def test_an_end_that_was_told_stands_unless_the_run_is_removed() -> None:
    run = followed()
    run.take_events([*newswires(20, 4), STOPPED], behind=False, now=0.0)
    assert run.take_state(RunState.LOST, "") is Change.NOTHING
    assert run.state is RunState.STOPPED
    assert run.take_state(RunState.REMOVED, "") is Change.OVER
    assert run.ended is None  # what it ended with is gone with its folder


def test_what_a_silent_run_says_of_itself_is_told_once() -> None:
    run = followed()
    run.take_events(list(newswires(20, 4)), behind=False, now=0.0)
    assert run.take_state(RunState.RUNNING, "the disk is full") is Change.MORE
    assert run.trouble == "the disk is full"
    assert run.take_state(RunState.RUNNING, "the disk is full") is Change.NOTHING
    assert run.take_state(RunState.UNKNOWN, "") is Change.OTHER
    assert run.take_state(RunState.LOST, "") is Change.OVER
    end = Finished(START + 99, 20, 9, None, None)  # it was written before the process ended
    assert run.take_events([end], behind=False, now=2.0) is Change.OVER
    assert run.ended is end
