"""``kertui sweep`` as a person and a script use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.trainers import PATIENCE

from kertasks.groups.store import GroupStore
from kertasks.recipes.toml_file import load_recipe
from kertui.cli.main import run

KERTUI = [sys.executable, "-m", "kertui"]
UNITS = ["--set", "layers.0.units=4,8"]
RATE = ["--set", "compile.optimizer.learning_rate=1e-4..1e-1:log"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing is varied: give a setting several values"),
        (["--set", "layers.0.units=8"], "nothing is varied"),
        (["--set", "layers.0.units=4,,8"], "--set: layers.0.units: found 4,,8"),
        (["--set", "fit.batch_size=4,-8"], "fit.batch_size: found -8"),
        (["--set", "layers.9.units=4,8"], 'found "9" as a place in layers'),
        ([*UNITS, *UNITS], "layers.0.units is varied twice"),
        ([*RATE, "--search", "grid"], "a grid needs lists, and compile.optimizer.learning_rate"),
        ([*UNITS, "--search", "grid", "--trials", "1"], "the grid has 2 points"),
        ([*UNITS, "--minimize", "loss", "--maximize", "loss"], "one metric decides"),
        (["--set", "seed=1,2", "--seeds", "2"], "the seed is varied already"),
        (["--set", "compile.loss=mse,mae", "--set", "compile.metrics="], "--minimize val_mae"),
        ([*UNITS, "--recipe", "answer", "--recipe", "answer"], "two recipes are called answer"),
        ([*UNITS, "--detach", "--json"], "--detach follows nothing"),
    ],
)
def test_wrong_usage_makes_no_group(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], trainer_home: Path
) -> None:
    assert run(["sweep", "xor", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not trainer_home.exists()


def test_a_dry_run_says_what_would_be_trained_and_makes_nothing(
    capsys: pytest.CaptureFixture[str], trainer_home: Path, tmp_path: Path
) -> None:
    words = ["sweep", "xor", *UNITS, "--set", "compile.optimizer=sgd,adam", "--seeds", "3"]
    assert run([*words, "--set", "fit.epochs=10", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "trial  units  optimizer",
        "    1      4  sgd",
        "    2      4  adam",
        "    3      8  sgd",
        "    4      8  adam",
        "4 trials of 3 seeds: 12 runs, 120 epochs",
    ]
    assert run(["sweep", "xor", *UNITS, *RATE, "--folds", "2", "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["search"], said["trials"], said["runs"], said["epochs"]) == ("tpe", 20, 40, 40_000)
    assert len(said["first"]) == 5  # what comes after follows from these

    table = tmp_path / "wines.csv"
    table.write_text("alcohol,kind\n" + "".join(f"{n / 7:.2f},{'ab'[n % 2]}\n" for n in range(40)))
    rates = ["--set", "compile.optimizer.learning_rate=0.1,0.01"]
    assert run(["sweep", str(table), *rates, "--target", "kind", "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "2 trials: 2 runs" in told.out
    assert "predicts kind" in told.err
    assert not trainer_home.exists()


@pytest.mark.training
def test_json_ends_with_the_ranking_and_show_tells_it_again(
    trainer_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    best = tmp_path / "best.toml"
    settings = ["--set", "layers.0.units=1,8", "--set", "fit.epochs=40", "--set", "fit.keep=0"]
    words = ["sweep", "xor", *settings, "--seeds", "2", "--workers", "1", "--json", "-o", str(best)]
    done = subprocess.run([*KERTUI, *words], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert (events[0]["event"], events[0]["trials"]) == ("begun", 2)
    last = events[-1]
    assert (last["event"], last["metric"], last["mode"]) == ("finished", "loss", "min")
    assert last["importance"] == {"layers.0.units": 1.0}
    assert last["best"] == last["ranking"][0]
    assert [one["state"] for one in last["ranking"]] == ["finished", "finished"]
    values = [one["value"] for one in last["ranking"]]
    assert values == sorted(values)
    lowest: dict[str, float] = {}
    for event in events:
        if event["event"] == "epoch":
            loss = event["metrics"]["loss"]
            lowest[event["key"]] = min(loss, lowest.get(event["key"], loss))
    number = last["best"]["trial"]
    mean = sum(lowest[f"trial {number}, seed {seed}"] for seed in (2, 3)) / 2
    assert last["best"]["value"] == pytest.approx(mean)
    units = last["best"]["values"]["layers.0.units"]
    assert load_recipe(best).layers[0].arguments["units"] == units

    (group,) = GroupStore(trainer_home).groups()
    assert run(["show", group.id]) == 0
    shown = capsys.readouterr().out
    assert "xor, answer: 2 trials of 2 seeds by grid" in shown
    assert "rank  trial             loss" in " ".join(shown.split("\n")[2:3])
    assert f"--set fit.keep=0 --set layers.0.units={units}" in shown
    assert f"finished: 2 trials of {group.id}" in shown
    assert run(["show", group.id, "--effects", "--ascii"]) == 0
    drawn = capsys.readouterr().out
    assert "smaller is better, and further right" in drawn
    assert f"  {units}  {23 * '-'}*" in drawn
    assert run(["runs", group.id]) == 0
    assert f"group {group.id}: 2 trials of xor, answer; 4 runs; finished" in capsys.readouterr().out
