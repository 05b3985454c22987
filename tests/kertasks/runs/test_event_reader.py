from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.runs import event_reader
from kertasks.runs.event_lines import format_event
from kertasks.runs.event_reader import EventReader
from kertasks.runs.events import Epoch, Notice


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
