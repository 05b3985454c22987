from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.runs.advice.finding import Fault, Finding, Severity, findings_json
from kertasks.runs.event_file.events import (
    Advised,
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
    format_event,
    parse_event,
)
from kertasks.text.plain_text import one_line

_numbers = st.floats(allow_nan=False)
_times = st.floats(allow_nan=False, allow_infinity=False)
_text = st.text().map(one_line)
_metrics = st.dictionaries(_text, _numbers, max_size=5)
_counts = st.integers(min_value=0, max_value=10**9)
_ordinals = st.integers(min_value=1, max_value=10**9)
_gpus = st.lists(st.builds(Gpu, _text, _numbers, _counts, _counts, _counts)).map(tuple)
_findings = st.builds(
    Finding,
    code=_text,
    fault=st.sampled_from(Fault),
    severity=st.sampled_from(Severity),
    sentence=_text,
    layer=st.none() | _counts,
    numbers=_metrics,
    explanation=_text,
    patch=st.lists(_text, max_size=3).map(tuple),
)
_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Started, _times, _ordinals, _ordinals, _counts, _text),
    st.builds(Compiling, _times, st.none() | _numbers),
    st.builds(Compiled, _times, st.booleans()),
    st.builds(Progress, _times, _ordinals, _counts, _metrics),
    st.builds(Epoch, _times, _ordinals, _metrics, _numbers, _numbers),
    st.builds(LearningRate, _times, _counts, _numbers),
    st.builds(Control, _times, _counts, _text, st.none() | _text),
    st.builds(Planned, _times, _ordinals),
    st.builds(Paused, _times, _counts, _counts),
    st.builds(Resuming, _times),
    st.builds(Resumed, _times, _counts, _counts),
    st.builds(Checkpointed, _times, _counts, _counts),
    st.builds(Machine, _times, _numbers, _counts, _counts, _counts, _gpus),
    st.builds(Notice, _times, _text),
    st.builds(Advised, _times, _counts, _findings, st.booleans()),
    st.builds(
        Finished,
        _times,
        _counts,
        st.none() | _counts,
        st.none() | _metrics,
        st.none() | _text,
        st.none() | _metrics,
    ),
    st.builds(
        Stopped,
        _times,
        _counts,
        st.none() | _counts,
        st.none() | _metrics,
        st.none() | _text,
        st.none() | _metrics,
        st.none() | _counts,
    ),
    st.builds(Failed, _times, _text),
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
        '{"t":"inf","type":"failed","reason":"x"}',
        '{"t":1e999,"type":"failed","reason":"x"}',
        '{"t":1,"type":"failed","reason":["x"]}',
        '{"t":1,"type":"planned","epochs":0}',
        '{"t":1,"type":"advised","epoch":1}',
        '{"t":1,"type":"advised","epoch":1,"finding":{"code":"x","fault":"loss","severity":"in',
        '{"t":1,"type":"advised","epoch":1,"finding":{"code":"x","fault":"loss","severity":"x",'
        '"sentence":""}}',
        '{"t":1,"type":"advised","epoch":1,"finding":{"code":"x","fault":"loss","severity":"info",'
        '"sentence":"","layer":-1}}',
        '{"t":1,"type":"advised","epoch":1,"finding":{"code":"x","fault":"loss","severity":"info",'
        '"sentence":"","numbers":{"a":null}}}',
        '{"t":1,"type":"planned","epochs":9223372036854775808}',
        '{"t":1,"type":"started","epochs":1,"steps":0,"parameters":1,"device":""}',
        '{"t":1,"type":"epoch","epoch":-1,"metrics":{},"learning_rate":1,"seconds":1}',
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


def test_text_comes_back_on_one_line_without_control_codes() -> None:
    reason = "it \x1b[31mfailed\n  twice\x07, in \udcff"
    clean = Failed(1.0, "it [31mfailed twice, in ?")
    assert parse_event(format_event(Failed(1.0, reason))) == clean
    written = json.dumps({"t": 1.0, "type": "failed", "reason": reason.replace("\udcff", "?")})
    assert parse_event(written) == clean
    dirty = {"lo\x1b]0;ss": 1.0}
    epoch = Epoch(1.0, 1, {"lo]0;ss": 1.0}, 0.1, 0.1)
    assert parse_event(format_event(Epoch(1.0, 1, dirty, 0.1, 0.1))) == epoch
    fields = {"t": 1.0, "type": "epoch", "epoch": 1, "metrics": dirty}
    written = json.dumps({**fields, "learning_rate": 0.1, "seconds": 0.1})
    assert [parse_event(written)] * 2 == [epoch] * 2


