"""What ``kertui runs`` prints."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from tests.kertui.cli.test_usage import loaded
from tests.support.run_folders import NOON, write_run

from kertasks.runs.event_file.events import Finished, format_event
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run


@pytest.fixture
def store(home: Path) -> RunStore:
    store = RunStore(home)
    write_run(store, "xor", "as asked", epochs=20, began=NOON - 60, end="stopped", held_out=False)
    write_run(store, "digits", "dense", epochs=1200, began=NOON - 7200)
    running = write_run(store, "xor", "answer", epochs=30, began=NOON - 3600, end="", trainer=True)
    write_label(running.path, Label("my best", ("gpu",), "a note"))
    return store


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["runs", *words]) == 0
    return capsys.readouterr().out


def test_the_table_has_running_ones_first_then_the_newest(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    head, *lines = printed(capsys).splitlines()
    assert head.split()[:4] == ["state", "task", "recipe", "epochs"]
    assert [line.split()[:2] for line in lines] == [
        ["running", "xor"],
        ["stopped", "xor"],
        ["finished", "digits"],
    ]
    assert "my best" in lines[0]
    assert "30/1 000" in lines[0]
    assert "train 0." in lines[1]
    assert "1 200" in lines[2]
    assert "accuracy 0." in lines[2]


def test_json_says_everything(store: RunStore, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "--json"))
    assert [one["state"] for one in found] == ["running", "stopped", "finished"]
    running, _, finished = found
    assert (running["name"], running["tags"], running["note"]) == ("my best", ["gpu"], "a note")
    assert (running["epochs"], running["planned"]) == (30, 1000)
    assert running["best"]["val_loss"] > 0
    assert running["test"] is None
    assert finished["task"] == "digits"
    assert finished["test"].keys() == {"loss", "accuracy"}
    assert finished["best_epoch"] is not None
    assert finished["seconds"] == pytest.approx(12.0)
    assert finished["created"] == NOON - 7200
    assert (finished["device"], finished["host"]) == ("GPU H100", "gpu-box")
    assert Path(finished["folder"]).is_dir()


def test_a_number_that_is_not_finite_is_valid_json(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_run(RunStore(home), "xor", "answer", epochs=2, end="")
    with folder.events_path.open("a") as file:
        file.write(format_event(Finished(NOON, 2, None, {"loss": math.nan}, None)))

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    (found,) = json.loads(printed(capsys, "--json"), parse_constant=refuse)
    assert found["test"] == {"loss": "nan"}


def test_a_filter_keeps_what_has_every_word(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(printed(capsys, "xor").splitlines()) == 3
    assert len(printed(capsys, "xor", "stopped").splitlines()) == 2
    assert len(printed(capsys, "#gpu").splitlines()) == 2
    assert run(["runs", "nothing"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "no run matches 'nothing'" in err
    assert json.loads(printed(capsys, "nothing", "--json")) == []


def test_the_deleted_ones_are_listed_on_request(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["runs", "--deleted"]) == 0
    assert "no deleted runs in" in capsys.readouterr().err
    RunBin(store).delete(store.find("digits"))
    assert "digits" in printed(capsys, "--deleted")
    assert "digits" not in printed(capsys)


def test_without_runs_it_says_how_to_make_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["runs"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "kertui train TASK" in err
    assert json.loads(printed(capsys, "--json")) == []


def test_it_imports_nothing_heavy(home: Path) -> None:
    heavy = {"keras", "tensorflow", "numpy", "textual", "psutil", "plotext"}
    assert loaded("from kertui.cli.main import run; run(['runs'])", heavy) == []
