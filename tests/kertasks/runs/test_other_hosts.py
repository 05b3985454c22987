"""Runs of other hosts and containers, whatever their clocks: whether they live, and how they are
steered. The trainers are processes that claim a run as any trainer does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from tests.support.namespaces import CONTAINER, HOST, in_namespaces, with_clock
from tests.support.run_folders import append, write_run
from tests.support.waiting import wait_until

from kertasks.registry import find_task
from kertasks.runs.event_file.events import Checkpointed, Paused
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin, RunGoesOn
from kertasks.runs.home.store import RunStore
from kertasks.runs.resumable import NotToResume, require_resumable
from kertasks.runs.state import RunState
from kertasks.runs.steering import sending
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands
from kertasks.runs.steering.sending import send_and_wait, watch
from kertasks.trainer.process.claiming import claim
from kertui.cli.main import run as kertui
from kertui.cli.of_runs import steer

KERTUI = [sys.executable, "-m", "kertui"]

_TRAINER = """
import fcntl, sys, time
from pathlib import Path
from kertasks.runs.event_file import event_log
from kertasks.runs.steering.control_file import ControlFile
from kertasks.runs.event_file.events import Control, LearningRate, Started
from kertasks.trainer.process.claiming import claim
from kertui.cli.of_runs import steer
from kertui.cli.main import run as kertui

event_log.HEARTBEAT = float(sys.argv[2])
claimed = claim(Path(sys.argv[1]))
log, control = claimed.log, ControlFile(claimed.folder.control_path)
if "no locks" in sys.argv:
    fcntl.flock(log._descriptor, fcntl.LOCK_UN)
log.add(Started(time.time(), 10, 4, 33, "CPU"))
log.flush()
print("there", flush=True)
while True:
    for command in control.new_commands():
        log.add(Control(time.time(), command.number, command.name))
        log.add(LearningRate(time.time(), 1, command.value or 0.0))
    time.sleep(0.02)
