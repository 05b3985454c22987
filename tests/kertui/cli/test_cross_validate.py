"""``kertui cross-validate`` as a script uses it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.trainers import PATIENCE

from kertasks.groups.store import GroupStore
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run

KERTUI = [sys.executable, "-m", "kertui"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diabetes", "--folds", "1"], "--folds"),
        (["diabetes", "--set", "data.folds=3", "--set", "data.fold=1"], "holds out fold 1/3"),
        (["diabetes", "--set", "data.fold=1"], "data.folds says of how many"),
        (["diabetes", "--json", "--detach"], "there are no events for --json"),
        (["diabtes"], "did you mean 'diabetes'?"),
    ],
)
def test_wrong_usage_makes_no_group(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], trainer_home: Path
) -> None:
    assert run(["cross-validate", *words]) == 2
    assert said in capsys.readouterr().err
    assert not trainer_home.exists()


@pytest.mark.training
def test_rows_that_cannot_be_folded_leave_nothing_behind(trainer_home: Path) -> None:
    words = ["cross-validate", "xor", "--workers", "1", "--json"]
    done = subprocess.run([*KERTUI, *words], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert "the class 0 has 2 rows to train on, which is too few for 4 folds" in done.stderr
    assert "Traceback" not in done.stderr
    assert GroupStore(trainer_home).groups() == []
    assert RunStore(trainer_home).runs() == []


@pytest.mark.training
def test_json_is_one_event_a_line_and_the_last_tells_the_best(
    trainer_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["cross-validate", "diabetes", "--folds", "3", "--workers", "1", "--final", "--json"]
    settings = ["--set", "fit.epochs=6", "--seed", "4"]
    done = subprocess.run(
        [*KERTUI, *words, *settings], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["event"] == "begun"
    assert (events[0]["folds"], events[0]["final"]) == (3, True)
    epochs = [event for event in events if event["event"] == "epoch"]
    last = events[-1]
    assert last["event"] == "finished"
    best = last["best"]
    assert len(epochs) == 3 * 6 + best["epoch"]
    assert (last["metric"], last["mode"], last["unit"]) == ("val_mae", "min", "points")
    at_best = {
        event["key"]: event["metrics"]["val_mae"]
        for event in epochs
        if event["epoch"] == best["epoch"] and event["key"] != "final"
    }
    rows = {fold["key"]: fold["rows"] for fold in last["folds"]}
    assert sorted(rows.values()) == [117, 118, 118]
    mean = sum(rows[key] * value for key, value in at_best.items()) / 353
    assert best["val_mae"]["mean"] == pytest.approx(mean)
    assert last["final"]["epochs"] == best["epoch"]
    assert last["final"]["test"]["mae"] > 0

    (group,) = GroupStore(trainer_home).groups()
    assert run(["show", group.id]) == 0
    shown = capsys.readouterr().out
    assert f"epoch {best['epoch']}, val mae" in shown
    assert re.search(r"val mae \d+\.\d+ ± \d+\.\d+ points", shown)
    assert "finished: 4 runs" in shown
    assert run(["runs", group.id]) == 0
    listed = capsys.readouterr().out
    assert listed.count("small, fold") == 3
    assert f"group {group.id}: 3 folds of diabetes, small; 4 runs; finished" in listed
    assert run(["runs"]) == 0
    listed = capsys.readouterr().out
    assert f"group {group.id}: " in listed
    assert "small, fold" not in listed
    for command, said in (("stop", "is over (finished)"), ("resume", "nothing left to train")):
        assert run([command, group.id]) == 1
        assert said in capsys.readouterr().err
    assert run(["step", group.id]) == 2
    assert "is a group of runs" in capsys.readouterr().err
