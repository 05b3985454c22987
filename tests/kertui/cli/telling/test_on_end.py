"""``--on-end``: a command hears of a run's end, whatever became of trainer and terminal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from msgspec.structs import replace
from tests.support.live_app import START, claimed
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.trainers import PATIENCE, FollowedRun
from tests.support.waiting import wait_until

from kertasks.runs.event_file.events import Finished, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import RunBaselines, write_baselines
from kertui.cli.progress.following import CtrlC
from kertui.cli.telling.end_watcher import EndWatcher
from kertui.cli.telling.on_end import OnEnd

KERTUI = [sys.executable, "-m", "kertui"]
WILD = ["--learning-rate", "1000", "--set", "compile.optimizer.class=SGD"]
"""With these the loss of square is soon no number."""


def kertui(*words: str, status: int = 0) -> str:
    """Run a command to its end; its output, of which errors are a part."""
    done = subprocess.run(
        [*KERTUI, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not valid JSON")


def read(path: Path) -> Any:
    """The JSON that a command wrote, once it is whole."""
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"), PATIENCE)
    return json.loads(path.read_text(), parse_constant=refuse)


def end(run: RunFolder) -> None:
    """Write an end, as a trainer does."""
    with run.events_path.open("a") as file:
        file.write(format_event(Finished(START + 9, 1, 1, None, None)))


@pytest.mark.training
def test_a_command_gets_the_summary_of_a_network_whose_numbers_are_none_and_fails(
    trainer_home: Path, tmp_path: Path
) -> None:
    told = tmp_path / "told.json"
    command = f"cat > '{told}'; echo \"in $KERTUI_RUN\" >&2; exit 3"
    said = kertui("train", "square", *WILD, "--epochs", "9", "--notify", "--on-end", command)
    (run,) = RunStore(trainer_home).runs()
    (listed,) = json.loads(kertui("runs", "--json"))
    assert listed["not_finite_since"]
    assert read(told) == listed
    assert listed["state"] == "finished"
    assert f"in {run.path}\nkertui: the command of --on-end ended with status 3\n" in kertui(
        "logs", run.id
    )
    assert "note: --notify has no terminal to tell" in said
    assert not {"\x07", "\x1b"} & {*said}
    assert "note: the command of --on-end ended with status 3" in said
    notices = [notice.text for notice in RunHistory.read(run.events_path).notices]
    assert notices[-1].startswith("the command of --on-end ended with status 3")
    assert run.state() is RunState.FINISHED


@pytest.mark.training
def test_kill_9_of_the_terminal_which_rang_and_then_of_the_trainer_is_told_as_lost(
    trainer_home: Path, tmp_path: Path
) -> None:
    first, second, waits = (tmp_path / name for name in ("first", "second", "waits"))
    words = ["train", "square", *WILD, "--epochs", "1000000", "--on-end", f"cat > '{first}'"]
    iterm = {"TERM_PROGRAM": "iTerm.app"}
    with PseudoTerminal([*KERTUI, *words, "--notify"], environment=iterm) as terminal:
        rung = b"\x07\x1b]9;kertui: square answer: not finite since epoch "
        terminal.wait_until(lambda _: rung in terminal.raw, PATIENCE)
        terminal.process.kill()
        assert terminal.raw.count(b"\x07") == 2
    (run,) = RunStore(trainer_home).runs()
    command = f"cat > '{second}'; echo $$ > '{waits}'; exec sleep 1000"
    kertui("attach", "--once", "--on-end", command)
    followed = FollowedRun(run)
    followed.wait_for_epochs(followed.look().epochs + 10)
    assert not first.exists()
    os.kill(run.manifest().pid, signal.SIGKILL)

    said, again = read(first), read(second)
    (listed,) = json.loads(kertui("runs", "--json"))
    assert said == again == listed
    assert (said["id"], said["state"]) == (run.id, "lost")
    assert said["epochs"] >= 10
    wait_until(lambda: waits.exists() and waits.read_text().endswith("\n"))
    os.kill(int(waits.read_text()), signal.SIGKILL)
    wait_until(lambda: "ended with status 137" in kertui("logs", run.id))
    assert "is over (lost)" in kertui("attach", "last", "--on-end", "true", status=2)


def test_a_script_that_never_trains_is_told_too(trainer_home: Path, tmp_path: Path) -> None:
    script, told = tmp_path / "train.py", tmp_path / "told"
    script.write_text("raise SystemExit(3)\n")
    kertui("run", "--plain", "--on-end", f"cat > '{told}'", str(script), status=3)
    (listed,) = json.loads(kertui("runs", "--json"))
    assert read(told) == listed
    assert (listed["task"], listed["state"]) == ("train.py", "failed")


def test_a_command_that_does_not_end_holds_nobody_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, begun = claimed(tmp_path / "runs" / "20260101-000000-xor"), tmp_path / "begun"
    write_baselines(run.baselines_path, RunBaselines())
    watcher = OnEnd(run, f"echo $$ > '{begun}'; exec sleep 1000")
    end(run)
    wait_until(lambda: begun.exists() and begun.read_text().endswith("\n"))
    pressed = CtrlC()
    with pressed.caught():
        Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        watcher.wait(pressed)
    assert capsys.readouterr().err == "note: the command of --on-end goes on by itself\n"
    command = int(begun.read_text())
    assert process_start_time(command) is not None
    os.kill(command, signal.SIGKILL)
    wait_until(lambda: process_start_time(watcher.pid) is None)


def test_ctrl_c_leaves_the_command_of_a_script_that_is_over(
    trainer_home: Path, tmp_path: Path
) -> None:
    script, begun = tmp_path / "train.py", tmp_path / "begun"
    script.write_text("raise SystemExit(3)\n")
    words = ["run", "--plain", "--on-end", f"echo $$ > '{begun}'; exec sleep 1000", str(script)]
    with subprocess.Popen([*KERTUI, *words], stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: begun.exists() and begun.read_text().endswith("\n"))
        Timer(0.3, process.send_signal, [signal.SIGINT]).start()
        said = process.communicate()[1]
    os.kill(int(begun.read_text()), signal.SIGKILL)
    assert "note: the command of --on-end goes on by itself\n" in said
    assert process.returncode == 3


def test_each_run_of_a_script_is_told_and_no_other(tmp_path: Path) -> None:
    first, other = (claimed(tmp_path / "runs" / f"20260101-00000{n}-net") for n in range(2))
    script = subprocess.Popen(["sleep", "1000"])
    started = process_start_time(script.pid) or 0.0
    of_script = replace(
        first.manifest(), origin=Origin.SCRIPT, pid=script.pid, process_started=started
    )
    first.write_manifest(replace(of_script, group=first.id))
    told = tmp_path / "told"
    watcher = OnEnd(first, f"cat >> '{told}'")
    end(first)
    assert read(told)["state"] == "finished"
    end(other)
    second = RunFolder(other.path.with_name("20260101-000002-net"))
    second.path.mkdir()
    second.write_manifest(replace(of_script, id=second.id, group=first.id))
    script.kill()
    script.wait()
    wait_until(lambda: process_start_time(watcher.pid) is None)
    said = [json.loads(line) for line in told.read_text().splitlines()]
    outcomes = [(one["id"], one["state"]) for one in said]
    assert outcomes == [(first.id, "finished"), (second.id, "lost")]


def test_a_run_that_is_removed_is_told_as_it_was_known(tmp_path: Path) -> None:
    run, told = claimed(tmp_path / "runs" / "20260101-000000-xor"), tmp_path / "told"
    watcher = EndWatcher(run, f"cat > '{told}'; test $KERTUI_RUN = '{run.path}'")
    shutil.rmtree(run.path)
    assert watcher.watch() == 0
    said = read(told)
    assert (said["id"], said["task"], said["state"]) == (run.id, "xor", "removed")
    assert not run.path.exists()