"""


@pytest.fixture
def run(home: Path) -> RunFolder:
    return RunStore(home).create(find_task("xor").recipe())


@contextmanager
def trainer(
    run: RunFolder,
    namespaces: Sequence[str] = (),
    *,
    hostname: str = "",
    boot: Path | None = None,
    clock: str = "",
    beat: float = 5.0,
    locks: bool = True,
) -> Iterator[subprocess.Popen[str]]:
    """A process that has the run, until it is killed here or at the end."""
    script = [
        sys.executable,
        "-c",
        _TRAINER,
        str(run.path),
        str(beat),
        "locks" if locks else "no locks",
    ]
    command = in_namespaces(namespaces, script, hostname=hostname, boot=boot)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=dict(with_clock(clock))
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def printed(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> tuple[int, str]:
    done = subprocess.run(
        [*KERTUI, *words], capture_output=True, text=True, timeout=60, env=dict(environment)
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("namespaces", "hostname", "here", "there"),
    [
        (HOST, "elsewhere", "-5m", ""),
        (HOST, "elsewhere", "", "+1d"),
        (CONTAINER, "", "", "-1d"),
        ((*CONTAINER, *HOST), "elsewhere", "+1d", ""),
    ],
    ids=["host, 5 minutes", "host, a day", "container of one name", "container"],
)
def test_a_run_of_this_kernel_is_judged_rightly_whatever_its_host_and_clock(
    run: RunFolder, namespaces: Sequence[str], hostname: str, here: str, there: str
) -> None:
    environment = with_clock(here)
    with trainer(run, namespaces, hostname=hostname, clock=there) as process:
        status, said = printed(["runs", "--json"], environment)
        assert (status, json.loads(said)[0]["state"]) == (0, "running")
        status, said = printed(["set", "last", "--learning-rate", "0.5"], environment)
        assert (status, said) == (0, "learning rate 0.5 from epoch 1\n")
        process.kill()
        process.wait()
        wait_until(lambda: run.state() is RunState.LOST)
        status, said = printed(["pause", "last"], environment)
        assert status == 1
        assert "is over (lost): nothing was changed" in said


@pytest.fixture
def other_boot(tmp_path: Path) -> Path:
    path = tmp_path / "boot_id"
    path.write_text("01234567-89ab-cdef-0123-456789abcdef\n")
    return path


def test_on_another_machine_the_lock_tells_where_it_is_seen(
    run: RunFolder, other_boot: Path
) -> None:
    with trainer(run, HOST, hostname="elsewhere", boot=other_boot):
        assert run.state() is RunState.RUNNING
    # Free, it tells nothing: a file system may have none.
    assert run.state() is RunState.UNKNOWN


def test_without_locks_a_run_of_another_machine_is_watched_and_can_be_steered(
    run: RunFolder,
    other_boot: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "_STATE_EVERY", 0.05)
    elsewhere = {"hostname": "elsewhere", "boot": other_boot, "clock": "+1d"}
    with trainer(run, HOST, beat=0.1, locks=False, **elsewhere) as process:  # type: ignore[arg-type]
        assert run.state() is RunState.UNKNOWN
        with pytest.raises(NotToResume, match="cannot be told from here"):
            require_resumable(run)
        with pytest.raises(RunGoesOn, match="is still trained on elsewhere cannot be told"):
            RunBin(RunStore(run.path.parent.parent)).delete(run)
        answered, _ = send_and_wait(run, SteeringCommand.LEARNING_RATE, 0.5, seconds=60)
        assert answered
        assert watch(run) is RunState.RUNNING
        process.send_signal(signal.SIGSTOP)
        assert run.state() is RunState.RUNNING  # asleep for a moment
    now = [0.0]
    monkeypatch.setattr("kertasks.runs.signs.heartbeat._monotonic", lambda: now[0])
    run.state()
    now[0] = 1e9
    assert run.state() is RunState.LOST
    # In its own process, which has not watched, the one that takes it up believes who asked.
    claim(run.path, resumes=True).log.close()


def test_who_resumes_a_run_that_cannot_be_seen_is_told_why_it_takes_time(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sending, "_STATE_EVERY", 0.01)
    monkeypatch.setattr(steer, "_ANSWER", 0.05)
    ticks = count(step=50)
    monkeypatch.setattr("kertasks.runs.signs.heartbeat._monotonic", lambda: float(next(ticks)))
    store = RunStore(run.path.parent.parent)
    lost = write_run(store, "xor", "answer", epochs=3, end="", host="elsewhere")
    append(lost, [Checkpointed(1.0, 3, 0)])
    assert kertui(["resume", lost.id, "--epochs", "3"]) == 1
    said = capsys.readouterr().err
    assert f"whether the trainer of run {lost.id} on elsewhere lives cannot be told" in said
    assert "has 3 epochs already" in said
    monkeypatch.setattr("kertasks.runs.signs.heartbeat._monotonic", time.monotonic)
    paused = write_run(store, "xor", "as asked", epochs=3, end="", host="elsewhere")
    append(paused, [Paused(1.0, 3, 0)])
    assert kertui(["resume", paused.id]) == 0
    said = capsys.readouterr().err
    assert f"it has not answered yet (whether the trainer of run {paused.id} on elsewhere" in said
    assert [command.name for command in read_commands(paused.control_path)] == ["resume"]


def test_a_sleeping_trainer_is_no_lost_one(run: RunFolder) -> None:
    with trainer(run) as process:
        process.send_signal(signal.SIGSTOP)
        os.utime(run.events_path, (5, 5))
        assert run.state() is RunState.RUNNING
        process.send_signal(signal.SIGCONT)


def test_a_process_of_the_same_number_in_a_container_is_not_killed(run: RunFolder) -> None:
    with trainer(run, CONTAINER) as process:
        pid = run.manifest().pid
        with pytest.raises(sending.NotKilled, match="is still there"):
            sending.kill(run, 0.2)  # it is asked, and this trainer only answers
        assert process.poll() is None
        assert pid < 100