def test_a_finding_keeps_its_numbers_and_comes_with_clean_texts() -> None:
    finding = Finding(
        code="over\x1bfitting",
        fault=Fault.REGULARIZATION,
        severity=Severity.WARNING,
        sentence="it \x1b[31mrose\n  twice\x07, in \udcff",
        layer=2,
        numbers={"be\x07st": math.nan, "last": math.inf, "epoch": 3},
        patch=("layers.2.ra\x1bte=0.5",),
    )
    line = format_event(Advised(1.0, 7, finding))
    written = json.loads(line, parse_constant=pytest.fail)
    assert written == {
        "t": 1.0,
        "type": "advised",
        "epoch": 7,
        "finding": {
            "code": "overfitting",
            "fault": "regularization",
            "severity": "warning",
            "sentence": "it [31mrose twice, in",
            "layer": 2,
            "numbers": {"best": "nan", "last": "inf", "epoch": 3.0},
            "explanation": "",
            "patch": ["layers.2.rate=0.5"],
            "labels_times": 1,
        },
    }
    assert json.loads(findings_json([finding]), parse_constant=pytest.fail) == [written["finding"]]
    parsed = parse_event(line.replace("twice", "twice\\u001b" + 2_000 * "x"))
    assert isinstance(parsed, Advised)
    assert parsed.holds
    assert math.isnan(parsed.finding.numbers["best"])
    assert parsed.finding.numbers["last"] == math.inf
    assert parsed.finding.sentence.startswith("it [31mrose twicexxx")
    assert len(parsed.finding.sentence) == 1_000


def test_a_machine_and_its_gpus_are_read_with_clean_names() -> None:
    gpu = {"name": "H\n200", "use": "nan", "memory": 1, "memory_total": 2, "temperature": -4}
    machine = {"t": 1, "type": "machine", "cpu": "inf", "memory": 1, "memory_total": 2}
    written = json.dumps({**machine, "process_memory": 1, "gpus": [gpu]})
    event = parse_event(written)
    assert isinstance(event, Machine)
    assert event.cpu == math.inf
    assert (event.gpus[0].name, event.gpus[0].temperature) == ("H 200", -4)
    assert math.isnan(event.gpus[0].use)
    assert json.loads(format_event(event))["gpus"][0]["use"] == "nan"
    assert parse_event(written.replace("-4", "-300")) is None


def test_a_text_that_looks_like_a_number_that_is_not_finite_stays_one() -> None:
    assert parse_event(format_event(Notice(1.0, "nan"))) == Notice(1.0, "nan")
    stopped = Stopped(1.0, 2, None, {"loss": math.inf}, "inf")
    assert parse_event(format_event(stopped)) == stopped


def test_a_number_of_a_library_is_written_as_a_number() -> None:
    class Float64(float):
        """As NumPy's, which is a float too."""

    metrics = {"loss": Float64(0.25), "mae": Float64("nan")}
    parsed = parse_event(format_event(Epoch(1.0, 1, metrics, 0.1, 0.1)))
    assert isinstance(parsed, Epoch)
    assert parsed.metrics["loss"] == 0.25
    assert math.isnan(parsed.metrics["mae"])


EARLIER = (
    r'{"t":1.5,"type":"started","epochs":10,"steps":4,"parameters":33,"device":"CPU, 2 cores"}',
    r'{"t":1.5,"type":"compiling","seconds":null}',
    r'{"t":2.5,"type":"compiling","seconds":1.0}',
    r'{"t":2.5,"type":"compiled","xla":true}',
    r'{"t":3.0,"type":"progress","epoch":1,"step":2,"metrics":{"loss":"nan"}}',
    r'{"t":3.5,"type":"epoch","epoch":1,"metrics":{"loss":0.30000000000000004,'
    r'"val_loss":"inf"},"learning_rate":0.001,"seconds":0.25}',
    r'{"t":4.0,"type":"learning_rate","epoch":2,"learning_rate":0.5}',
    r'{"t":4.0,"type":"control","number":1,"command":"pause"}',
    r'{"t":4.0,"type":"control","number":2,"command":"epochs","refused":"why"}',
    r'{"t":4.0,"type":"planned","epochs":12}',
    r'{"t":5.0,"type":"paused","epoch":1,"step":3}',
    r'{"t":6.0,"type":"resuming"}',
    r'{"t":7.0,"type":"resumed","epoch":1,"step":3}',
    r'{"t":8.0,"type":"checkpoint","epoch":1,"step":0}',
    r'{"t":9.0,"type":"machine","cpu":0.5,"memory":1,"memory_total":2,"process_memory":1,'
    r'"gpus":[{"name":"H200","use":0.5,"memory":1,"memory_total":2,"temperature":40}]}',
    r'{"t":9.0,"type":"notice","text":"l\u00e4uft"}',
    r'{"t":10.0,"type":"finished","epochs":2,"best_epoch":1,"test":{"mae":2.5},"unit":"$1,'
    r'000","best":{"loss":0.5}}',
    r'{"t":10.0,"type":"stopped","epochs":2,"best_epoch":null,"test":null,"unit":null,"best":null}',
    r'{"t":10.0,"type":"stopped","epochs":2,"best_epoch":1,"test":null,"unit":null,'
    r'"best":{"loss":1.0},"restored_epoch":1}',
    r'{"t":11.0,"type":"failed","reason":"why"}',
)
"""What kertui wrote before an event was a struct, a line of each kind."""


@pytest.mark.parametrize("line", EARLIER)
def test_a_line_of_an_earlier_kertui_is_read_in_full(line: str) -> None:
    event = parse_event(line)
    assert event is not None
    again = json.loads(format_event(event))
    if again.get("restored_epoch", 0) is None:
        del again["restored_epoch"]
    assert again == json.loads(line)
