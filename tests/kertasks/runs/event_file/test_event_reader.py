from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.runs.event_file import event_reader
from kertasks.runs.event_file.event_reader import (
    EventReader,
    Tail,
    events_backwards,
    last_answered,
    last_checkpoint,
)
from kertasks.runs.event_file.events import (
    Checkpointed,
    Control,
    Epoch,
    Event,
    Finished,
    Machine,
    Notice,
    Paused,
    format_event,
)
from kertasks.runs.state import RunState, state_at_end


def epochs(count: int) -> list[Epoch]:
    return [Epoch(float(n), n, {"loss": 1 / n}, 1e-3, 0.5) for n in range(1, count + 1)]


def append(path: Path, data: str | bytes) -> None:
    with path.open("ab") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def test_reads_each_event_once_as_it_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert reader.read() == []

    first, second, third = epochs(3)
    append(path, format_event(first) + format_event(second))
    assert reader.read() == [first, second]
    assert reader.read() == []
    append(path, format_event(third))
    assert reader.read() == [third]


def test_a_half_line_is_left_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    event = Notice(1.0, "läuft ohne XLA")
    line = format_event(event).encode()
    for place in range(len(line) - 1):
        append(path, line[place : place + 1])
        assert reader.read() == []
    append(path, line[-1:])
    assert reader.read() == [event]


def test_lines_that_are_no_events_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    one, two = epochs(2)
    garbage = b'\n\xff\xfe\x00\n{"type":"view","t":1}\n{"half":\n'
    append(path, format_event(one).encode() + garbage + format_event(two).encode())

    assert EventReader(path).read() == [one, two]


@given(st.lists(st.integers(min_value=1, max_value=400), max_size=30), st.integers(0, 12))
def test_however_the_bytes_arrive_the_events_are_the_same(sizes: list[int], count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        reader = EventReader(path)
        data = "".join(map(format_event, epochs(count))).encode()
        read = []
        for size in [*sizes, len(data)]:
            append(path, data[:size])
            data = data[size:]
            read += reader.read()
        assert read == epochs(count)


def test_a_long_log_comes_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_reader, "SLICE", 250)
    path = tmp_path / "events.jsonl"
    append(path, "".join(map(format_event, epochs(20))))
    reader = EventReader(path)

    first = reader.read()
    assert 0 < len(first) < 20
    assert reader.behind
    assert first + reader.read_all() == epochs(20)
    assert not reader.behind


def test_a_deleted_folder_is_silent(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    path = folder / "events.jsonl"
    append(path, format_event(epochs(1)[0]))
    reader = EventReader(path)
    assert len(reader.read()) == 1
    shutil.rmtree(folder)
    assert reader.read() == []


def test_a_shorter_file_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append(path, "".join(map(format_event, epochs(3))))
    reader = EventReader(path)
    assert len(reader.read()) == 3
    path.write_text(format_event(epochs(1)[0]))
    assert reader.read() == []


def test_epochs_come_in_their_order_among_the_others(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    told = [Epoch(float(n), n, {"loss": 1 / n, "val_loss": 2.0}, 1e-3, 0.5) for n in range(1, 9)]
    events: list[Event] = [Notice(0.5, "note"), *told, Finished(9.0, 8, 8, None, None)]
    append(path, "".join(map(format_event, events)))
    assert EventReader(path).read() == events


def test_what_is_not_finite_or_out_of_order_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    told = [
        Epoch(1.0, 1, {"loss": 1.0}, 1e-3, 0.5),
        Epoch(2.0, 2, {"loss": math.inf}, 1e-3, 0.5),
        Epoch(3.0, 2, {"loss": 0.5}, 1e-3, 0.5),
    ]
    append(path, "".join(map(format_event, told)))
    assert EventReader(path).read() == told


def test_a_line_that_is_no_json_costs_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    (epoch,) = epochs(1)
    lines = [format_event(epoch), "{half\n", "1, 2\n", '"text"\n', format_event(Notice(2.0, "n"))]
    append(path, "".join(lines))
    assert EventReader(path).read() == [epoch, Notice(2.0, "n")]


def written(path: Path, events: list[Event], end: str = "") -> Path:
    path.write_text("".join(map(format_event, events)) + end)
    return path


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 16])
def test_the_whole_log_comes_backwards_in_parts_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(event_reader, "_FIRST_LOOK", size)
    monkeypatch.setattr(event_reader, "_BLOCK", size)
    events: list[Event] = [Notice(float(number), "x" * number) for number in range(30)]
    path = written(tmp_path / "events.jsonl", events, end='{"t": 1, "type": "not')
    assert list(events_backwards(path, whole=True)) == events[::-1]


def test_only_the_end_is_read_unless_all_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_reader, "_BLOCK", 100)
    events: list[Event] = [Notice(float(number), "") for number in range(30)]
    path = written(tmp_path / "events.jsonl", events)
    found = list(events_backwards(path))
    assert found == events[: -len(found) - 1 : -1]
    assert 0 < len(found) < 5


def test_there_may_be_nothing(tmp_path: Path) -> None:
    assert list(events_backwards(tmp_path / "none", whole=True)) == []
    assert list(events_backwards(written(tmp_path / "empty", []), whole=True)) == []
    assert last_answered(tmp_path / "none") == 0
    assert last_checkpoint(tmp_path / "none") is None


def test_a_tail_says_whether_it_is_all_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "events.jsonl", [Notice(0.0, "first"), Notice(1.0, "second")])
    tail = Tail(path)
    lines = tail.backwards()
    assert next(lines).event == Notice(1.0, "second")
    assert not tail.complete
    assert [line.event for line in lines] == [Notice(0.0, "first")]
    assert tail.complete
    monkeypatch.setattr(event_reader, "_BLOCK", 50)
    tail = Tail(path)
    assert [line.event for line in tail.backwards()] == [Notice(1.0, "second")]
    assert not tail.complete


def test_a_pause_is_known_however_much_was_written_since(tmp_path: Path) -> None:
    idle = [Machine(float(second), 0.0, 1, 2, 1) for second in range(3000)]
    path = written(tmp_path / "events.jsonl", [Paused(0.0, 3, 1), *idle])
    assert path.stat().st_size > 3 * event_reader._BLOCK
    assert state_at_end(path) is RunState.PAUSED


def test_what_was_answered_and_kept_last(tmp_path: Path) -> None:
    events: list[Event] = [
        Control(0.0, 1, "pause"),
        Checkpointed(1.0, 3, 0),
        Control(2.0, 2, "resume"),
        Checkpointed(3.0, 5, 2),
        Notice(4.0, ""),
    ]
    more: list[Event] = [Notice(5.0, 'a "control" of its own') for _ in range(3000)]
    path = written(tmp_path / "events.jsonl", [*events, *more])
    assert path.stat().st_size > 2 * event_reader._BLOCK
    assert last_answered(path) == 2
    assert last_checkpoint(path) == Checkpointed(3.0, 5, 2)
