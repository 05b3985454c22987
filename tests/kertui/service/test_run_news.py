"""What is news of a run, and that each piece of news is told once."""

from __future__ import annotations

import math
from pathlib import Path

from tests.support.live_app import START, claimed, record

from kertasks.runs.event_file.events import (
    Compiling,
    Epoch,
    Event,
    Failed,
    Finished,
    Paused,
    Progress,
    Resumed,
    Resuming,
    format_event,
)
from kertasks.runs.state import RunState
from kertui.service.run_news import RunNews

NAME = "xor answer"


def epoch(number: int, loss: float = 0.5) -> Event:
    return Epoch(START + number, number, {"loss": loss}, 1e-3, 1.0)


def step(number: int) -> Event:
    return Progress(START, 1, number, {})


def test_a_broken_loss_and_each_end_are_told_once(tmp_path: Path) -> None:
    run = claimed(tmp_path)
    news = RunNews(run)
    assert news.take([epoch(1), epoch(2, math.nan), epoch(3, math.inf)], 0.0) == [
        f"{NAME}: not finite since epoch 2"
    ]
    assert news.take([epoch(4, math.nan)], 1.0) == []
    ended = Failed(START + 5, "out of memory")
    with run.events_path.open("w") as file:
        file.write(format_event(ended))
    assert news.take([ended], 2.0) == [f"{NAME} failed: out of memory"]
    assert news.take([], 3.0) == news.look(999.0, RunState.FAILED) == []
    assert news.take([Resuming(START), Resumed(START, 4, 0)], 1000.0) == []
    assert news.look(1001.0, RunState.LOST) == [f"{NAME} lost: its process is gone"]
    assert news.look(1002.0, RunState.LOST) == []


def test_what_was_over_before_is_no_news_and_an_end_tells_of_broken_numbers(
    tmp_path: Path,
) -> None:
    assert RunNews(claimed(tmp_path / "lost")).look(0.0, RunState.LOST) == []
    events = [epoch(1, math.nan), Finished(START + 9, 1, None, None, None, not_finite_since=1)]
    run = record(tmp_path / "broken", iter(events))
    assert RunNews(run).take(events, 0.0) == [f"{NAME} finished: not finite since epoch 1"]


def test_a_run_stands_still_by_its_own_pace(tmp_path: Path) -> None:
    news = RunNews(claimed(tmp_path))
    for second in range(5):  # an epoch of 2 s
        news.take([epoch(second)], 2.0 * second)
    assert news.look(8.0 + 60.0) == []
    assert news.look(8.0 + 60.1) == [f"{NAME} stands still: no batch for 1:00"]
    assert news.look(8.0 + 600.0) == []
    news.take([step(1)], 700.0)
    news.take([step(2)], 707.0)  # longer than ever, but for what was told
    assert news.look(707.0 + 70.0) == []
    assert len(news.look(707.0 + 70.5)) == 1


def test_a_rest_and_what_is_not_known_are_no_standstill(tmp_path: Path) -> None:
    news = RunNews(claimed(tmp_path))
    news.take([step(1)], 0.0)
    assert news.look(999.0) == []  # how long a batch takes is not known
    news.take([step(2)], 1000.0)
    # The first epoch is not done: what comes after its batches may take as long as they did.
    assert news.look(10_999.0) == []
    news.take([Paused(START, 0, 2)], 1001.0)
    assert news.look(99_999.0) == []
    news.take([Resumed(START, 0, 2), step(3), epoch(1), epoch(2)], 100_000.0)
    news.take([Compiling(START)], 100_001.0)
    assert news.look(199_999.0) == []
    news.take([Compiling(START, 9.0), epoch(3)], 200_000.0)
    assert news.look(200_001.0) == []
    assert len(news.look(211_000.0)) == 1
