"""``kertui train`` as a person or a script uses it: processes, pipes, a terminal, signals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.trainers import PATIENCE, FollowedRun
from tests.support.waiting import wait_until

from kertasks.runs.event_file.events import Epoch, Finished, parse_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand

pytestmark = pytest.mark.training

KERTUI = [sys.executable, "-m", "kertui"]
LONG = ["train", "xor", "--epochs", "1000000"]


def kertui(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*KERTUI, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def only_run(home: Path) -> RunFolder:
    wait_until(lambda: RunStore(home).runs(), PATIENCE)
    (run,) = RunStore(home).runs()
    return run


def test_json_is_exactly_the_events(trainer_home: Path) -> None:
    words = ["--epochs", "4", "--batch-size", "2", "--learning-rate", "0.5", "--seed", "3"]
    process = kertui("train", "xor", *words, "--set", "layers.0.units=16", "--json")
    out, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, err
    run = only_run(trainer_home)
    assert out == run.events_path.read_text()
    events = [parse_event(line) for line in out.splitlines()]
    assert isinstance(events[-1], Finished)
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == [1, 2, 3, 4]
    assert all(event.learning_rate == 0.5 for event in epochs)
    recipe = run.recipe()
    assert (recipe.fit.epochs, recipe.fit.batch_size, recipe.seed) == (4, 2, 3)
    assert recipe.layers[0].arguments["units"] == 16
    assert json.loads(out.splitlines()[0])["parameters"] == 16 * 3 + 17
    assert str(run.path) in err


def test_in_a_pipe_there_is_a_line_a_second_and_ctrl_c_keeps_the_weights(
    trainer_home: Path,
) -> None:
    began = time.monotonic()
    process = kertui(*LONG)
    followed = FollowedRun(only_run(trainer_home))
    followed.wait_for_epochs(100)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    took = time.monotonic() - began

    assert process.returncode == 0, err
    assert "\r" not in out
    assert "\x1b" not in out + err
    lines = out.splitlines()
    shown = [line for line in lines if line.startswith("epoch ")]
    assert 1 <= len(shown) <= took + 2
    assert "loss" in shown[-1]
    assert any(line.startswith("stopped: ") for line in lines)
    run = followed.run
    assert f"weights {run.model_path}" in lines
    assert run.model_path.is_file()
    assert "stopping" in err
    assert run.state() is RunState.STOPPED


def test_on_a_terminal_one_line_moves_and_a_second_ctrl_c_leaves(trainer_home: Path) -> None:
    with PseudoTerminal([*KERTUI, *LONG], columns=100, rows=24) as terminal:
        terminal.wait_until(lambda text: "ep/s" in text, PATIENCE)
        assert sum("ep/s" in line for line in terminal.text.splitlines()) == 1
        run = only_run(trainer_home)
        pid = run.manifest().pid
        # A trainer that cannot answer: the person has waited long enough.
        os.kill(pid, signal.SIGSTOP)
        terminal.send("\x03")
        terminal.wait_for("Ctrl-C again", PATIENCE)
        terminal.send("\x03")
        terminal.wait_for(f"kertui attach {run.id}", PATIENCE)
        assert terminal.wait_for_end(PATIENCE) == 130
    assert run.state() is RunState.RUNNING
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: run.state() is RunState.STOPPED, PATIENCE)


def test_a_closed_terminal_leaves_the_run_going(trainer_home: Path) -> None:
    with PseudoTerminal([*KERTUI, *LONG]) as terminal:
        terminal.wait_until(lambda text: "ep/s" in text, PATIENCE)
        followed = FollowedRun(only_run(trainer_home))
        terminal.process.send_signal(signal.SIGHUP)
        terminal.wait_for_end(PATIENCE)
    done = followed.look().epochs
    followed.wait_for_epochs(done + 10)
    assert followed.run.state() is RunState.RUNNING


def test_a_killed_trainer_is_lost_with_status_1(trainer_home: Path) -> None:
    process = kertui(*LONG, "--json")
    followed = FollowedRun(only_run(trainer_home))
    followed.wait_for_epochs(2)
    os.kill(followed.run.manifest().pid, signal.SIGKILL)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "lost" in err
    assert "trainer.log" in err
    assert "Traceback" not in err


def test_a_removed_folder_is_told_with_status_1(trainer_home: Path) -> None:
    process = kertui(*LONG, "--json")
    followed = FollowedRun(only_run(trainer_home))
    followed.wait_for_epochs(2)
    followed.run.send(SteeringCommand.PAUSE)
    wait_until(lambda: followed.run.state() is RunState.PAUSED, PATIENCE)

    def removed() -> bool:
        # What it held of earlier epochs may be written meanwhile.
        shutil.rmtree(followed.run.path, ignore_errors=True)
        return not followed.run.path.exists()

    wait_until(removed)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "removed: the run's folder is gone" in err
    assert "kertui resume" not in err
    assert "memory" not in err


def test_a_failure_is_status_1_with_its_reason(trainer_home: Path) -> None:
    process = kertui("train", "xor", "--set", "layers.0.units=1000000000000")
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "failed: out of memory" in err
    assert "trainer.log" in err
    assert "Traceback" not in err
    assert only_run(trainer_home).state() is RunState.FAILED


def test_a_reader_that_leaves_ends_the_following_quietly(trainer_home: Path) -> None:
    process = kertui(*LONG, "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE) == 141
    assert "Traceback" not in err
    assert "the run goes on" in err
    assert only_run(trainer_home).state() is RunState.RUNNING


def test_a_layer_keras_does_not_have_is_wrong_usage(trainer_home: Path) -> None:
    process = kertui("train", "xor", "--set", "layers.0.class=Dens")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert out == ""
    assert "Dense" in err
    assert "layers.0" in err
    assert RunStore(trainer_home).runs() == []


@pytest.mark.usefixtures("genuine_data")
def test_a_regression_says_its_error_in_dollars(trainer_home: Path) -> None:
    process = kertui("train", "boston", "--recipe", "as asked", "--epochs", "5")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    last = out.splitlines()[-1]
    # What it is compared with is told where it was found by then.
    compared = r", \$[\d,]+ (less|more) than linear regression"
    assert re.fullmatch(rf"test error \$[\d,]+ of epoch 5 on 102 rows \(mae\)({compared})?", last)
