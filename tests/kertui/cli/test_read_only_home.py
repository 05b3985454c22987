"""A home nobody may write to: everything can still be seen, and what cannot be done is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace
from tests.support.file_systems import run_with_own_mounts

from kertasks.registry import find_task
from kertasks.runs.event_file.events import Epoch, Started, format_event
from kertasks.runs.home.store import RunStore
from kertasks.runs.signs.process import process_start_time
from kertasks.trainer.process.claiming import manifest_of

KERTUI = str(Path(sys.executable).with_name("kertui"))


def test_a_read_only_home_can_be_looked_at(trainer_home: Path, tmp_path: Path) -> None:
    recipe = find_task("xor").recipes["answer"]
    run = RunStore(trainer_home).create(recipe)
    trainer = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    started = process_start_time(trainer.pid) or 0.0
    written = manifest_of(run, recipe, created=1.0)
    # Alive, so the run is running.
    run.write_manifest(replace(written, pid=trainer.pid, process_started=started))
    run.events_path.write_text(
        format_event(Started(1.0, 1000, 4, 33, "CPU"))
        + format_event(Epoch(2.0, 1, {"loss": 0.75, "accuracy": 0.5}, 0.001, 0.1))
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = run_with_own_mounts(
        f"""
        mount --bind {trainer_home} {trainer_home}
        mount -o remount,bind,ro {trainer_home}
        say() {{ echo "== $1"; shift; "$@" 2>&1 || echo "status $?"; }}
        say runs {KERTUI} runs
        say once {KERTUI} attach --once {run.id}
        say pause {KERTUI} pause {run.id}
        say set {KERTUI} set {run.id} --learning-rate 0.1
        say train {KERTUI} train xor --epochs 1
        """,
        scratch,
    )
    trainer.communicate()
    said = dict(part.split("\n", 1) for part in done.stdout.split("== ")[1:])
    assert "xor" in said["runs"]
    assert "status" not in said["runs"]
    assert "loss" in said["once"]
    assert "status" not in said["once"]
    for command in ("pause", "set"):
        assert f"`kill {trainer.pid}` ends the training and keeps its weights" in said[command]
    for command in ("pause", "set", "train"):
        assert "Read-only file system" in said[command]
        assert "status 1" in said[command]
        assert "Traceback" not in said[command]
