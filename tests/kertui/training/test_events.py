from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertui.training.event_lines import format_event, parse_event
from kertui.training.events import (
    Checkpointed,
    Compiled,
    Compiling,
    Control,
    Epoch,
    Event,
    Failed,
    Finished,
    Gpu,
    LearningRate,
    Machine,
    Notice,
    Paused,
    Planned,
    Progress,
    Resumed,
    Resuming,
    Started,
    Stopped,
)

_numbers = st.floats(allow_nan=False)
_metrics = st.dictionaries(st.text(min_size=1, max_size=9), _numbers, max_size=5)
_counts = st.integers(min_value=0, max_value=10**9)
_gpus = st.lists(st.builds(Gpu, st.text(), _numbers, _counts, _counts, _counts)).map(tuple)
_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Started, _numbers, _counts, _counts, _counts, st.text()),
    st.builds(Compiling, _numbers, st.none() | _numbers),
    st.builds(Compiled, _numbers, st.booleans()),
    st.builds(Progress, _numbers, _counts, _counts, _metrics),
    st.builds(Epoch, _numbers, _counts, _metrics, _numbers, _numbers),
    st.builds(LearningRate, _numbers, _counts, _numbers),
    st.builds(Control, _numbers, _counts, st.text(), st.none() | st.text()),
    st.builds(Planned, _numbers, _counts),
    st.builds(Paused, _numbers, _counts, _counts),
    st.builds(Resuming, _numbers),
    st.builds(Resumed, _numbers, _counts, _counts),
    st.builds(Checkpointed, _numbers, _counts, _counts),
    st.builds(Machine, _numbers, _numbers, _counts, _counts, _counts, _gpus),
    st.builds(Notice, _numbers, st.text()),
    st.builds(
        Finished,
        _numbers,
        _counts,
        st.none() | _counts,
        st.none() | _metrics,
        st.none() | st.text(),
        st.none() | _metrics,
    ),
    st.builds(
        Stopped,
        _numbers,
        _counts,
        st.none() | _counts,
        st.none() | _metrics,
        st.none() | st.text(),
        st.none() | _metrics,
        st.none() | _counts,
    ),
    st.builds(Failed, _numbers, st.text()),
)


@given(_events)
def test_an_event_comes_back_from_its_line_exactly(event: Event) -> None:
    line = format_event(event)

    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert parse_event(line) == event


def test_the_line_of_an_epoch_is_what_the_format_says() -> None:
    metrics = {"loss": 0.1 + 0.2, "accuracy": 1.0}
    line = format_event(Epoch(12.5, 3, metrics, learning_rate=1e-3, seconds=0.25))

    assert json.loads(line) == {
        "t": 12.5,
        "type": "epoch",
        "epoch": 3,
        "metrics": {"loss": 0.30000000000000004, "accuracy": 1.0},
        "learning_rate": 0.001,
        "seconds": 0.25,
    }


def test_what_is_not_finite_is_a_string_so_that_the_line_is_json() -> None:
    metrics = {"loss": math.nan, "mae": math.inf, "mse": -math.inf}
    line = format_event(Epoch(0.0, 1, metrics, 1e-3, 0.1))

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    written = json.loads(line, parse_constant=refuse)
    assert written["metrics"] == {"loss": "nan", "mae": "inf", "mse": "-inf"}
    parsed = parse_event(line)
    assert isinstance(parsed, Epoch)
    assert math.isnan(parsed.metrics["loss"])
    assert (parsed.metrics["mae"], parsed.metrics["mse"]) == (math.inf, -math.inf)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[1, 2]",
        '"epoch"',
        "{}",
        '{"t":1,"type":"view","epoch":1}',
        '{"t":1,"type":"epoch","epoch":1}',
        '{"t":1,"type":"epoch","epoch":"1","metrics":{},"learning_rate":1,"seconds":1}',
        '{"t":1,"type":"epoch","epoch":1,"metrics":[],"learning_rate":1,"seconds":1}',
        '{"t":1,"type":"epoch","epoch":1,"metrics":{"loss":"bad"},"learning_rate":1,"seconds":1}',
        '{"t":1,"type":["epoch"]}',
        '{"t":true,"type":"failed","reason":"x"}',
        "\x00\xff garbage",
        "[" * 100_000,
    ],
)
def test_what_is_no_event_known_here_is_none(line: str) -> None:
    assert parse_event(line) is None


def test_fields_of_a_newer_version_are_passed_over() -> None:
    line = '{"t":1,"type":"failed","reason":"x","hint":"y"}'
    assert parse_event(line) == Failed(1.0, "x")


def test_an_end_without_its_optional_fields_is_an_end() -> None:
    assert parse_event('{"t":1,"type":"stopped","epochs":4}') == Stopped(1.0, 4, None, None, None)
