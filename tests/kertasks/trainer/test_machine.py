from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pynvml
import pytest
from tests.support.waiting import wait_until

from kertasks.processes.free_memory import free_memory
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Machine
from kertasks.trainer import machine
from kertasks.trainer.machine import MachineWatch, open_gpus, read_machine


def test_a_reading_is_of_this_machine() -> None:
    read_machine([])
    sum(range(2_000_000))  # something to measure
    machine = read_machine([])
    assert 0.0 <= machine.cpu <= 1.0
    assert 0 < machine.process_memory < machine.memory < machine.memory_total
    assert machine.gpus == ()


def test_readings_go_into_the_events_until_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "EVERY", 0.01)
    log = EventLog(tmp_path / "events.jsonl")
    watch = MachineWatch(log, lambda: 1.5)
    reader = EventReader(tmp_path / "events.jsonl")
    read: list[Machine] = []

    def comes() -> bool:
        read.extend(event for event in reader.read() if isinstance(event, Machine))
        return bool(read)

    wait_until(comes)
    assert read[0].trained == 1.5
    watch.close()
    log.flush()
    reader.read_all()
    log.flush()
    assert reader.read_all() == []
    log.close()


def test_a_training_that_waits_is_read_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "EVERY", 0.01)
    monkeypatch.setattr(machine, "EVERY_PAUSED", 0.5)
    log = EventLog(tmp_path / "events.jsonl")
    watch = MachineWatch(log, lambda: 1.5)
    watch.pause(True)
    reader = EventReader(tmp_path / "events.jsonl")
    times: list[float] = []

    def read(count: int) -> bool:
        times.extend(event.t for event in reader.read() if isinstance(event, Machine))
        return len(times) >= count

    # The first may have been under way when it was told of the pause; a busy machine may let one
    # be late and the next in time.
    wait_until(lambda: read(4))
    assert all(later - sooner > 0.25 for sooner, later in pairwise(times[1:]))
    watch.pause(False)
    read_so_far = len(times)
    wait_until(lambda: read(read_so_far + 10))
    assert min(later - sooner for sooner, later in pairwise(times[-10:])) < 0.25
    watch.close()
    log.close()


def test_a_gpu_that_does_not_answer_is_left_out() -> None:
    # No handle of any library: what a card that fell off the bus is like.
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        assert open_gpus() == []
        assert read_machine([object()]).gpus == ()
        return
    found = read_machine(open_gpus()).gpus
    assert len(found) <= len(open_gpus())
    for gpu in found:
        assert 0.0 <= gpu.use <= 1.0
        assert 0 < gpu.memory <= gpu.memory_total


def test_a_container_has_what_is_left_of_its_limit(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("4000\n")
    assert free_memory(tmp_path) == 1000
    (tmp_path / "memory.current").write_text("6000\n")
    assert free_memory(tmp_path) == 0


def test_without_a_limit_it_is_what_the_machine_has(tmp_path: Path) -> None:
    assert free_memory(tmp_path) > 10_000_000
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("4000\n")
    assert free_memory(tmp_path) > 10_000_000
