"""What a run got, in the right words wherever it is said."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.support.run_folders import NOON, append, write_run

from kertasks.runs.event_file.events import (
    Epoch,
    Failed,
    Finished,
    Monitor,
    Resumed,
    Resuming,
    Started,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.listing import SortKey
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import RunSummary, in_words, summarise
from kertasks.scores.run_baselines import Baseline
from kertasks.text import result
from kertui.cli.progress.following import Report
from kertui.live.followed.progress import RateMeter
from kertui.live.outcome import outcome
from kertui.live.status import status_line
from kertui.live.text_frame import frame
from kertui.plotting.strips import text_of
from kertui.runs.run_columns import columns_for
from kertui.runs.run_columns import test_text as column_text
from kertui.terminal.glyphs import UNICODE

LOSSES = {"loss": 2500.0, "val_loss": 2600.0}
REGRESSION = Finished(
    NOON,
    epochs=60,
    best_epoch=55,
    test={"loss": 2500.0, "accuracy": 0.0, "mae": 44.16},
    unit="points",
    best=LOSSES,
    restored_epoch=55,
    result="mae",
    test_rows=89,
    trained=12.5,
)


def ended_run(home: Path, ended: Finished | Stopped | Failed, epochs: int = 60) -> RunFolder:
    run = write_run(RunStore(home), "xor", "answer", epochs=epochs, end="")
    append(run, [ended])
    return run


def summary_of(run: RunFolder) -> RunSummary:
    found = summarise(run)
    assert found is not None
    return found


def said_at_the_end(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> str:
    Report(run, 60, as_json=False).end(RunHistory.read(run.events_path))
    return capsys.readouterr().out


def test_a_regression_s_result_is_its_error_in_its_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ended_run(tmp_path, REGRESSION)
    assert "accuracy" not in in_words(summary_of(run))
    assert "test error 44.16 points" in in_words(summary_of(run))
    assert column_text(summary_of(run)) == "error 44.16"
    full = "test error 44.16 points of epoch 55 on 89 rows"
    assert result.tested_in_full(REGRESSION) == full
    said = outcome(RunHistory.read(run.events_path), run.state(), "x")
    assert said is not None
    assert said.head == full
    assert "network of epoch 55 in x" in said.facts
    printed = said_at_the_end(run, capsys)
    assert f"{full} (mae)" in printed
    assert f"weights of epoch 55 {run.model_path}" in printed


def test_a_run_that_is_not_finite_says_so_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = [Epoch(NOON + n, 60 + n, {"loss": math.nan}, 0.1, 0.1) for n in (1, 2, 3)]
    ended = Finished(NOON + 4, 63, 60, {"accuracy": 0.5}, best=LOSSES, not_finite_since=61)
    run = write_run(RunStore(tmp_path), "xor", "answer", epochs=60, end="", held_out=False)
    append(run, broken)
    history = RunHistory.read(run.events_path)
    words = "not finite since epoch 61"
    going = text_of(
        status_line(history, history.state, RateMeter().read(history, 60, NOON), 80, UNICODE)
    )
    assert words in going
    append(run, [ended])
    assert words in in_words(summary_of(run))
    assert column_text(summary_of(run)) == "not finite since 61"
    (column,) = [one for one, _ in columns_for(120) if one.key is SortKey.TEST]
    assert [column.fitting(summary_of(run), NOON, wide) for wide in (14, 24)] == [
        "not finite",
        "not finite since 61",
    ]
    shown = frame(run, 120)
    assert f"finished: {words}" in shown
    assert "accuracy 0.5" not in shown.split("finished: ")[1]
    printed = said_at_the_end(run, capsys)
    assert f"finished: 63 epochs, {words}, best 60" in printed
    assert "test accuracy" not in printed


def test_only_what_was_tested_says_on_how_many_rows() -> None:
    assert result.tested_in_full(Finished(NOON, 5, 3, None)) == ""
    assert result.tested_in_full(Finished(NOON, 5, 3, {"accuracy": 0.5})) == "test accuracy 0.500"
    partial = Stopped(NOON, 1200, 3, {"accuracy": 0.5}, within=1500, test_rows=1)
    assert (
        result.tested_in_full(partial) == "test accuracy 0.500 of epoch 1 200, step 1 500 on 1 row"
    )
    assert result.weights_of(partial) == "epoch 1 200, step 1 500"


def test_the_value_that_decides_stands_beside_the_best_epoch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accuracy = Monitor("val_accuracy", "max")
    best = {"loss": 0.058, "val_loss": 0.0876, "val_accuracy": 0.956}
    run = RunStore(tmp_path).runs_path / "20270115-080000-one"
    run.mkdir(parents=True)
    folder = RunFolder(run)
    append(folder, [Started(NOON, 2, 4, 9, "CPU", accuracy), Epoch(NOON, 1, best, 0.1, 0.1)])
    worse = {"loss": 0.05, "val_loss": 0.08, "val_accuracy": 0.95}
    append(folder, [Epoch(NOON, 2, worse, 0.1, 0.1), Finished(NOON, 2, 1, best=best)])
    assert "best 1 (val accuracy 0.956)" in said_at_the_end(folder, capsys)


@pytest.mark.parametrize("told", [5.0, None], ids=["told", "by its events"])
def test_time_is_time_trained_wherever_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], told: float | None
) -> None:
    """A run that failed after two seconds, was resumed ten minutes later and trained three more."""
    began = NOON
    run = write_run(RunStore(tmp_path), "xor", "answer", epochs=1, began=began, end="")
    append(run, [Failed(began + 2, "no memory"), Resuming(began + 602), Resumed(began + 602, 1, 0)])
    append(run, [Epoch(began + 605, 2, {"loss": 0.1}, 0.1, 3.0)])
    append(run, [Finished(began + 605, 2, 2, best={"loss": 0.1}, trained=told)])
    if told is not None:
        assert summary_of(run).seconds == told
    said = outcome(RunHistory.read(run.events_path), run.state(), "x")
    assert said is not None
    assert "5.0 s" in said.facts
    assert ", 0:05" in said_at_the_end(run, capsys)


def test_an_error_is_compared_in_the_target_s_own_unit() -> None:
    baseline = Baseline("linear regression", "mae", 22_000.0)
    scaled = {"loss": 0.05, "mean_absolute_error": 0.15, "mae": 22_600.0}
    assert result.compared(baseline, scaled, None) == "600.0 more than linear regression"
    assert result.compared(baseline, {"mean_absolute_error": 21_000.0}, "$") == (
        "$1,000 less than linear regression"
    )
