"""``kertui evaluate`` and ``kertui retrain`` on networks that were really trained."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from tests.support.trainers import PATIENCE, FollowedRun
from tests.support.waiting import wait_until

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.store import RunStore
from kertasks.scores.run_baselines import RunBaselines, read_baselines
from kertasks.trainer import score_to_beat
from kertasks.trainer.claiming import claim
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.run import train
from kertui.cli.main import run as kertui

pytestmark = pytest.mark.training


def trained(home: Path, name: str, *changes: str, task: str = "breast-cancer") -> RunFolder:
    recipe = with_changes(find_task(task).recipe(), ["fit.epochs=6", f"name={name}", *changes])
    run, datasets = RunStore(home).create(recipe), DatasetCache()
    assert train(claim(run.path), datasets, "CPU")
    score_to_beat.end(run, recipe, datasets)
    return run


def test_two_runs_are_evaluated_and_compared(
    trainer_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(trainer_home, "good")
    trained(trainer_home, "poor", "fit.epochs=1", "fit.batch_size=500", "seed=1")
    assert kertui(["evaluate", "good", "poor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    ended = FollowedRun(RunStore(trainer_home).find("good")).wait_for_end().ended
    assert ended is not None
    assert ended.test is not None  # type: ignore[union-attr]
    accuracy = found["metrics"]["accuracy"]
    assert accuracy["value"] == pytest.approx(ended.test["accuracy"])  # type: ignore[union-attr]
    assert accuracy["low"] < accuracy["value"] < accuracy["high"]
    assert found["metrics"]["loss"]["low"] is None
    assert (found["split"], found["rows"], found["epoch"]) == ("test", 114, 6)
    assert sum(map(sum, found["confusion"])) == 114
    assert sum(one["support"] for one in found["classes"]) == 114
    right = sum(found["confusion"][place][place] for place in range(2))
    assert right == round(accuracy["value"] * 114)
    assert len(found["mistakes"]) == min(5, 114 - right)
    assert found["baseline"] == found["baselines"][0]
    assert {"logistic regression", "majority"} < {one["name"] for one in found["baselines"]}
    differs, other = found["differs"], found["other"]["metrics"]["accuracy"]["value"]
    assert differs["difference"] == pytest.approx(accuracy["value"] - other)
    assert differs["differs"] is (differs["p"] < 0.05)

    assert kertui(["runs", "--json"]) == 0
    listed = {run["recipe"]: run for run in json.loads(capsys.readouterr().out)}
    assert listed["good"]["baseline"] == found["baseline"]


def test_a_retrained_run_names_the_one_it_is_of_and_has_its_rows(
    trainer_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = trained(
        trainer_home, "held", "data.variant=40 000 rows", "fit.batch_size=4000", task="xor"
    )
    best = FollowedRun(before).look().best_epoch
    assert best is not None
    assert kertui(["retrain", "last", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (started,) = [event for event in events if event["type"] == "started"]
    assert started["epochs"] == best
    assert started["steps"] == math.ceil(40_000 / 4_000)
    epochs = [event for event in events if event["type"] == "epoch"]
    assert len(epochs) == best
    assert not any(name.startswith("val_") for event in epochs for name in event["metrics"])
    assert kertui(["runs", "--json"]) == 0
    run, listed_before = json.loads(capsys.readouterr().out)
    assert (run["retrained_from"], run["recipe"]) == (before.id, "held, retrained")
    assert listed_before["retrained_from"] is None
    path = RunStore(trainer_home).find(run["id"]).baselines_path
    wait_until(lambda: read_baselines(path) != RunBaselines(), PATIENCE)
    assert kertui(["retrain", run["id"]]) == 1
    assert "held no rows out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["nothing"], 2, "there is no run 'nothing'"),
        (["last", "--best", "--epoch", "3"], 2, "--best and --epoch"),
        (["last", "--split", "all"], 2, "'all' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_said_at_once(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, says: str
) -> None:
    assert kertui(["evaluate", *words]) == status
    assert says in capsys.readouterr().err
