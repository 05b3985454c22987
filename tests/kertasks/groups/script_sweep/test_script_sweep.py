"""A program is a trial for each of its arguments' values, whoever of those who run it is killed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.groups.folder import GroupFolder, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.planning import plan_of
from kertasks.groups.runner import Runner
from kertasks.groups.script_sweep.consent import MayNotStart, program_of
from kertasks.groups.sweep.results import SweepResults, TrialState, results_of
from kertasks.runs.event_file.events import Stopped
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands
from kertui.cli.main import kertui

pytestmark = pytest.mark.training

PROGRAM = """
import sys
import time
from pathlib import Path

lr = float(sys.argv[sys.argv.index("--lr") + 1])
if lr > 1:
    raise ValueError("this learning rate is too high")

import keras
import numpy as np

x = np.linspace(-1, 1, 40, dtype="float32")[:, None]
model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="zeros")])
model.compile(keras.optimizers.SGD(lr), "mse")
model.fit(x, 3 * x, validation_split=0.25, epochs=1, verbose=0)
while not Path("go").exists():
    time.sleep(0.02)
model.fit(x, 3 * x, validation_split=0.25, epochs=3, verbose=0)
"""

STEERED = """
import sys
import time
from pathlib import Path

n = sys.argv[sys.argv.index("--n") + 1]
Path(f"began-{n}").touch()
while not Path(f"go-{n}").exists():
    time.sleep(0.02)
if n == "1":
    sys.exit()

import keras
import numpy as np

