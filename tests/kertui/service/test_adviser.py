"""The process that advises, before it has imported Keras: deaths, and trainings that go first.
What it answers is tested with the application, in ``tests/kertui/advice/test_advising.py``."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from tests.support.advice import NARROW
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.processes.trainer_process import ADVISER_LOG
from kertasks.registry import find_task
from kertasks.runs.signs.process import process_start_time
from kertui.service.adviser import Adviser, AdviserGone, MadeWay

RECIPE = find_task("xor").recipes["as asked"]


@pytest.fixture
def adviser(tmp_path: Path) -> Iterator[Adviser]:
    adviser = Adviser(tmp_path)
    yield adviser
    adviser.close()


def started(adviser: Adviser, before: int | None = None) -> int:
    """The id of its process, once there is another one."""
    wait_until(lambda: adviser.pid not in (None, before), PATIENCE)
    assert adviser.pid is not None
    return adviser.pid


def test_where_it_dies_it_is_started_once_more_and_then_left_alone(
    adviser: Adviser, tmp_path: Path
) -> None:
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(adviser.advise, RECIPE)
        first = started(adviser)
        wait_until(lambda: psutil.Process(first).nice() >= 10, PATIENCE)
        os.kill(first, signal.SIGKILL)
        os.kill(started(adviser, first), signal.SIGKILL)
        with pytest.raises(AdviserGone, match=r"has ended; see adviser\.log"):
            answer.result(PATIENCE)
    with pytest.raises(AdviserGone):
        adviser.advise(RECIPE)
    assert adviser.pid is None
    log = tmp_path / ADVISER_LOG
    assert log.read_text().count("was killed (signal 9)") == 2
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_trial_makes_way_for_a_training(adviser: Adviser, tmp_path: Path) -> None:
    def gave_way() -> bool:
        adviser.make_way()
        return adviser.pid is None

    with ThreadPoolExecutor() as threads:
        asked = threads.submit(adviser.advise, RECIPE)
        first = started(adviser)
        adviser.make_way()
        assert adviser.pid == first, "a question is no trial"
        trial = threads.submit(adviser.try_fix, RECIPE, NARROW, lambda: True)
        wait_until(gave_way, PATIENCE)
        for given_up in (asked, trial):
            with pytest.raises(MadeWay):
                given_up.result(PATIENCE)
    wait_until(lambda: process_start_time(first) is None, PATIENCE)
    assert "signal" not in (tmp_path / ADVISER_LOG).read_text(), "that is no death"


def test_nobody_is_asked_whom_nobody_wants_to_hear(adviser: Adviser) -> None:
    assert adviser.try_fix(RECIPE, NARROW, lambda: False) is None
    assert adviser.pid is None
    adviser.close()
    with pytest.raises(MadeWay):
        adviser.advise(RECIPE)
    assert adviser.pid is None


def test_a_process_that_cannot_be_started_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    adviser = Adviser(tmp_path / "file")
    with pytest.raises(AdviserGone, match="cannot keep files in"):
        adviser.advise(RECIPE)
    with pytest.raises(AdviserGone, match="has ended"):
        adviser.advise(RECIPE)
