from __future__ import annotations

from pathlib import Path

import pytest

from kertasks.runs import event_tail
from kertasks.runs.event_lines import format_event
from kertasks.runs.event_tail import (
    Tail,
    events_backwards,
    last_answered,
    last_checkpoint,
)
from kertasks.runs.events import Checkpointed, Control, Event, Machine, Notice, Paused
from kertasks.runs.state import RunState, state_at_end


def written(path: Path, events: list[Event], end: str = "") -> Path:
    path.write_text("".join(map(format_event, events)) + end)
    return path


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 16])
def test_the_whole_log_comes_backwards_in_parts_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(event_tail, "_FIRST_LOOK", size)
    monkeypatch.setattr(event_tail, "_BLOCK", size)
    events: list[Event] = [Notice(float(number), "x" * number) for number in range(30)]
    path = written(tmp_path / "events.jsonl", events, end='{"t": 1, "type": "not')
    assert list(events_backwards(path, whole=True)) == events[::-1]


def test_only_the_end_is_read_unless_all_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_tail, "_BLOCK", 100)
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
    monkeypatch.setattr(event_tail, "_BLOCK", 50)
    tail = Tail(path)
    assert [line.event for line in tail.backwards()] == [Notice(1.0, "second")]
    assert not tail.complete


def test_a_pause_is_known_however_much_was_written_since(tmp_path: Path) -> None:
    idle = [Machine(float(second), 0.0, 1, 2, 1) for second in range(3000)]
    path = written(tmp_path / "events.jsonl", [Paused(0.0, 3, 1), *idle])
    assert path.stat().st_size > 3 * event_tail._BLOCK
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
    assert path.stat().st_size > 2 * event_tail._BLOCK
    assert last_answered(path) == 2
    assert last_checkpoint(path) == Checkpointed(3.0, 5, 2)