x = np.linspace(-1, 1, 4, dtype="float32")[:, None]
model = keras.Sequential([keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x, epochs=1_000_000, verbose=0)
"""


def command(*words: str) -> str:
    done = CliRunner().invoke(kertui, words)
    assert done.exit_code == 0, done.output
    return done.output


def results(group: GroupFolder) -> SweepResults:
    return results_of(GroupHistory.read(group))


def in_second_wait(group: GroupFolder) -> bool:
    """Whether two programs have trained once, and wait."""
    told = GroupHistory.read(group).members.values()
    return sum(one.history.ended is not None for one in told) == 2


@pytest.mark.long
def test_programs_are_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, folder = tmp_path / "home", tmp_path / "own"
    folder.mkdir()
    (folder / "train.py").write_text(PROGRAM)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KERTUI_HOME", str(home))
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    asked = ("sweep", "--script", "train.py", "--arg", "lr=0.1,0.2,5", "--workers", "2", "--detach")
    id = command(*asked, "--", "--note", "a b").strip()
    group = GroupFolder(home / "groups" / id)
    wait_until(lambda: in_second_wait(group), PATIENCE)
    assert {one.state for one in results(group).ranking} >= {TrialState.BEGUN}
    assert results(group).best is None  # a program may train again

    # The runner is killed, and the program of one trial with it; that of the other goes on.
    runner = group.runner_pid()
    assert runner is not None
    os.kill(runner, signal.SIGKILL)
    killed, goes_on = (GroupHistory.read(group).members[key].run for key in ("trial 1", "trial 2"))
    os.kill(killed.manifest().pid, signal.SIGKILL)
    wait_until(lambda: not group.has_runner, PATIENCE)
    (folder / "go").touch()

    # A program that was changed meanwhile is not run, nor that of a group from elsewhere.
    (folder / "train.py").write_text(f"{PROGRAM}\n# changed\n")
    with pytest.raises(MayNotStart, match="is another file than when the sweep began"):
        program_of(group)
    (folder / "train.py").write_text(PROGRAM)
    brought = GroupFolder(shutil.copytree(group.path, home / "groups" / "brought"))
    done = CliRunner().invoke(kertui, ["resume", "brought"])
    assert isinstance(done.exception, MayNotStart)
    assert "no command of yours" in str(done.exception)
    with pytest.raises(MayNotStart):  # whoever asks it to
        Runner(brought)
    shutil.rmtree(brought.path)

    assert command("resume", id).startswith(f"runs {folder / 'train.py'}\n")
    wait_until(lambda: group.state() is GroupState.FINISHED, PATIENCE)
    found = results(group)
    assert [(one.number, one.state) for one in found.ranking] == [
        (2, TrialState.FINISHED),
        (1, TrialState.FINISHED),
        (3, TrialState.FAILED),
    ]
    assert found.best is not None
    for one in found.finished:  # by the last call of fit
        (id_of_run,) = one.runs
        history = RunHistory.read(RunStore(home).find(id_of_run).events_path)
        assert one.value.mean == min(history.column("val_loss"))
        assert history.epochs == 3
    runs = RunStore(home).runs()
    assert all(run.origin is Origin.SCRIPT for run in runs)
    called = sorted(run.manifest().recipe for run in runs)
    assert called == [
        *["trial 1, fit"] * 2,  # that of the program that was killed, too
        "trial 1, fit 2",
        "trial 2, fit",
        "trial 2, fit 2",
        "trial 3, fit",
    ]
    assert goes_on.manifest().group == RunStore(home).find(found.best.runs[0]).manifest().group
    said = command("show", id)
    assert "train.py, --lr: 3 trials by grid\nlr=0.1,0.2,5\n" in said
    assert "best: kertui run train.py --lr 0.2 --note 'a b'\n" in said
    assert (
        "1 trial failed: train.py failed: ValueError: this learning rate is too high "
        "(train.py, line 8), and never called fit\n"
    ) in said
    assert said.endswith(f"finished: 3 trials (2 finished, 1 failed) of {id}\n")


def test_pause_resume_and_stop(
    trainer_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "steered.py").write_text(STEERED)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # which is imported in a third of the time
    asked = ("sweep", "--script", "steered.py", "--arg", "n=1,2,3", "--workers", "1", "--detach")
    id = command(*asked).strip()
    group = GroupFolder(trainer_home / "groups" / id)

    # Paused while a program goes on that trains nothing: it ends, and none begins after it.
    wait_until((folder / "began-1").exists, PATIENCE)
    wait_until(lambda: len(group.members()) == 1, PATIENCE)  # a moment later
    first = group.run(group.members()[0])
    group.send(SteeringCommand.PAUSE)
    wait_until(lambda: read_commands(first.control_path), PATIENCE)
    (folder / "go-1").touch()
    wait_until(lambda: group.state() is GroupState.PAUSED, PATIENCE)
    assert command("show", id).endswith(f"paused: 1 of 3 trials (2 waiting, 1 failed) of {id}\n")
    assert not (folder / "began-2").exists()
    assert command("resume", id).startswith("goes on")
    wait_until((folder / "began-2").exists, PATIENCE)
    wait_until(lambda: len(group.members()) == 2, PATIENCE)  # a moment later

    # Paused and resumed before the program trains: it hears both, and does not wait.
    run = group.run(group.members()[1])
    group.send(SteeringCommand.PAUSE)
    wait_until(lambda: len(read_commands(run.control_path)) == 1, PATIENCE)
    assert command("resume", id).startswith("goes on")
    wait_until(lambda: len(read_commands(run.control_path)) == 2, PATIENCE)
    (folder / "go-2").touch()
    wait_until(lambda: RunHistory.read(run.events_path).epochs > 1, PATIENCE)
    assert command("pause", id).startswith("paused: ")
    assert command("resume", id).startswith("goes on")
    wait_until(lambda: group.state() is GroupState.RUNNING, PATIENCE)

    assert command("stop", id).startswith("failed: 1 of 3 trials (")
    assert isinstance(RunHistory.read(run.events_path).ended, Stopped)
    assert not (folder / "began-3").exists()
    left = plan_of(group).begin({})
    assert [start.key for start in left] == ["trial 2", "trial 3"]  # what is gone on with
