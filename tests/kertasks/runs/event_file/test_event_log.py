from __future__ import annotations

import fcntl
import os
import shutil
import threading
from pathlib import Path

import pytest
from tests.support.waiting import wait_until

from kertasks.runs.event_file import event_log
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Event, Failed, Notice


def test_an_event_is_in_the_file_soon_though_no_other_follows(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    reader = EventReader(path)
    seen: list[Event] = []

    def seen_after_a_look() -> int:
        seen.extend(reader.read())
        return len(seen)

    for number in range(3):
        log.add(Notice(float(number), "x"))
        wait_until(lambda: seen_after_a_look() > number)  # noqa: B023
    log.close()


def test_thousands_of_events_come_in_their_order_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    epochs = [Epoch(float(n), n, {"loss": 1 / n}, 0.1, 0.1) for n in range(1, 20_001)]
    for epoch in epochs:
        log.add(epoch)
    log.close()
    assert EventReader(path).read_all() == epochs


def test_events_of_several_threads_all_arrive(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)

    def add(first: int) -> None:
        for number in range(first, first + 500):
            log.add(Notice(float(number), "x"))

    threads = [threading.Thread(target=add, args=(first,)) for first in (0, 500, 1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert sorted(event.t for event in EventReader(path).read_all()) == list(range(1500))


def test_a_writer_that_goes_on_appends(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for number in range(2):
        log = EventLog(path)
        log.add(Notice(float(number), "x"))
        log.close()
    assert [event.t for event in EventReader(path).read_all()] == [0.0, 1.0]


def test_a_full_disk_costs_no_event_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    full = threading.Event()
    full.set()
    refused = threading.Semaphore(0)

    def write(descriptor: int, data: bytes) -> int:
        if full.is_set():
            refused.release()
            raise OSError(28, "No space left on device")
        return genuine(descriptor, data)

    genuine = os.write
    monkeypatch.setattr(os, "write", write)
    log.add(Notice(1.0, "while it is full"))
    for _ in ("the file", "the spool"):
        assert refused.acquire(timeout=10)
    full.clear()
    log.add(Notice(2.0, "later"))
    log.close()
    assert [event.t for event in EventReader(path).read_all()] == [1.0, 2.0]


def test_what_a_thread_measures_after_the_end_of_a_run_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.add(Notice(1.0, "before"))
    log.add(Failed(2.0, "the end"))
    log.add(Notice(3.0, "a little late"))
    log.flush()
    log.add(Notice(4.0, "later"))
    log.close()
    assert EventReader(path).read_all() == [Notice(1.0, "before"), Failed(2.0, "the end")]


def test_nothing_is_told_after_the_end_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end is in the spool when the disk has room again, which is not said after it."""
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    its_file = path.stat().st_ino
    full = threading.Event()
    full.set()

    def write(descriptor: int, data: bytes) -> int:
        if full.is_set() and os.fstat(descriptor).st_ino == its_file:
            raise OSError(28, "No space left on device")
        return genuine(descriptor, data)

    genuine = os.write
    monkeypatch.setattr(os, "write", write)
    log.add(Failed(1.0, "the end"))
    wait_until(lambda: len(EventReader(path).read_all()) == 2)
    assert path.read_bytes() == b""
    full.clear()
    log.close()
    why, end = EventReader(path).read_all()
    assert isinstance(why, Notice)
    assert end == Failed(1.0, "the end")
    assert path.read_bytes()


def test_a_disk_that_stays_full_still_takes_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    room = 100
    reserved = event_log._RESERVED
    genuine_write, genuine_close = os.write, os.close

    def write(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(28, "No space left on device")
        part = data[:room]
        room -= len(part)
        return genuine_write(descriptor, part)

    def close(descriptor: int) -> None:
        nonlocal room
        if not os.fstat(descriptor).st_nlink:  # the file that holds the reserve
            room += reserved
        genuine_close(descriptor)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "close", close)
    epochs = [Epoch(float(n), n, {"loss": 1 / n}, 0.1, 0.1) for n in range(1, 1000)]
    for epoch in epochs:
        log.add(epoch)
    log.add(Failed(1000.0, "no space"))
    log.close()

    read = EventReader(path).read_all()
    assert read == [*epochs[: len(read) - 1], Failed(1000.0, "no space")]
    assert len(read) > 1
    assert capfd.readouterr().err.count("cannot write") == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["events.jsonl"]


def test_silence_keeps_the_heart_beating_and_a_deleted_folder_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "HEARTBEAT", 0.02)
    folder = tmp_path / "run"
    folder.mkdir()
    path = folder / "events.jsonl"
    log = EventLog(path)
    first = path.stat().st_mtime_ns
    wait_until(lambda: path.stat().st_mtime_ns > first)
    assert not log.folder_gone
    shutil.rmtree(folder)
    wait_until(lambda: log.folder_gone)
    log.close()


def test_a_copy_put_in_its_place_is_completed_and_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an editor, a backup and ``rsync`` do: another file is renamed to its name."""
    monkeypatch.setattr(event_log, "_BLOCK", 50)
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    told = [Notice(float(number), "x") for number in range(20)]
    for number, event in enumerate(told):
        log.add(event)
        if number == 9:
            log.flush()
            shutil.copy(path, tmp_path / "copy")
    log.flush()
    (tmp_path / "copy").rename(path)
    log.add(Notice(20.0, "after"))
    log.flush()
    found = EventReader(path).read_all()
    assert found[:20] == told
    (said, after) = found[20:]
    assert isinstance(said, Notice)
    assert said.text.startswith("events.jsonl was replaced by another file: the run goes on in it")
    assert after == Notice(20.0, "after")
    with path.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not log.folder_gone
    log.close()


def test_another_file_in_its_place_is_written_on_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.add(Notice(1.0, "x"))
    log.flush()
    other = tmp_path / "other"
    other.write_text('{"t": 0.5, "type": "notice", "text": "edited"}\n{"half')
    other.rename(path)
    log.add(Failed(2.0, "the end"))
    log.close()
    first, said, last = EventReader(path).read_all()
    assert first == Notice(0.5, "edited")
    assert isinstance(said, Notice)
    assert said.text.endswith("after what that one holds")
    assert last == Failed(2.0, "the end")


def test_a_deleted_file_is_written_anew_if_its_folder_stays(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.add(Notice(1.0, "x"))
    log.flush()
    path.unlink()
    log._touch()
    assert not path.exists()  # the folder may be on its way out
    log._touch()
    log.close()
    assert EventReader(path).read_all()[0] == Notice(1.0, "x")
    assert not log.folder_gone


def test_a_file_that_cannot_be_opened_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "HEARTBEAT", 0.02)
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.add(Notice(1.0, "x"))
    log.flush()
    path.unlink()
    path.mkdir()
    log.add(Notice(2.0, "meanwhile"))
    log.flush()
    path.rmdir()
    path.write_text("")
    wait_until(lambda: path.stat().st_size > 0)
    log.close()
    assert EventReader(path).read_all()[:2] == [Notice(1.0, "x"), Notice(2.0, "meanwhile")]
