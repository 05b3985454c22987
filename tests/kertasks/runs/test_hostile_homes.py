"""Homes that lack something or were made to harm: what is wrong is named, the rest is shown."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.file_systems import run_with_own_mounts
from tests.support.run_damage import no_end, not_waiting
from tests.support.run_folders import write_run

from kertasks import files
from kertasks.files import FileIsLocked
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.listing import RunSummaries
from kertasks.runs.home.store import HomeNotReadable, RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands
from kertui.cli.main import run as kertui

STEERING = "a\x1b]52;c;eA==\x07\x1b[2J\n\x9b1m\u202eb"
KERTUI = [sys.executable, "-m", "kertui"]


@pytest.fixture
def store(home: Path) -> Iterator[RunStore]:
    """A home with a good run."""
    store = RunStore(home)
    write_run(store, "square", "tanh", epochs=3)
    with not_waiting(30):
        yield store


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        before = Path.cwd()
        os.chdir(path.parent)  # the whole path may be too long for the address of a socket
        try:
            bound.bind(path.name)
        finally:
            os.chdir(before)


ENTRIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "loop": (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
    "nowhere": (lambda path: path.symlink_to("not-there"), "a link to nothing"),
    "through-a-file": (lambda path: path.symlink_to("/dev/null/x"), "Not a directory"),
    "long": (lambda path: path.symlink_to("x" * 300), "File name too long"),
    "pipe": (os.mkfifo, "no folder but a pipe, a socket or a device"),
    "socket": (_socket, "no folder but a pipe, a socket or a device"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "no folder but a pipe"),
    STEERING: (Path.mkdir, "a name with codes that steer a terminal"),
    os.fsdecode(b"no-text-\xff"): (Path.mkdir, "a name with codes that steer a terminal"),
}
"""What may lie among runs, by its name, with what is said of it."""


def test_whatever_lies_among_the_runs_is_named_and_hides_none(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, (make, _) in ENTRIES.items():
        make(store.runs_path / name)
    (store.runs_path / "notes.txt").touch()
    (store.runs_path / "just made").mkdir()
    assert kertui(["runs"]) == 0
    out, err = capsys.readouterr()
    assert "square" in out
    assert len(out.splitlines()) == 2 + len(ENTRIES)
    for name, (_, said) in ENTRIES.items():
        shown = "a\\x1b]52;c" if name is STEERING else name.replace("\udcff", "\\udcff")
        assert shown in out
        assert f"{shown}" in err
        assert said in err
    assert all(map(str.isprintable, (out + err).splitlines()))
    assert "notes.txt" not in out + err
    assert kertui(["runs", "--json"]) == 0
    out = capsys.readouterr().out
    assert all(map(str.isprintable, out.splitlines()))
    assert len(json.loads(out)) == 1 + len(ENTRIES)
    assert kertui(["attach", "last", "--once"]) == 0
    assert "square tanh" in capsys.readouterr().out


def test_what_is_no_run_can_be_deleted_and_the_bin_emptied(store: RunStore) -> None:
    for name, (make, _) in ENTRIES.items():
        make(store.runs_path / name)
    bin = RunBin(store)
    for summary in RunSummaries(store).read():
        if summary.state is RunState.UNKNOWN:
            bin.delete(RunFolder(Path(summary.folder)))
    assert len(RunSummaries(store).read()) == 1
    assert len(RunSummaries(bin).read()) == len(ENTRIES)
    bin.restore("loop")
    assert len(bin.empty()) == len(ENTRIES) - 1
    assert RunSummaries(bin).read() == []


HOMES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file": (Path.touch, "Not a directory"),
    "a loop": (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
    "a link to nothing": (lambda path: path.symlink_to("not-there"), "is a link to nothing"),
    "a pipe": (os.mkfifo, "Not a directory"),
    "too long a name": (lambda path: path.symlink_to("x" * 300), "File name too long"),
}


@pytest.mark.parametrize("below", ["", "runs"], ids=["home", "runs"])
@pytest.mark.parametrize("kind", HOMES)
def test_a_home_that_cannot_be_listed_is_no_empty_home(
    home: Path, kind: str, below: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = HOMES[kind]
    path = home / below
    path.parent.mkdir(exist_ok=True, parents=True)
    make(path)
    for words in (
        ["runs"],
        ["runs", "--json"],
        ["attach", "--once"],
        ["set", "last", "--epochs", "3"],
    ):
        with not_waiting(30):
            assert kertui(words) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("Error: cannot list the runs in ")
        assert said in err


def test_what_may_not_be_read_is_named(store: RunStore) -> None:
    store.home.chmod(0o755)
    store.runs_path.chmod(0o755)
    whole, half = (write_run(store, "xor", "answer", epochs=3, seed=seed) for seed in (1, 2))
    no_end(half)
    half.path.chmod(0o755)
    for path in half.path.iterdir():
        path.chmod(0o644)
    half.events_path.chmod(0)
    whole.path.chmod(0)

    def runs() -> subprocess.CompletedProcess[str]:
        # Before it becomes somebody else: this program may lie where nobody else may look.
        script = (
            "import os, kertui.cli.main as main, kertui.cli.of_runs.runs, kertui.runs.run_columns;"
            "import kertasks.runs.home.listing, kertui.terminal.glyphs, kertui.text.fitting_text;"
            "import kertasks.recipes.toml_file, kertasks.registry, shutil;"
            f"os.chdir({str(store.home)!r});"
            "root = os.getuid() == 0;"  # who may read everything
            "root and (os.setgroups([]), os.setgid(65534), os.setuid(65534));"
            "raise SystemExit(main.run(['--home', '.', 'runs']))"
        )
        return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    done = runs()
    assert done.returncode == 0, done.stderr
    assert f"{whole.id}: run.json cannot be read: Permission denied" in done.stderr
    assert f"{half.id}: events.jsonl cannot be read: Permission denied" in done.stderr
    assert "unknown" in done.stdout
    store.runs_path.chmod(0)
    done = runs()
    assert (done.returncode, done.stdout) == (1, "")
    assert "Error: cannot list the runs in" in done.stderr
    assert "Permission denied" in done.stderr
    for path in (store.runs_path, whole.path):
        path.chmod(0o700)


def test_a_lock_that_somebody_holds_is_named_and_not_waited_for(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_LOCKED", 0.1)
    run = write_run(store, "xor", "answer", epochs=3, end="", trainer=True)
    held = os.open(run.path, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        with pytest.raises(FileIsLocked, match=rf"process {os.getpid()} \(.+\) holds a lock on "):
            run.send(SteeringCommand.PAUSE)
    finally:
        os.close(held)
    assert read_commands(run.control_path) == []
    assert run.send(SteeringCommand.PAUSE).number == 1


def test_a_lost_run_says_what_kept_its_trainer_from_writing(
    store: RunStore, tmp_path: Path
) -> None:
    run = write_run(store, "xor", "answer", epochs=3, host=platform.node())
    no_end(run)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    listed = f"{sys.executable} -m kertui --home"
    shown = "attach --once last"
    done = run_with_own_mounts(
        f"""
        mount -t tmpfs -o size=256k none {scratch}
        cp -r {store.home} {scratch}/full
        cat /dev/zero > {scratch}/filler 2>/dev/null || true
        {listed} {scratch}/full runs; {listed} {scratch}/full {shown}
        mount --bind {store.home} {store.home}
        mount -o remount,bind,ro {store.home}
        {listed} {store.home} runs; {listed} {store.home} {shown}
        """,
        scratch,
    )
    for why in ("No space left on device", "Read-only file system"):
        assert f"{run.id}: cannot write events.jsonl: {why}" in done.stderr
        assert f"wrote no end: cannot write events.jsonl: {why}" in " ".join(done.stdout.split())
    assert "want of memory" not in done.stdout


def test_an_unlistable_folder_is_an_error_for_whoever_reads_it_later_too(store: RunStore) -> None:
    summaries = RunSummaries(store)
    assert len(summaries.read()) == 1
    aside = store.runs_path.rename(store.home / "aside")
    store.runs_path.symlink_to("runs")
    with pytest.raises(HomeNotReadable):
        summaries.read()
    store.runs_path.unlink()
    aside.rename(store.runs_path)
    assert len(summaries.read()) == 1
    shutil.rmtree(store.home)
    assert summaries.read() == []  # this is nothing there
