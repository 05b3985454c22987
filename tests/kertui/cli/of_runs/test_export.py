"""``kertui export`` as a person uses it: what a run leaves, and every way it can be refused."""

from __future__ import annotations

import ast
import csv
import errno
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest

from kertasks.export.run_script import script_of
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.events import (
    Compiled,
    Epoch,
    Event,
    Finished,
    LearningRate,
    Planned,
    Progress,
    Resumed,
    Started,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.trainer.process.claiming import claim
from kertui.cli.main import run as kertui

DIABETES = find_task("diabetes").recipes["small"]
STOPPING = with_changes(DIABETES, ["fit.early_stopping.patience=3"])
NUMBERS = {"loss": 0.1 + 0.2, "mae": math.nan, "val_loss": 1 / 3, "val_mae": math.inf}


def recorded(home: Path, recipe: Recipe, *events: Event, epochs: int = 3) -> RunFolder:
    """A run as a trainer leaves it, without its weights."""
    run = RunStore(home).create(recipe)
    started = Started(1.0, epochs=recipe.fit.epochs, steps=9, parameters=193, device="CPU")
    done = [Epoch(10.0 + e, e, NUMBERS, 0.01, 0.25) for e in range(1, epochs + 1)]
    run.events_path.write_text("".join(map(format_event, (started, *done, *events))))
    return run


def finished(epochs: int) -> Finished:
    return Finished(99.0, epochs, 2, {"loss": 0.5}, "points")


@pytest.fixture
def catalogued(home: Path, cache: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and Keras's layers in the cache."""
    assert catalog.classes
    monkeypatch.setenv("KERTUI_CACHE", str(cache))
    return home


@pytest.fixture
def _own_sigterm() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.training
@pytest.mark.usefixtures("_own_sigterm")
def test_the_script_of_a_run_prints_the_run_s_numbers(
    catalogued: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kertasks.runs.event_file.event_reader import EventReader
    from kertasks.trainer.dataset_cache import DatasetCache
    from kertasks.trainer.run import train

    recipe = with_changes(STOPPING, ["fit.epochs=200", "fit.early_stopping.min_delta=20"])
    run = RunStore(catalogued).create(recipe)
    assert train(claim(run.path), DatasetCache(), "CPU")
    script = tmp_path / "train.py"
    assert kertui(["export", "diabetes-small", "-o", str(script)]) == 0
    assert capsys.readouterr().out == f"script of {run.id} is now in {script}\n"

    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    results = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": {" in line)
    *events, end = EventReader(run.events_path).read_all()
    last = [event for event in events if isinstance(event, Epoch)][-1]
    assert isinstance(end, Finished)
    assert last.epoch < 200
    assert ast.literal_eval(results["last epoch"]) == pytest.approx(last.metrics, rel=1e-4)
    assert ast.literal_eval(results["test"]) == pytest.approx(end.test, rel=1e-4)

    for words, source in (([], run.model_path), (["--best"], run.best_path)):
        copy = tmp_path / f"{source.stem}-copy.keras"
        assert kertui(["export", run.id, *words, "-o", str(copy)]) == 0
        assert copy.read_bytes() == source.read_bytes()
    before = run.model_path.read_bytes()
    assert kertui(["export", run.id, "--force", "-o", str(run.model_path)]) == 1
    assert "the run's own file" in capsys.readouterr().err
    assert run.model_path.read_bytes() == before


def test_a_history_has_every_digit(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = recorded(home, DIABETES, finished(3))
    path = tmp_path / "run.csv"
    assert kertui(["export", run.id, "-o", str(path)]) == 0
    header, *rows = csv.reader(path.read_text().splitlines())
    assert header == ["epoch", *NUMBERS, "learning_rate", "seconds"]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[0][1:] == [repr(value) for value in (*NUMBERS.values(), 0.01, 0.25)]
    capsys.readouterr()
    assert kertui(["export", run.id, "-o", "-", "--format", "history"]) == 0
    assert capsys.readouterr().out == path.read_text()


def test_event_files_are_those_of_keras_s_callback(home: Path, tmp_path: Path) -> None:
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="the package tensorboard is not installed (pip install -e '.[test]')",
    )
    run = recorded(home, DIABETES, finished(3))
    logs = tmp_path / "logs"
    assert kertui(["export", run.id, "-o", f"{logs}/"]) == 0
    assert sorted(part.name for part in logs.iterdir()) == ["train", "validation"]
    tags = {"train": ["epoch_learning_rate", "epoch_loss", "epoch_mae"],
            "validation": ["epoch_loss", "epoch_mae"]}  # fmt: skip
    for part, names in tags.items():
        read = accumulator.EventAccumulator(str(logs / part)).Reload()
        assert sorted(read.Tags()["tensors"]) == names
        events = read.Tensors("epoch_loss")
        assert [event.step for event in events] == [0, 1, 2]
        assert [event.wall_time for event in events] == [11.0, 12.0, 13.0]
        loss = NUMBERS["loss" if part == "train" else "val_loss"]
        assert events[0].tensor_proto.float_val[0] == pytest.approx(loss, rel=1e-6)
    assert kertui(["export", run.id, "-o", str(logs)]) == 1
    assert kertui(["export", run.id, "-o", str(logs), "--force"]) == 0
    (old,) = (logs / "train").iterdir()
    other = old.rename(old.with_name("events.out.tfevents.1.other"))
    shutil.rmtree(logs / "validation")
    (logs / "validation").write_text("in the way")
    assert kertui(["export", run.id, "-o", str(logs), "--force"]) == 1
    assert other.exists(), "until all is written"
    (logs / "validation").unlink()
    assert kertui(["export", run.id, "-o", str(logs), "--force"]) == 0
    assert len(list(logs.rglob("events.out.tfevents.*"))) == 2
    assert not other.exists()


def test_without_tensorboard_it_says_how_to_get_it(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    run = recorded(home, DIABETES, finished(3))
    assert kertui(["export", run.id, "-o", str(tmp_path / "logs")]) == 1
    assert "pip install tensorboard" in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()


def test_a_file_is_replaced_only_by_force(
    catalogued: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = recorded(catalogued, DIABETES, finished(3))
    path = tmp_path / "train.py"
    path.write_text("mine")
    assert kertui(["export", run.id, "-o", str(path)]) == 1
    assert f"{path} is there already; --force replaces it" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert kertui(["export", run.id, "-o", str(path), "--force"]) == 0
    capsys.readouterr()
    assert kertui(["export", run.id, "-o", "-"]) == 0
    assert capsys.readouterr().out == path.read_text()
    assert path.read_text().startswith('"""How far will diabetes')


def test_a_full_disk_loses_nothing(
    catalogued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded(catalogued, DIABETES, finished(3))
    path = tmp_path / "run.csv"
    path.write_text("mine")

    class Full(BytesIO):
        def write(self, content: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def open_full(descriptor: int, _mode: str) -> IO[bytes]:
        os.write(descriptor, b"half")
        os.close(descriptor)
        return Full()

    monkeypatch.setattr("kertasks.files.os.fdopen", open_full)
    assert kertui(["export", run.id, "-o", str(path), "--force"]) == 1
    assert path.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["run.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "net.h5"], ".keras (model)"),
        (["-o", "net.pickle"], "--format"),
        (["-o", "x.py", "--best"], "--best"),
        (["-o", "-", "--format", "model"], "cannot be printed"),
        (["-o", "-", "--format", "tensorboard"], "cannot be printed"),
        (["-o", "x", "--format", "cvs"], "history"),
        ([], "--output"),
    ],
)
def test_wrong_usage(
    words: list[str], said: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = recorded(home, DIABETES)
    assert kertui(["export", run.id, *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("net.keras", "has no model.keras: it is "),
        ("run.csv", "has not trained a whole epoch: it is "),
        ("logs/", "has not trained a whole epoch: it is "),
        ("missing/net.py", "cannot write"),
    ],
)
def test_what_a_run_does_not_have_is_said(
    output: str,
    said: str,
    catalogued: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = recorded(catalogued, DIABETES, epochs=0)
    assert kertui(["export", run.id, "-o", f"{tmp_path}/{output}"]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / output).exists()


def test_no_run_of_that_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded(home, DIABETES)
    assert kertui(["export", "boston", "-o", "x.py"]) != 0
    assert "there is no run 'boston'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("recipe", "events", "epochs", "note"),
    [
        (DIABETES, [finished(7)], 7, ""),
        (DIABETES, [], 100, ""),
        (STOPPING, [finished(7)], 100, ""),
        (DIABETES, [Stopped(99.0, 3, 2, None, None)], 3, "stopped by hand in epoch 3 of 100.\n"),
        (
            DIABETES,
            [Stopped(99.0, 3, 2, None, None, restored_epoch=2)],
            2,
            "the weights of epoch 2 were kept.",
        ),
        (STOPPING, [Planned(20.0, 40), finished(7)], 40, ""),
        (DIABETES, [Stopped(99.0, 0, None, None, None)], 100, ""),
        (
            DIABETES,
            [Progress(20.0, 4, 5, {}), Epoch(21.0, 4, NUMBERS, 0.01, 0.1),
             Stopped(99.0, 4, 2, None, None)],
            4,
            "maybe before its last row",
        ),
    ],
    ids=[
        "longer",
        "no end",
        "early stopping",
        "stopped",
        "stopped for the best",
        "planned anew",
        "stopped at once",
        "within an epoch",
    ],
)  # fmt: skip
def test_a_script_trains_as_many_epochs_as_the_run(
    tmp_path: Path, catalog: Catalog, recipe: Recipe, events: list[Event], epochs: int, note: str
) -> None:
    script = script_of(recorded(tmp_path, recipe, *events), catalog).text
    assert f"\nEPOCHS = {epochs}\n" in script
    assert note in script
    assert ("stopped by hand" in script) is bool(note)


def test_a_script_changes_the_learning_rate_where_the_run_did(
    tmp_path: Path, catalog: Catalog
) -> None:
    changes: list[Event] = [LearningRate(20.0, 2, 0.5), LearningRate(21.0, 3, 0.001)]
    changes += [LearningRate(21.1, 3, 0.0010000000474974513), finished(3)]
    script = script_of(recorded(tmp_path, DIABETES, *changes), catalog).text
    assert "LEARNING_RATES = {\n    1: 0.5,\n    2: 0.001,\n}\n" in script
    assert "LearningRateScheduler" in script
    lost: list[Event] = [
        LearningRate(20.0, 2, 0.5),
        LearningRate(21.0, 3, 0.1),
        Resumed(30.0, 1, 4),
    ]
    script = script_of(recorded(tmp_path, DIABETES, *lost, finished(3)), catalog).text
    assert "LEARNING_RATES = {\n    1: 0.5,\n}\n" in script
    plain = script_of(recorded(tmp_path, DIABETES, finished(3)), catalog).text
    assert "LearningRate" not in plain


@pytest.mark.parametrize("xla", [True, False])
def test_a_script_is_compiled_as_the_run_was(tmp_path: Path, catalog: Catalog, xla: bool) -> None:
    events: list[Event] = [Compiled(20.0, xla), finished(3)]
    script = script_of(recorded(tmp_path, DIABETES, *events), catalog).text
    assert ("jit_compile=True" in script) is xla


@pytest.mark.parametrize("output", ["-", "run.csv"])
def test_exporting_imports_nothing_heavy(catalogued: Path, tmp_path: Path, output: str) -> None:
    run = recorded(catalogued, DIABETES, finished(3))
    target = output if output == "-" else str(tmp_path / output)
    code = f"from kertui.cli.main import run; run(['export', {run.id!r}, '-o', {target!r}])"
    heavy = "{'keras', 'tensorflow', 'numpy', 'sklearn', 'textual', 'plotext'}"
    script = f"{code}\nimport sys\nsys.exit(str(sorted(set(sys.modules) & {heavy})))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=os.environ
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"
