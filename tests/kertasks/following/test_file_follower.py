"""The run that a log is told as: gone on with, begun anew, and what is known of it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.support.event_files import EventFileWriter
from tests.support.waiting import wait_until

from kertasks.following.file_follower import FileFollower, FollowedByAnother
from kertasks.following.logged_path import source_at
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Started
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.listing import RunSummaries
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin
from kertasks.runs.resumable import require_resumable
from kertasks.runs.run_errors import OnlyRead
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertui.service.run_group import RunGroup

HEADER = "epoch,loss,val_loss\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "training.csv"
    path.write_text(HEADER + "0,1.0,NA\n1,0.5,0.7\n")
    return path


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def told(run: RunFolder) -> list[int]:
    """The numbers of the epochs in the order they were told, those told twice twice."""
    events = EventReader(run.events_path).read_all()
    return [event.epoch for event in events if isinstance(event, Epoch)]


def followed(path: Path, home: Path) -> RunFolder:
    """Tell what is in a log now, as ``kertui attach PATH --once`` does."""
    follower = FileFollower(source_at(path), RunStore(home))
    follower.close()
    return follower.run


def test_what_was_told_is_not_told_again(log: Path, home: Path) -> None:
    run = followed(log, home)
    assert run.manifest().origin is Origin.FILE
    assert (run.manifest().task, run.manifest().source) == ("training.csv", str(log))
    add(log, "2,0.4,0.6\n3,0.3")
    assert followed(log, home) == run
    assert followed(log, home) == run
    assert told(run) == [1, 2, 3]
    history = RunHistory.read(run.events_path)
    assert (history.best_epoch, history.not_finite_since) == (3, None)
    assert history.started is None  # nobody knows


def test_epochs_that_were_trained_anew_take_the_places_of_those_before(
    log: Path, home: Path
) -> None:
    add(log, "2,0.4,0.6\n3,0.3,0.5\n")
    run = followed(log, home)
    add(log, "2,0.39,0.59\n")  # resumed from a checkpoint, with append=True
    follower = FileFollower(source_at(log), RunStore(home))
    assert (follower.run, RunHistory.read(run.events_path).epochs) == (run, 3)
    add(log, "3,0.29,0.49\n4,0.2,0.4\n")
    follower.read()
    follower.close()
    assert told(run) == [1, 2, 3, 4, 3, 4, 5]
    assert list(RunHistory.read(run.events_path).column("loss")) == [1.0, 0.5, 0.39, 0.29, 0.2]
    assert followed(log, home) == run
    assert len(told(run)) == 7


@pytest.mark.parametrize(
    "text", ["0,2.0,NA\n", "0,1.0,NA\n", "0,2.0,NA\n1,1.5,0.7\n2,1,1\n3,1,1\n"]
)
def test_another_training_in_the_same_file_is_another_run(log: Path, home: Path, text: str) -> None:
    """Even where it begins as the other did, and where it is longer."""
    first = followed(log, home)
    log.write_text(HEADER + text)
    second = followed(log, home)
    assert second != first
    assert (told(first), len(told(second))) == ([1, 2], text.count("\n"))


def test_a_training_that_begins_while_it_is_followed_is_another_run(log: Path, home: Path) -> None:
    follower = FileFollower(source_at(log), RunStore(home))
    runs = [follower.run]
    for change in ("emptied", "appended to"):
        if change == "emptied":
            log.write_text("")
            follower.read()
            log.write_text(HEADER)
        else:
            add(log, "2,0.25,0.25\n")
        add(log, "0,3.0,3.0\n1,2.0,2.0\n")
        follower.read()
        assert follower.run not in runs
        runs.append(follower.run)
    assert [run.state() for run in runs] == [RunState.SILENT, RunState.SILENT, RunState.RUNNING]
    follower.close()
    assert [told(run) for run in runs] == [[1, 2], [1, 2, 3], [1, 2]]
    assert RunGroup(runs[0]).read() == RunGroup(runs[2]).read() == tuple(runs)
    assert "is another run" in RunHistory.read(runs[0].events_path).notices[-1].text
    # Only of the second anybody saw how it began.
    assert [RunHistory.read(run.events_path).started is None for run in runs] == [True, False, True]


def test_a_run_of_a_log_is_only_read(log: Path, home: Path) -> None:
    follower = FileFollower(source_at(log), RunStore(home))
    run = follower.run
    with pytest.raises(OnlyRead, match=r"only read, from training\.csv"):
        run.send(SteeringCommand.STOP)
    with pytest.raises(OnlyRead):
        require_resumable(run)
    follower.close()


def test_what_nobody_knows_is_not_claimed(log: Path, home: Path) -> None:
    os.utime(log, (1_000_000.0, 1_000_000.0))
    follower = FileFollower(source_at(log), RunStore(home))
    run = follower.run
    assert run.state() is RunState.SILENT  # it was written last a long time ago
    add(log, "2,0.4,0.6\n")
    follower.read()
    follower._log.flush()
    assert run.state() is RunState.RUNNING
    follower.close()
    assert run.state() is RunState.SILENT  # nobody follows it
    [summary] = RunSummaries(RunStore(home), with_best=True).read()
    assert (summary.state, summary.epochs, summary.best_epoch) == (RunState.SILENT, 3, 3)
    assert (summary.seconds, summary.planned, summary.damage) == (None, None, "")
    assert summary.created == 1_000_000.0


def test_two_that_follow_one_log_tell_one_run(log: Path, home: Path) -> None:
    first = FileFollower(source_at(log), RunStore(home))
    waits = source_at(log)
    with pytest.raises(FollowedByAnother) as error:
        FileFollower(waits, RunStore(home))
    assert error.value.run == first.run
    assert [len(list(epochs)) for epochs in waits.read()] == [2]  # it did not read them to know so
    add(log, "2,0.4,0.6\n")
    first.close()
    assert followed(log, home) == first.run
    assert told(first.run) == [1, 2, 3]


def test_a_log_that_a_killed_process_followed_is_gone_on_with(log: Path, home: Path) -> None:
    child = os.fork()
    if not child:
        follower = FileFollower(source_at(log), RunStore(home))
        add(log, "2,0.4,0.6\n")
        follower.read()
        follower._log.flush()
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    [run] = RunStore(home).runs()
    assert run.state() is RunState.SILENT
    add(log, "3,0.3,0.5\n")
    assert followed(log, home) == run
    assert told(run) == [1, 2, 3, 4]


def test_a_folder_says_when_its_training_began_and_goes_on_too(tmp_path: Path, home: Path) -> None:
    began = float(int(time.time()))
    writer = EventFileWriter(tmp_path / "logs" / "train", began=began)
    writer.tensor("epoch_loss", 1.0, 0, began - 30)
    run = followed(tmp_path / "logs", home)
    writer.tensor("epoch_loss", 0.5, 1, began - 20)
    assert followed(tmp_path / "logs", home) == run
    assert told(run) == [1, 2]
    started = EventReader(run.events_path).read_all()[0]
    assert isinstance(started, Started)
    assert (started.t, started.epochs, run.manifest().created) == (began, None, began)


def test_a_long_log_is_told_in_portions(tmp_path: Path, home: Path) -> None:
    """More than is read at once, so that no row at the border is lost or told twice."""
    path = tmp_path / "long.csv"
    rows = "".join(f"{n},{1 / (n + 1)},{2 / (n + 1)}\r\n" for n in range(30_000))
    path.write_text("epoch,loss,val_loss\r\n" + rows)
    assert path.stat().st_size > 1 << 20
    run = followed(path, home)
    history = RunHistory.read(run.events_path)
    assert (history.epochs, history.rewritten) == (30_000, 0)
    assert list(history.column("val_loss")) == [2 / (n + 1) for n in range(30_000)]


def test_a_run_that_is_deleted_while_it_is_followed_is_followed_no_more(
    log: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kertasks.runs.event_file.event_log.HEARTBEAT", 0.05)
    follower = FileFollower(source_at(log), RunStore(home))
    RunBin(RunStore(home)).delete(follower.run)
    wait_until(lambda: follower.is_gone)
    follower.close()
    assert told(followed(log, home)) == [1, 2]
    assert len(RunBin(RunStore(home)).runs()) == 1
