"""``kertui evaluate`` and ``kertui retrain`` on networks that were really trained."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from tests.support.run_folders import write_run
from tests.support.trainers import PATIENCE, FollowedRun
from tests.support.waiting import wait_until

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.view import Look, Moment, Rows
from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix
from kertasks.runs.views.evaluation import Evaluation, EvaluationRequest, Score
from kertasks.runs.views.worst_rows import ClassAnswer, Mistake, Mistakes
from kertasks.scores.run_baselines import Baseline, RunBaselines, read_baselines
from kertasks.trainer import score_to_beat
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertui.cli.main import run as kertui
from kertui.cli.of_runs.evaluate import Evaluated

pytestmark = pytest.mark.training


def trained(home: Path, name: str, *changes: str, task: str = "breast-cancer") -> RunFolder:
    recipe = with_changes(find_task(task).recipe(), ["fit.epochs=6", f"name={name}", *changes])
    run, datasets = RunStore(home).create(recipe), DatasetCache()
    assert train(claim(run.path), datasets, "CPU")
    score_to_beat.end(run, recipe, datasets)
    return run


def test_two_runs_are_evaluated_and_compared(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained(home, "good")
    trained(home, "poor", "fit.epochs=1", "fit.batch_size=500")
    assert kertui(["evaluate", "good", "poor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    ended = FollowedRun(RunStore(home).find("good")).wait_for_end().ended
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
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = trained(home, "held", "data.variant=40 000 rows", "fit.batch_size=4000", task="xor")
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
    path = RunStore(home).find(run["id"]).baselines_path
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


def test_what_is_printed_is_aligned_and_says_of_which_rows_and_weights(tmp_path: Path) -> None:
    run = write_run(RunStore(tmp_path), "reuters", "book", epochs=9)
    names = ("earn", "acquisitions", "grain")
    scores = (Score("accuracy", 0.79, 0.773, 0.806), Score("loss", 1.0552))
    baselines = (Baseline("logistic regression", "accuracy", 0.805),)
    evaluation = Evaluation(Rows.TEST, 2_246, scores, None, baselines)
    figures = tuple(ClassFigures(0.9, 0.8, 0.847, support) for support in (813, 474, 5))
    counts = ((800, 13, 0), (94, 380, 0), (1, 0, 4))
    confusion = ConfusionMatrix(Rows.TEST, 2_246, names, counts, figures, 0.79, 0.773, 0.806)
    answer = ClassAnswer("earn", 0.9994, "acquisitions", 0.0001)
    mistakes = Mistakes(
        Rows.TEST, 2_246, names, "topic", "", 1, (Mistake(1_526, answer, None),)
    )  # fmt: skip
    look = Look(EvaluationRequest(), 9, 0, evaluation)
    found = Evaluated(run, Moment(), look, evaluation, confusion, mistakes)
    assert found.lines() == [
        f"reuters book  {run.id}",
        "weights of epoch 9, 2 246 test rows",
        "",
        "  accuracy  0.790  0.773 to 0.806  (95 %)",
        "  loss      1.055",
        "",
        "baselines  this run: -0.015 on logistic regression",
        "  logistic regression  0.805",
        "",
        "  class         precision  recall     F1  rows",
        "  earn              0.900   0.800  0.847   813",
        "  acquisitions      0.900   0.800  0.847   474",
        "  grain             0.900   0.800  0.847     5",
        "",
        r"  true \ said   earn  acquisitions  grain",
        "  earn           800            13      0",
        "  acquisitions    94           380      0",
        "  grain            1             0      4",
        "",
        "  most wrong  true          said   sure",
        "  row 1 526   acquisitions  earn  0.999",
    ]
