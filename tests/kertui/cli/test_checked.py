"""``kertui train`` says all that is wrong before there is a run, and what is odd before it goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.own_tasks import OwnTasks
from tests.support.trainers import PATIENCE

from kertasks.runs.home.store import RunStore

pytestmark = pytest.mark.training


def kertui(*words: str) -> tuple[int, list[str]]:
    """The exit status of a command, and the lines it says beside its results."""
    command = [sys.executable, "-m", "kertui", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()


def test_all_that_is_wrong_in_a_file_is_said_and_there_is_no_run(
    trainer_home: Path, tmp_path: Path, own_tasks: OwnTasks
) -> None:
    own_tasks.add("gap", "x = np.ones((9, 2))\nx[7, 1] = np.nan\ny = np.repeat([0, 1, 2], 3)")
    file = tmp_path / "second try.toml"
    file.write_text(
        'task = "gap"\n[[layers]]\nclass = "Dense"\nunits = 2\n'
        '[compile]\nloss = "mse"\nmetrics = ["Precision"]\n'
        '[fit]\nvalidation_split = 0.05\nearly_stopping = { monitor = "val_precision" }\n'
    )
    status, said = kertui("train", "gap", "--recipe", str(file))
    assert status == 2
    where = f"{file}: "
    assert said[-3:] == [
        f"Error: {where}compile.loss: the output has 2 values a row, the labels have one value",
        f"{where}compile.metrics.0: does not fit the output or the labels: "
        "Incompatible shapes: [1,2] vs. [1,4]",
        f"{where}fit.early_stopping.monitor: there is no metric val_precision; did you mean "
        "val_Precision? There are loss, Precision, val_loss, val_Precision",
    ]
    assert RunStore(trainer_home).runs() == []


def test_what_is_only_said_is_said_before_the_first_epoch(
    trainer_home: Path, tmp_path: Path, own_tasks: OwnTasks
) -> None:
    own_tasks.add("flowers", "x = np.ones((9, 2))\nx[2, 1] = np.nan\ny = np.repeat([0, 1, 2], 3)")
    status, said = kertui("train", "flowers", "--set", "fit.validation_split=0.3333")
    assert status == 0, said
    notes = [line for line in said if line.startswith("note: ")]
    assert notes[:2] == [
        "note: x holds nan in row 2, column 1 (counted from 0): what is computed of it is not "
        "finite either",
        "note: fit.validation_split: validation has 1 of 3 classes; there is no row to train on "
        "of r: the last 3 rows are held out as they lie; rows that are sorted by class must be "
        "shuffled before",
    ]
    (run,) = RunStore(trainer_home).runs()
    assert run.recipe().name == "small"
