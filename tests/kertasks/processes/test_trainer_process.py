from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.processes.trainer_process import RequestFailed, TrainerGone, TrainerProcess
from kertasks.runs.signs.process import process_start_time


def is_gone(pid: int) -> bool:
    return process_start_time(pid) is None


def test_it_describes_data_without_keras(cache: Path) -> None:
    process = TrainerProcess.spawn(cache, keras=False)
    try:
        answer = process.request("describe", task="xor", variant="four rows", seed=0)
        assert answer["task"] == "xor"
        assert not process.warm
    finally:
        process.close()
    wait_until(lambda: is_gone(process.pid), PATIENCE)


def test_what_is_wrong_with_a_request_is_said_in_its_answer(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    process = TrainerProcess.spawn(cache, keras=False)
    try:
        with pytest.raises(RequestFailed, match=r"boston_housing\.npz is not here") as missing:
            process.request("describe", task="boston", variant=None, seed=0)
        assert missing.value.error_class == "DataFileMissing"
        with pytest.raises(RequestFailed, match="did you mean 'xor'"):
            process.request("describe", task="xr", variant=None, seed=0)
        with pytest.raises(RequestFailed, match=r"cannot write trainer\.log in the run's folder"):
            process.request("train", run=str(tmp_path / "nowhere"))
        # It still answers.
        assert process.request("describe", task="xor", variant=None, seed=0)["task"] == "xor"
    finally:
        process.close()


def test_a_killed_process_answers_every_waiting_request(cache: Path) -> None:
    process = TrainerProcess.spawn(cache, keras=False)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(TrainerGone, match=r"killed \(signal 9\)"):
        process.request("describe", task="xor", variant=None, seed=0)
    wait_until(lambda: process.gone)
    with pytest.raises(TrainerGone):
        process.request("describe", task="xor", variant=None, seed=0)
    assert not process.warm


def test_it_is_in_a_session_of_its_own_and_lets_others_go_first(cache: Path) -> None:
    process = TrainerProcess.spawn(cache, keras=False)
    try:
        process.request("describe", task="xor", variant=None, seed=0)
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
        assert psutil.Process(process.pid).nice() >= 10
    finally:
        process.close()


@pytest.mark.parametrize("options", ["keras=False", "keras=True"])
def test_a_spare_goes_when_its_interface_is_killed(cache: Path, options: str) -> None:
    script = f"""
import pathlib, sys
from kertasks.processes.trainer_process import TrainerProcess
process = TrainerProcess.spawn(pathlib.Path({str(cache)!r}), {options})
print(process.pid, flush=True)
sys.stdin.read()
"""
    interface = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert interface.stdout is not None
    pid = int(interface.stdout.readline())
    assert not is_gone(pid)
    interface.kill()
    interface.communicate()
    wait_until(lambda: is_gone(pid), PATIENCE)


def test_the_warm_up_log_is_private(cache: Path) -> None:
    process = TrainerProcess.spawn(cache, keras=False)
    process.close()
    assert (cache / "trainer-warm-up.log").stat().st_mode & 0o777 == 0o600


def test_nothing_stays_open_where_the_cache_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    before = [*Path("/proc/self/fd").iterdir()]
    with pytest.raises(TrainerGone, match="KERTUI_CACHE") as refused:
        TrainerProcess.spawn(tmp_path / "file" / "cache", keras=False)
    assert len([*Path("/proc/self/fd").iterdir()]) == len(before), refused
