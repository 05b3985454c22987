"""Another host's runs over the system's own ssh: a second network, a key made by the test."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.far_host import FarHost, far_host
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run_folders import write_run
from tests.support.trainers import FollowedRun
from tests.support.waiting import wait_until

from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.label import Label, read_label, write_label
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run as run_command
from kertui.hosts.connection import HostConnection

KERTUI = str(Path(sys.executable).with_name("kertui"))

TRAIN = """
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore
from kertasks.user_folders import cache_dir, default_home
from kertui.service.training_service import TrainingService
recipe = with_changes(find_task("xor").recipes["answer"], ["fit.epochs=1000000"])
TrainingService(RunStore(default_home()), cache_dir(), spare=False).start(recipe)
"""
"""A program that begins a training and leaves it alone."""

pytestmark = pytest.mark.terminal


@pytest.fixture(scope="module")
def gpu1(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[FarHost]:
    with far_host(tmp_path_factory.mktemp("gpu1"), cache) as host:
        yield host


@pytest.fixture
def ssh(gpu1: FarHost, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is called in the place of ssh; there are no runs here."""
    monkeypatch.setenv("KERTUI_SSH", gpu1.ssh)
    return gpu1.ssh


Command = Callable[..., str]


@pytest.fixture
def kertui(ssh: str, capsys: pytest.CaptureFixture[str]) -> Command:
    """Carries out a command; its output, of which errors are a part."""

    def carry_out(*arguments: str, status: int = 0) -> str:
        ended = run_command(list(arguments))
        said = "".join(capsys.readouterr())
        assert ended == status, said
        return said

    return carry_out


def mirrors(cache: Path, run: RunFolder) -> list[Path]:
    return list(cache.glob(f"hosts/gpu1/*/runs/{run.id}"))


def test_a_run_there_is_followed_and_steered_and_a_lost_connection_comes_back(
    gpu1: FarHost, ssh: str, cache: Path, kertui: Command
) -> None:
    train = f"{shlex.quote(sys.executable)} -c {shlex.quote(TRAIN)}"
    subprocess.run([*shlex.split(ssh), "gpu1", train], check=True, stdin=subprocess.DEVNULL)
    [run] = RunStore(gpu1.runs).runs()
    there = FollowedRun(run)
    there.wait_for_epochs(1)
    arguments = ["attach", "gpu1:", "--no-spare", "--no-advice"]
    with PseudoTerminal([KERTUI, *arguments]) as terminal:
        terminal.wait_for("kertui › runs on gpu1")
        terminal.wait_for("running")
        terminal.send("\r")
        terminal.wait_for("● training")
        terminal.send("2")  # what it computes, by the trainer over there
        terminal.wait_for("of 4 rows wrong")
        terminal.send(" ")
        terminal.wait_for("paused")
        assert there.look().paused is not None
        terminal.send(" ")
        terminal.wait_for("● training")

        gpu1.pull_the_cable()
        try:
            terminal.wait_for("connection to gpu1 lost")
            before = there.look().epochs
            terminal.send(" ")
            terminal.wait_for("1 command will be sent")
            there.wait_for_epochs(before + 100)  # nobody there knows of it
        finally:
            gpu1.put_the_cable_back()
        terminal.wait_for("paused")
        there.look()
        assert there.history.paused is not None

        [mirror] = mirrors(cache, run)
        events = run.events_path.read_bytes()
        wait_until(lambda: (mirror / "events.jsonl").read_bytes() == events)
        told = [epoch.epoch for epoch in FollowedRun(RunFolder(mirror)).epochs()]
        assert told == list(range(1, len(told) + 1))
        assert len(told) >= before + 100
        terminal.send("q")
        terminal.wait_for("Quit")
        terminal.send("\r")
        assert terminal.wait_for_end() == 0
    assert mirrors(cache, run) == []

    assert f"kertui attach gpu1:{run.id} shows it" in kertui("resume", "gpu1:last")
    assert "killed; kertui resume gpu1:" in kertui("kill", f"gpu1:{run.id}")
    assert there.look().ended is None


