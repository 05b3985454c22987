from __future__ import annotations

import math

import pytest

from kertasks.runs.event_file.events import Epoch
from kertasks.runs.history import RunHistory
from kertui.plotting.curves.traces import Traces, Window, last_part, train_and_validation, whole_run


def history(*metrics: dict[str, float], first: int = 1) -> RunHistory:
    made = RunHistory()
    for number, values in enumerate(metrics, start=first):
        made.add(Epoch(0.0, number, values, 1e-3, 0.1))
    return made


def test_training_and_validation_are_two_strokes() -> None:
    run = history({"loss": 1.0, "val_loss": 2.0}, {"loss": 0.5, "val_loss": 1.5})
    traces = Traces(train_and_validation(run, "loss"), Window(1, 2, 10))
    assert traces.take() == 4
    assert traces.take() == 0
    train, validation = traces.curves()
    assert (train.stroke.role, train.stroke.dotted) == ("train", False)
    assert list(train.points) == [(1, 1.0), (2, 0.5)]
    assert (validation.stroke.role, validation.stroke.dotted) == ("validation", True)
    assert (traces.low, traces.high) == (0.5, 2.0)


def test_smoothing_keeps_the_raw_curves_under_the_trends() -> None:
    run = history(*({"loss": float(value)} for value in (1, 0, 1, 0)))
    traces = Traces(train_and_validation(run, "loss"), Window(1, 4, 10), smoothing=0.5)
    traces.take()
    raw, trend = traces.curves()
    assert raw.stroke.role == "train-raw"
    assert [value for _, value in raw.points] == [1, 0, 1, 0]
    assert trend.stroke.role == "train"
    assert 0 < list(trend.points)[-1][1] < 1


def test_since_when_a_curve_is_no_number() -> None:
    run = history({"loss": 1.0}, {"loss": math.nan}, {"loss": math.inf})
    traces = Traces(train_and_validation(run, "loss"), Window(1, 9, 10))
    traces.take()
    assert traces.broken_since == 2
    run.add(Epoch(0.0, 4, {"loss": 1.0}, 1e-3, 0.1))
    traces.take()
    assert traces.broken_since is None


def test_a_metric_that_comes_late_is_drawn_where_it_is() -> None:
    run = history({"loss": 1.0}, {"loss": 0.5, "val_loss": 0.7})
    traces = Traces(train_and_validation(run, "loss"), Window(1, 2, 10))
    traces.take()
    assert traces.broken_since is None
    assert [value for _, value in traces.curves()[1].points][-1] == 0.7


def test_a_resumed_run_begins_where_it_did() -> None:
    run = history({"loss": 1.0}, {"loss": 0.5}, first=11)
    traces = Traces(train_and_validation(run, "loss"), Window(1, 20, 100))
    traces.take()
    assert list(traces.curves()[0].points) == [(11, 1.0), (12, 0.5)]


@pytest.mark.parametrize(
    ("planned", "done", "over", "window"),
    [
        (1000, 0, False, (1, 1000)),
        (1000, 412, False, (1, 1000)),
        (1000, 412, True, (1, 412)),
        (0, 5, False, (1, 5)),
        (0, 0, False, (1, 1)),
    ],
)
def test_the_whole_run(planned: int, done: int, over: bool, window: tuple[int, int]) -> None:
    assert whole_run(planned, done, over) == window


def test_the_last_part_stands_still_for_half_of_its_width() -> None:
    windows = {last_part(1000, done, False) for done in range(400, 450)}
    assert windows == {(351, 450)}
    assert last_part(1000, 412, True) == (372, 412)
    assert last_part(4, 2, False) == (1, 4)
    for over in (False, True):
        assert last_part(500_000, 0, over) == (1, 500_000)
    for done in range(1, 1001):
        first, last = last_part(1000, done, False)
        assert 1 <= first <= done <= last <= 1000
