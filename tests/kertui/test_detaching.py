"""A run outlives its terminal, and is found, shown and steered from any later one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.waiting import wait_until

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import (
    Control,
    Epoch,
    Failed,
    Finished,
    Paused,
    Resumed,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState

KERTUI = str(Path(sys.executable).with_name("kertui"))

pytestmark = pytest.mark.terminal


def kertui(*arguments: str, status: int = 0) -> str:
    """Run a command to its end; its output, of which errors are a part."""
    done = subprocess.run(
        [KERTUI, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def history_of(run: RunFolder) -> RunHistory:
    history = RunHistory()
    history.add_all(EventReader(run.events_path).read_all())
    return history


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """The beginning of a command line of a tmux server of the test's own."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed here")
    command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", os.devnull]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True)


@pytest.fixture
def training(trainer_home: Path) -> RunFolder:
    """A run that ``kertui train`` began, long enough for everything, some epochs done."""
    starter = subprocess.Popen(
        [KERTUI, "train", "digits", "--epochs", "100000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(lambda: RunStore(trainer_home).runs() != [])
    (run,) = RunStore(trainer_home).runs()
    wait_until(lambda: history_of(run).epochs >= 2, 120)
    starter.kill()  # whoever follows may go; the run goes on
    starter.wait()
    return run


def test_a_run_outlives_the_tmux_server_and_is_steered_from_another_terminal(
    trainer_home: Path, tmux: list[str]
) -> None:
    def shown() -> str:
        return subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True).stdout

    def press(*keys: str) -> None:
        subprocess.run([*tmux, "send-keys", *keys], check=True)

    size = ["-x", "120", "-y", "36"]
    subprocess.run([*tmux, "new-session", "-d", *size, KERTUI, "--no-advice"], check=True)
    wait_until(lambda: "type to filter" in shown())
    press("digits")
    wait_until(lambda: "xor" not in shown())
    press("Enter")
    wait_until(lambda: "total" in shown())
    # Before it begins: on a busy machine all 20 epochs are over before a command is there.
    press("t")
    wait_until(lambda: re.search(r"▸ optimizer +Adam ▾", shown()))  # Keras's settings are known
    press("Down", "Down", "Down", "Enter", "100000", "Enter")
    wait_until(lambda: re.search(r"▸ epochs +100000", shown()))
    press("Space")
    store = RunStore(trainer_home)
    wait_until(lambda: any(history_of(run).epochs for run in store.runs()), 120)
    (run,) = store.runs()
    subprocess.run([*tmux, "kill-server"], check=True)

    before = history_of(run).epochs
    wait_until(lambda: history_of(run).epochs >= before + 3)
    (listed,) = json.loads(kertui("runs", "--json"))
    assert (listed["id"], listed["state"]) == (run.id, "running")
    assert listed["epochs"] >= before + 3

    attach = [KERTUI, "attach", "last", "--no-spare", "--no-advice"]
    with PseudoTerminal(attach, columns=120, rows=36) as terminal:
        screen = terminal.wait_for("training")
        terminal.wait_for("best")
        assert "digits" in screen
        terminal.send(" ")
        terminal.wait_for("paused")
        wait_until(lambda: run.state() is RunState.PAUSED)
        done = history_of(run).epochs
        terminal.send(" ")
        wait_until(lambda: history_of(run).epochs > done)
        terminal.send("s")
        terminal.wait_for("stopped")
        assert run.state() is RunState.STOPPED
        assert list(history_of(run).epoch_numbers)[:3] == [1, 2, 3]
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    assert isinstance(history_of(run).ended, Stopped)


def test_every_command_is_carried_out_once_and_acknowledged(training: RunFolder) -> None:
    run = training
    os.kill(run.manifest().pid, signal.SIGHUP)
    assert "paused at epoch" in kertui("pause", run.id)
    assert run.state() is RunState.PAUSED
    done = history_of(run).epochs
    assert f"paused at epoch {done + 1}\n" in kertui("step", run.id)
    assert "1 batches into the next" in kertui("step", "--batch", run.id)
    assert "learning rate 0.5 from epoch" in kertui("set", run.id, "--learning-rate", "0.5")
    assert "900 epochs in all" in kertui("set", run.id, "--epochs", "900")
    assert "goes on at epoch" in kertui("resume", run.id)
    assert "is running: there is nothing to resume" in kertui("resume", run.id, status=1)
    wait_until(lambda: history_of(run).epochs >= done + 2)
    assert "saved" in kertui("save", run.id)
    assert run.model_path.is_file()
    assert "test accuracy" in kertui("stop", "--best", run.id)
    for command in ("pause", "stop", "kill", "save", "step"):
        assert "is over (stopped): nothing was changed" in kertui(command, run.id, status=1)

    events = EventReader(run.events_path).read_all()
    answers = [event for event in events if isinstance(event, Control)]
    assert [answer.number for answer in answers] == list(range(1, len(answers) + 1))
    assert [answer.command for answer in answers if answer.refused is None] == [
        "pause", "epoch", "batch", "learning_rate", "epochs", "resume", "save", "stop_best",
    ]  # fmt: skip
    assert history_of(run).planned == 900
    rates = [event.learning_rate for event in events if isinstance(event, Epoch)]
    assert rates[-1] == 0.5
    assert rates[0] != 0.5


def test_a_killed_run_is_resumed_and_its_log_goes_on(training: RunFolder) -> None:
    run = training
    assert "nothing was changed" not in kertui("save", run.id)
    said = kertui("kill", run.id)
    assert "goes on from its checkpoint at epoch" in said
    assert run.state() is RunState.LOST
    assert "lost" in kertui("attach", "--once", run.id)

    kertui("resume", run.id)
    told = history_of(run).epochs
    wait_until(lambda: history_of(run).epochs > told)
    assert "is running" in kertui("resume", run.id, status=1)
    kertui("pause", run.id)
    events = EventReader(run.events_path).read_all()
    epochs = [event.epoch for event in events if isinstance(event, Epoch)]
    assert epochs == list(range(1, len(epochs) + 1))
    assert len([event for event in events if isinstance(event, Resumed)]) == 1
    # Only the process that runs now is paused, and a stop from here ends it.
    assert isinstance(next(e for e in reversed(events) if isinstance(e, Paused)), Paused)
    kertui("stop", run.id)
    done = history_of(run).ended
    assert isinstance(done, Stopped)
    kertui("resume", run.id, "--epochs", str(done.epochs + 2))
    wait_until(lambda: run.state() is RunState.FINISHED)
    ended = history_of(run).ended
    assert isinstance(ended, Finished)
    assert ended.epochs == done.epochs + 2
    assert "finished" in kertui("resume", run.id, status=1)


def test_a_run_whose_trainer_never_came_is_listed_and_resumed(trainer_home: Path) -> None:
    recipe = with_changes(find_task("xor").recipes["answer"], ["fit.epochs=20"])
    run = RunStore(trainer_home).create(recipe)
    os.utime(run.recipe_path, (1.0, 1.0))
    (listed,) = json.loads(kertui("runs", "--json"))
    assert (listed["id"], listed["state"]) == (run.id, "lost")
    assert "goes on at epoch 0;" in kertui("resume", run.id)
    wait_until(lambda: run.state() is RunState.FINISHED)
    assert list(history_of(run).epoch_numbers) == list(range(1, 21))


def test_without_a_terminal_a_run_can_be_seen_read_and_not_mistaken_and_its_end_is_said(
    training: RunFolder,
) -> None:
    frame = kertui("attach", "--once", "--width", "100", "--ascii")
    assert frame.isascii()
    assert max(map(len, frame.splitlines())) <= 100
    for words in ("digits", "training", "xx train", "accuracy"):
        assert words in frame
    assert "--once" in kertui("attach", training.id, status=2)
    wrong = training.id.replace("digits", "digtis")
    assert f"did you mean '{training.id}'" in kertui("pause", wrong, status=2)

    with training.log_path.open("a") as log:
        log.write("a word from a library\n")
    assert "a word from a library" in kertui("logs", training.id)
    following = subprocess.Popen(
        [KERTUI, "logs", "-f", training.id], stdout=subprocess.PIPE, text=True
    )
    kertui("kill", training.id)
    assert following.wait(60) == 0
    assert following.stdout is not None
    assert "a word from a library" in following.stdout.read()

    text = training.recipe_path.read_text()
    training.recipe_path.write_text(text.replace("epochs", "epoch"))
    assert "fit.epoch" in kertui("resume", training.id, status=2)
    assert not isinstance(history_of(training).ended, Failed)

    training.recipe_path.write_text(text)
    resuming = subprocess.Popen(
        [KERTUI, "resume", training.id], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wait_until(lambda: training.state() is RunState.RUNNING)
    os.kill(training.manifest().pid, signal.SIGKILL)  # before it goes on
    said, _ = resuming.communicate(timeout=60)
    assert resuming.returncode == 1
    # Whether it had told the command already that the run is its own, or not yet.
    assert "ended before it went on" in said or "was killed (signal 9)" in said
