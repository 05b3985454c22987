"""Which process ``kill`` ends: the trainer of the run, whatever the run's manifest names."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.kertasks.runs.home.test_store import manifest
from tests.support.run_folders import write_run

from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.run_errors import RunIsOver
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState
from kertasks.runs.steering.sending import NotKilled, kill

OPENS = "file = open(sys.argv[1])"
LOCKS = f"{OPENS}; fcntl.flock(file, fcntl.LOCK_EX)"


@contextmanager
def process(
    code: str, *words: str | Path, out: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has done what the code says and waits."""
    script = f"import fcntl, sys; {code}; sys.stderr.write('x'); sys.stderr.flush(); input()"
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)], stdin=pipe, stdout=out, stderr=pipe
    )
    assert child.stderr is not None
    try:
        assert child.stderr.read(1) == b"x"
        yield child
    finally:
        child.kill()
        child.communicate()


def named(tmp_path: Path, child: subprocess.Popen[bytes], **changes: object) -> RunFolder:
    """A run without an end whose manifest names that process."""
    run = RunStore(tmp_path).runs()[0]
    started = process_start_time(child.pid)
    run.write_manifest(manifest(run, pid=child.pid, process_started=started, **changes))
    return run


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = write_run(RunStore(tmp_path), "xor", "answer", epochs=3, end="", host=platform.node())
    run.log_path.write_text("")
    return run


def test_a_process_that_holds_the_lock_of_the_events_is_killed(
    run: RunFolder, tmp_path: Path
) -> None:
    with process(LOCKS, run.events_path) as child:
        kill(named(tmp_path, child))
        assert child.poll() == -9 or child.wait(10) == -9
    assert run.state() is RunState.LOST


def test_a_trainer_process_that_prints_into_the_log_is_killed(
    run: RunFolder, tmp_path: Path
) -> None:
    with (
        run.log_path.open("ab") as log,
        process("0", "kertasks.trainer.process.worker", out=log.fileno()) as child,
    ):
        kill(named(tmp_path, child))
        assert child.wait(10) == -9


@pytest.mark.parametrize("victim", ["stranger", "reader", "other trainer", "other lock", "link"])
def test_a_process_that_does_not_train_the_run_is_not_killed(
    run: RunFolder, tmp_path: Path, victim: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    code, word, out = {
        "stranger": ("0", "", run.log_path),
        "reader": (OPENS, str(run.events_path), elsewhere),
        "other trainer": ("0", "kertasks.trainer.process.worker", elsewhere),
        "other lock": (LOCKS, str(elsewhere), elsewhere),
        "link": (LOCKS, str(elsewhere), elsewhere),
    }[victim]
    if victim == "link":
        run.events_path.unlink()
        run.events_path.symlink_to(elsewhere)
    with out.open("ab") as file, process(code, word, out=file.fileno()) as child:
        with pytest.raises(NotKilled, match=f"process {child.pid}, .* does not train run"):
            kill(named(tmp_path, child))
        assert child.poll() is None


def test_a_manifest_that_does_not_say_which_boot_it_was_names_no_process(
    run: RunFolder, tmp_path: Path
) -> None:
    with process(LOCKS, run.events_path) as child:
        with pytest.raises(RunIsOver, match="lost"):
            kill(named(tmp_path, child, boot=None))
        assert child.poll() is None
