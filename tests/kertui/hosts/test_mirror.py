"""The copies of another host's runs: what comes is written, what is asked in them goes over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.runs_without_recipe import BEGAN, begin
from tests.support.waiting import wait_until

from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Control, Epoch, Finished, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.kept_epochs import kept_moments
from kertasks.runs.looking.look_files import Viewer
from kertasks.runs.looking.view import Look, encode_look
from kertasks.runs.mirrors.home_mark import IsElsewhere
from kertasks.runs.mirrors.mirror_note import IsMirrored
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands
from kertasks.runs.views.fitted_curve import CurveRequest
from kertui.hosts.messages import Ask, Gone, Leave, Looked, More, Relabel, Small, Steer, Told, Took
from kertui.hosts.mirror_home import MirrorFull, MirrorHome
from kertui.hosts.sent_run import SentRun
from kertui.service.run_group import RunGroup

ID = "20261129-211517-xor-answer"


@pytest.fixture
def mirror(tmp_path: Path) -> MirrorHome:
    return MirrorHome(tmp_path, "gpu1")


def told(state: RunState = RunState.RUNNING, trouble: str = "") -> Told:
    return Told(ID, f"~/kertui/runs/{ID}", state, trouble, (1, 2, 4))


@pytest.fixture
def run(mirror: MirrorHome) -> RunFolder:
    mirror.take(told())
    return RunFolder(mirror.path / "runs" / ID)


def epochs(*numbers: int) -> bytes:
    return "".join(
        format_event(Epoch(float(n), n, {"loss": 1.0}, 1e-3, 1.0)) for n in numbers
    ).encode()


def commands(*rows: tuple[int, str]) -> Small:
    listed = ", ".join(f'{{"number": {number}, "command": "{name}"}}' for number, name in rows)
    return Small(ID, "control.json", f'{{"commands": [{listed}]}}'.encode())


def test_what_grows_is_appended_each_byte_once(mirror: MirrorHome, run: RunFolder) -> None:
    first, second = epochs(1, 2), epochs(3)
    mirror.take(More(ID, "events.jsonl", 0, first))
    mirror.take(More(ID, "events.jsonl", len(first) + 5, second))  # some before it are missing
    assert run.events_path.read_bytes() == first
    assert mirror.known == {ID: {"events.jsonl": len(first)}}
    mirror.take(More(ID, "events.jsonl", len(first), second))
    assert run.events_path.read_bytes() == first + second


def test_of_a_long_log_the_end_is_there(mirror: MirrorHome, run: RunFolder) -> None:
    mirror.take(More(ID, "trainer.log", 5000, b"almost "))
    mirror.take(More(ID, "trainer.log", 5007, b"all\n"))
    assert run.log_path.read_bytes() == b"almost all\n"
    assert mirror.known[ID] == {"trainer.log": 5011}


def test_no_other_file_is_written_and_none_through_a_link(
    mirror: MirrorHome, run: RunFolder, tmp_path: Path
) -> None:
    before = {path.name for path in run.path.iterdir()}
    for name in ("model.keras", "mirror.json/x", "../escaped", "evil.py", "mirror.json"):
        mirror.take(Small(ID, name, b"x"))
        mirror.take(More(ID, name, 0, b"x"))
    assert {path.name for path in run.path.iterdir()} == before
    assert run.mirrored_from == "gpu1"
    run.events_path.symlink_to(tmp_path / "elsewhere")
    mirror.take(More(ID, "events.jsonl", 0, b"x"))
    assert not (tmp_path / "elsewhere").exists()


def test_the_host_says_whether_its_trainer_lives(mirror: MirrorHome, run: RunFolder) -> None:
    assert run.state() is RunState.RUNNING  # without a process or a lock here
    assert (run.address, kept_moments(run)) == (f"gpu1:{ID}", (1, 2, 4))
    assert run.shown(run.model_path) == f"gpu1:~/kertui/runs/{ID}/model.keras"
    mirror.take(told(RunState.LOST, "cannot write events.jsonl: No space left on device"))
    assert run.state() is RunState.LOST
    assert run.trouble() == "cannot write events.jsonl: No space left on device"
    mirror.take(Gone(ID))
    assert run.state() is RunState.REMOVED


def test_of_a_script_its_host_says_whether_it_goes_on(mirror: MirrorHome, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as script:
        there = begin(RunStore(tmp_path / "there"), [Finished(BEGAN, 1)], printed="between\n")
        started = process_start_time(script.pid)
        assert started is not None
        own = replace(there.manifest(), pid=script.pid, process_started=started)
        there.write_manifest(own)
        sent, copy = SentRun(there, {}), RunFolder(mirror.path / "runs" / there.id)

        def goes_on() -> bool:
            for message in sent.new():
                if isinstance(message, More | Told):  # and not whose process it is
                    mirror.take(message)
            return RunGroup(copy).script_goes_on()

        assert goes_on()
        assert (copy.state(), sent.is_over) == (RunState.FINISHED, False)
        with there.log_path.open("a") as log:
            log.write("the end\n")
        script.communicate(b"\n")
    wait_until(lambda: not goes_on())
    assert copy.log_path.read_text() == "between\nthe end\n"
    assert sent.is_over


def test_a_command_goes_over_once_whatever_becomes_of_the_connection(
    mirror: MirrorHome, run: RunFolder
) -> None:
    mirror.take(commands((1, "pause"), (2, "resume")))
    assert (mirror.look(), mirror.new(labels=False)) == (0, [])  # both are known there
    assert run.send(SteeringCommand.PAUSE).number == 3
    assert mirror.look() == 1
    assert mirror.new(labels=False) == [Steer(ID, 3, "pause", None)]
    assert mirror.new(labels=False) == []  # it is under way
    mirror.lose("connection to gpu1 lost, trying again in 3 s")
    assert run.state() is RunState.UNKNOWN
    assert run.trouble() == "connection to gpu1 lost, trying again in 3 s"
    run.send(SteeringCommand.LEARNING_RATE, 0.5)
    assert mirror.look() == 2
    mirror.take(commands((1, "pause"), (2, "resume"), (3, "pause")))  # the first had come
    mirror.lose("")
    assert mirror.new(labels=False) == [Steer(ID, 4, "learning_rate", 0.5)]
    assert mirror.waiting() == [f"learning rate of {ID}"]
    mirror.take(Took(ID, 4))
    assert (mirror.waiting(), run.state()) == ([], RunState.RUNNING)


def test_why_a_command_was_not_handed_on_is_said(mirror: MirrorHome, run: RunFolder) -> None:
    run.send(SteeringCommand.PAUSE)
    mirror.look()
    mirror.take(Took(ID, 1, "cannot write control.json: No space left on device"))
    assert run.trouble() == "gpu1 did not pause: cannot write control.json: No space left on device"


def test_a_number_follows_those_that_were_answered_there(
    mirror: MirrorHome, run: RunFolder
) -> None:
    answered = format_event(Control(1.0, 7, "pause", None)).encode()
    mirror.take(More(ID, "events.jsonl", 0, answered))
    assert run.send(SteeringCommand.PAUSE).number == 8
    assert [command.number for command in read_commands(run.control_path)] == [8]
    assert len(EventReader(run.events_path).read()) == 1


def test_what_is_looked_at_here_is_asked_there(mirror: MirrorHome, run: RunFolder) -> None:
    viewer, request = Viewer(run.path), CurveRequest()
    viewer.ask(request)
    [asked] = mirror.new(labels=False)
    assert isinstance(asked, Ask)
    assert mirror.new(labels=False) == []
    look = Look(request, 3, why_not="nothing to see")
    mirror.take(Looked(ID, asked.viewer, encode_look(look)))
    assert viewer.read() == look
    mirror.take(Looked(ID, "0" * 16, encode_look(look)))  # nobody asked
    assert len(list((run.path / "looking").iterdir())) == 2
    viewer.leave()
    assert mirror.new(labels=False) == [Leave(ID, asked.viewer)]


def test_a_name_given_here_goes_over(mirror: MirrorHome, run: RunFolder) -> None:
    mirror.take(Small(ID, "label.json", b'{"name": "theirs"}'))
    assert mirror.new(labels=True) == []
    write_label(run.path, Label("mine"))
    [told] = mirror.new(labels=True)
    assert isinstance(told, Relabel)
    assert b'"mine"' in told.data


def test_in_a_mirror_nothing_is_begun_and_nothing_deleted(
    mirror: MirrorHome, run: RunFolder
) -> None:
    store = RunStore(mirror.path)
    with pytest.raises(IsElsewhere, match="ssh -t gpu1 kertui"):
        store.create_without_recipe("mine")
    with pytest.raises(IsMirrored, match="is on gpu1"):
        RunBin(store).delete(run)
    assert [each.id for each in store.runs()] == [ID]


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    leave = (
        "import os, sys; from pathlib import Path; from kertui.hosts.mirror_home import MirrorHome"
    )
    leave += "; print(MirrorHome(Path(sys.argv[1]), 'gpu1').path, flush=True); os._exit(1)"
    command = [sys.executable, "-c", leave, str(tmp_path)]
    left = Path(subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.strip())
    assert (left / "lock").exists()
    first = MirrorHome(tmp_path, "gpu1")
    assert not left.exists()
    second = MirrorHome(tmp_path, "gpu1")
    assert first.path.exists()
    for mirror in (first, second):
        assert mirror.path.stat().st_mode & 0o777 == 0o700
        mirror.remove()
        assert not mirror.path.exists()


def test_hours_of_looking_fill_no_mirror_and_what_stays_does(
    mirror: MirrorHome, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kertui.hosts.mirror_home.MOST_BYTES", 1000)
    for _ in range(10):
        mirror.take(Looked(ID, "0" * 16, b"x" * 900))
    mirror.take(More(ID, "trainer.log", 0, b"x" * 900))
    with pytest.raises(MirrorFull):
        mirror.take(More(ID, "trainer.log", 900, b"x" * 900))
    assert len(run.log_path.read_bytes()) == 900