def test_its_runs_are_listed_as_they_are_there(gpu1: FarHost, kertui: Command) -> None:
    store, home = RunStore(gpu1.home / "other runs"), str(gpu1.home / "other runs")
    write_run(store, "digits", "dense", epochs=20)
    write_run(store, "xor", "answer", epochs=10, began=1.7e9)
    at_home = json.loads(kertui("runs", "--json", "--home", home))
    assert len(at_home) == 2
    assert json.loads(kertui("runs", "gpu1:", "--json", "--home", home)) == at_home
    frame = kertui("attach", "gpu1:digits", "--once", "--width", "80", "--home", home)
    assert "finished   epoch 20/20" in frame
    said = kertui("pause", "gpu1:digits", "--home", home, status=1)
    assert "is over (finished): nothing was changed" in said
    assert "gpu1: there is no run 'boston'" in kertui("logs", "gpu1:boston", status=2)


def test_a_name_given_here_is_there_and_what_is_deleted_there_is_gone_here(
    gpu1: FarHost, ssh: str, tmp_path: Path
) -> None:
    store = RunStore(gpu1.home / "named runs")
    named = write_run(store, "xor", "answer", epochs=3)
    deleted = write_run(store, "digits", "dense", epochs=3)
    host = HostConnection("gpu1", tmp_path, str(store.home))
    try:
        host.follow_all()
        assert {run.id for run in host.store.runs()} == {named.id, deleted.id}
        write_label(host.store.find(named.id).path, Label("mine"))
        RunBin(store).delete(deleted)
        wait_until(lambda: read_label(named.path).name == "mine")
        wait_until(lambda: [run.id for run in host.store.runs()] == [named.id])
    finally:
        assert host.close() == []


def test_what_keeps_it_from_being_reached_is_said(
    ssh: str, kertui: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(ssh: str = ssh, host: str = "gpu1") -> str:
        monkeypatch.setenv("KERTUI_SSH", ssh)
        return kertui("runs", f"{host}:", status=1)

    monkeypatch.setenv("KERTUI_REMOTE", "/nowhere/kertui")
    assert "gpu1: /nowhere/kertui is not found there" in refused()
    monkeypatch.setenv("KERTUI_REMOTE", "echo")
    assert "gpu1: its kertui ended with status 0" in refused()
    assert "gpu9: there is no such host" in refused(host="gpu9")
    (tmp_path / "none").touch()
    unknown = f"{ssh} -oUserKnownHostsFile={tmp_path / 'none'}"
    assert "its host key is not known or has changed: `ssh gpu1` once" in refused(unknown)
    assert "gpu1: it refuses your key" in refused(f"{ssh} -oPubkeyAuthentication=no")
    assert "nothing answers ssh there: Connection refused" in refused(f"{ssh} -p 23")
    assert "gpu1: /nowhere/ssh cannot be started: No such file" in refused("/nowhere/ssh")


def test_what_only_its_own_host_can_do_is_said(kertui: Command) -> None:
    assert "run last is on gpu1 and is only followed here" in kertui(
        "predict", "gpu1:last", "0,1", status=1
    )
    assert "'gpu1:' names a host and no run of it: for example gpu1:last" in kertui(
        "pause", "gpu1:", status=2
    )


def test_a_script_there_is_run_and_what_it_prints_is_printed(
    gpu1: FarHost, kertui: Command
) -> None:
    (gpu1.home / "hello.py").write_text("import sys\nprint('hello', sys.argv)\nsys.exit(3)\n")
    run = ["run", "--host", "gpu1", "--detach", "--name", "greets"]
    address = kertui(*run, "hello.py", "a", "--fast").strip()
    assert address.startswith("gpu1:")
    assert address.endswith("hello-greets")
    assert "hello ['hello.py', 'a', '--fast']" in kertui("logs", "-f", address)
    said = kertui("run", "--host", "gpu1", "--plain", "hello.py", status=3)
    assert "hello ['hello.py']" in said
    said = kertui(*run, "bye.py", status=1)
    assert "gpu1: bye.py is not there, where your home folder is: `scp bye.py gpu1:`" in said
