"""A run that a machine trains is in its folder here, whole and in order, whenever one looks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.run_folders import write_run

from kertasks.groups.ray.received_run import NotTaken, ReceivedRun
from kertasks.groups.ray.sent_files import (
    SentFile,
    SentFiles,
    all_files,
    decode_sent,
    encode_sent,
    new_files,
    stamps_of,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands


@pytest.fixture
def there(tmp_path: Path) -> RunFolder:
    """The run's folder on the machine, of a run that is finished."""
    run = write_run(RunStore(tmp_path / "there"), "xor", "answer", epochs=50)
    run.model_path.write_bytes(b"network")
    run.checkpoint_path.parent.mkdir()
    run.checkpoint_path.write_bytes(b"state")
    run.log_path.write_bytes(b"said\n")
    return run


@pytest.fixture
def received(there: RunFolder, tmp_path: Path) -> Iterator[ReceivedRun]:
    """The run's folder here, as it is when the run is begun."""
    folder = RunFolder(tmp_path / "here" / "runs" / there.id)
    folder.path.mkdir(parents=True)
    shutil.copy(there.recipe_path, folder.recipe_path)
    run = ReceivedRun(folder)
    yield run
    run.close()


def send(there: RunFolder, received: ReceivedRun, *, over: bool) -> SentFiles:
    sent = decode_sent(encode_sent(new_files(there.path, received.known, over=over)))
    received.take(sent)
    return sent


def test_all_of_a_run_comes_and_its_last_word_comes_with_its_network(
    there: RunFolder, received: ReceivedRun
) -> None:
    here = received.run
    events = there.events_path.read_bytes()
    told = events[: events.rstrip().rfind(b"\n") + 1]
    there.events_path.write_bytes(told[:1000])
    send(there, received, over=False)
    assert here.events_path.read_bytes() == told[:1000]
    assert here.checkpoint_path.read_bytes() == b"state"
    assert here.state() is RunState.RUNNING  # by the lock that is held here
    assert here.manifest().trained_on == there.manifest().host
    assert here.manifest().host != "gpu-box"

    there.events_path.write_bytes(told)
    (there.path / "epochs").mkdir()
    (there.path / "epochs" / "7.npy").write_bytes(b"weights")
    send(there, received, over=False)
    assert (here.path / "epochs" / "7.npy").exists()
    (there.path / "epochs" / "7.npy").unlink()

    # Its trainer has said that it is finished, and still writes what follows from that.
    there.events_path.write_bytes(events)
    there.model_path.write_bytes(b"the network of the end")
    assert send(there, received, over=False) == SentFiles()
    assert here.events_path.read_bytes() == told
    assert send(there, received, over=True).over
    assert here.events_path.read_bytes() == events
    assert here.model_path.read_bytes() == b"the network of the end"
    assert here.log_path.read_bytes() == b"said\n"
    assert not (here.path / "epochs" / "7.npy").exists()
    assert here.state() is RunState.FINISHED


def test_an_attempt_that_was_cut_off_writes_nothing_here(
    there: RunFolder, received: ReceivedRun, tmp_path: Path
) -> None:
    begun = there.events_path.read_bytes()[:1000]
    there.events_path.write_bytes(begun)
    send(there, received, over=False)
    with pytest.raises(BlockingIOError):
        ReceivedRun(received.run)  # it has one writer

    again = RunFolder(tmp_path / "again" / "runs" / there.id)
    again.path.mkdir(parents=True)
    files = all_files(received.run.path)
    for name, data in files.items():
        (again.path / name).parent.mkdir(exist_ok=True)
        (again.path / name).write_bytes(data)
    late = dict(received.known)
    received.known = stamps_of(files, again.path)
    more = b'{"type":"notice","t":1.0,"text":"goes on elsewhere"}\n'
    again.events_path.write_bytes(begun + b"\n" + more)
    send(again, received, over=False)
    assert received.run.events_path.read_bytes() == begun + b"\n" + more

    there.events_path.write_bytes(begun + b"\n" + b"of the attempt before\n")
    with pytest.raises(NotTaken):
        received.take(new_files(there.path, late, over=False))
    assert received.run.events_path.read_bytes() == begun + b"\n" + more


@pytest.mark.parametrize("name", ["../beside", "/etc/x", "recipe.toml", "a/b/c", ".hidden", ""])
def test_no_file_comes_that_is_none_of_a_run(name: str, received: ReceivedRun) -> None:
    with pytest.raises(NotTaken):
        received.take(SentFiles((SentFile(name, (1, 1, 1), b"x"),)))


def test_commands_go_the_other_way_once(received: ReceivedRun, tmp_path: Path) -> None:
    assert received.asked() == {}
    received.run.write_command(SteeringCommand.PAUSE)
    (name, data), *more = received.asked().items()
    assert not more
    assert data is not None
    (tmp_path / name).write_bytes(data)
    assert [command.name for command in read_commands(tmp_path / name)] == ["pause"]
    assert received.asked() == {}


def test_nothing_is_written_through_a_link(there: RunFolder, tmp_path: Path) -> None:
    here, away = RunFolder(tmp_path / "here" / "runs" / there.id), tmp_path / "away"
    here.path.mkdir(parents=True)
    away.write_bytes(b"mine")
    here.log_path.symlink_to(away)
    with pytest.raises(RunDamaged, match="is a link"):
        ReceivedRun(here)
    here.log_path.unlink()
    run = ReceivedRun(here)
    here.log_path.symlink_to(away)
    with pytest.raises(OSError, match="a link"):
        send(there, run, over=True)
    run.close()
    assert away.read_bytes() == b"mine"
