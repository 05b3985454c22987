"""Output that cannot be written, or not in its encoding, ends in words and a status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.run_folders import write_run
from tests.support.trainers import PATIENCE

from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState

FULL = Path("/dev/full")
COMMANDS = (
    "runs",
    "runs --json",
    "tasks",
    "attach --once",
    "logs last",
    "--help",
)

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def kertui(words: str, out: int, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kertui", *words.split()],
        stdout=out, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE,
        env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def _run(home: Path) -> None:
    run = write_run(RunStore(home), "xor", "answer", epochs=3, device="größe 表")
    run.log_path.write_text("log ü\n")


@needs_full
@pytest.mark.usefixtures("_run")
@pytest.mark.parametrize("words", COMMANDS)
def test_a_full_disk_is_said(words: str) -> None:
    with FULL.open("w") as full:
        done = kertui(words, full.fileno())
    assert done.returncode == 1
    assert done.stderr == "Error: the output cannot be written: No space left on device\n"


@pytest.mark.usefixtures("_run")
@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_an_encoding_that_lacks_a_sign_gets_another_one(words: str, encoding: str) -> None:
    done = kertui(words, subprocess.DEVNULL, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("_run")
@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_where_only_ascii_is_read_signs_become_like_ones_and_json_loses_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    printed = tmp_path / "printed"
    for words in ("runs", "attach --once", "logs last", "runs --json"):
        with printed.open("wb") as file:
            assert kertui(words, file.fileno(), **environment).returncode == 0
        assert printed.read_bytes().isascii(), words
        text = printed.read_text()
        assert "\\u2" not in text
        if words == "logs last":
            assert text == "log u\n"
    assert json.loads(text)[0]["device"] == "größe 表"


@pytest.mark.usefixtures("_run")
@pytest.mark.parametrize("words", ["runs", "tasks", "logs last"])
def test_a_closed_output_is_no_error(words: str) -> None:
    command = f"{sys.executable} -m kertui {words} >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_full
@pytest.mark.training
def test_a_training_whose_output_cannot_be_written_goes_on(trainer_home: Path) -> None:
    with FULL.open("w") as full:
        done = kertui("train xor --recipe answer --epochs 1000000 --json", full.fileno())
    (run,) = RunStore(trainer_home).runs()
    assert done.returncode == 1
    assert "cannot print any more (No space left on device); the run goes on in" in done.stderr
    assert f"kertui stop {run.id} ends it" in done.stderr
    assert "Traceback" not in done.stderr
    assert run.state() is RunState.RUNNING
