"""What was found while a run trained, as the command line says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.run_folders import NOON, append, write_run

from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.event_file.events import Advised, Event, Finished, parse_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run as kertui
from kertui.cli.progress.following import Report
from kertui.live.text_frame import frame
from kertui.terminal.glyphs import Marker

STUCK = Finding(
    code="stuck",
    fault=Fault.ACTIVATION,
    severity=Severity.WARNING,
    sentence="all ReLUs of layer 1 are \x1b[2Joff",
    layer=1,
    numbers={"share": 1.0, "last": float("nan")},
)
FALLS = Finding(
    code="falls",
    fault=Fault.EPOCHS,
    severity=Severity.INFO,
    sentence="the loss still falls at the end",
)
TOLD: list[Event] = [
    Advised(NOON, 15, FALLS),
    Advised(NOON, 10, replace(STUCK, layer=3)),
    Advised(NOON, 10, STUCK),
    Advised(NOON, 20, replace(STUCK, layer=3), holds=False),
]


@pytest.fixture
def run(trainer_home: Path) -> RunFolder:
    """A run that was told what was found, and one line of it that is no finding."""
    run = write_run(RunStore(trainer_home), "xor", "answer", epochs=20, end="")
    append(run, TOLD)
    with run.events_path.open("a") as file:
        file.write('{"t":1,"type":"advised","epoch":3,"finding":{"code":7}}\n')
    append(run, [Finished(NOON + 9, 20, 20, None, None, finding=STUCK)])
    return run


def test_an_alarm_is_printed_as_it_comes(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(run, 20, as_json=False)
    for event in TOLD:
        report.take(event)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "warning at epoch 10: all ReLUs of layer 1 are [2Joff",
        "warning at epoch 10: all ReLUs of layer 1 are [2Joff",
        "no more at epoch 20: all ReLUs of layer 1 are [2Joff",
    ]
    Report(run, 20, as_json=True).take(TOLD[2])
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out, parse_constant=pytest.fail)["finding"]["numbers"]["last"] == "nan"
    parsed = parse_event(out)
    assert isinstance(parsed, Advised)
    assert str(parsed.finding) == str(STUCK)


@pytest.mark.parametrize("width", [80, 120])
def test_a_frame_has_a_mark_on_the_curve_and_the_sentence(run: RunFolder, width: int) -> None:
    for marker, sign, dot in ((Marker.BRAILLE, "▲", "·"), (Marker.ASCII, "!", "-")):
        lines = frame(run, width, marker).splitlines()
        assert all(len(line) <= width for line in lines)
        axis = next(line for line in lines if line.lstrip().startswith(("└", "++")))
        at = axis.index(sign)
        # The tenth of twenty epochs lies before the middle.
        assert width / 3 < at < 2 * width / 3
        assert {"○", "i"} & set(axis[at:])
        said = [f"{sign} epoch 10: all ReLUs of layer 2 are [2Joff"]
        said += [f"{dot} epoch 15: the loss still falls at the end"]
        place = lines.index(said[0])
        assert lines[place : place + 2] == said
        assert "layer 3" not in "\n".join(lines)


def test_the_list_of_runs_names_the_worst(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kertui(["runs", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["finding"]["code"] == "stuck"
    assert listed["finding"]["numbers"] == {"share": 1.0, "last": "nan"}
