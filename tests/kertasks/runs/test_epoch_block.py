from __future__ import annotations

import math
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kertasks.runs.epoch_block import EpochBlock
from kertasks.runs.event_lines import format_event
from kertasks.runs.event_reader import EventReader
from kertasks.runs.events import Epoch, Event, Finished, Notice
from kertasks.runs.history import RunHistory

NUMBERS = st.floats(width=64)
METRICS = st.dictionaries(st.sampled_from(["loss", "val_loss", "accuracy"]), NUMBERS, min_size=1)
EVENTS = st.lists(
    st.one_of(
        st.builds(Epoch, st.just(1.0), st.integers(1, 4), METRICS, NUMBERS, NUMBERS),
        st.builds(Epoch, st.just(2.0), st.just(5), st.just({"loss": 0.5}), NUMBERS, NUMBERS),
        st.just(Notice(3.0, "note")),
    ),
    max_size=12,
)


def histories(path: Path) -> tuple[RunHistory, RunHistory]:
    one_by_one, in_blocks = RunHistory(), RunHistory()
    one_by_one.add_all(EventReader(path).read())
    in_blocks.add_all(EventReader(path).read_blocks())
    return one_by_one, in_blocks


def same(first: float, second: float) -> bool:
    return first == second or (math.isnan(first) and math.isnan(second))


@given(EVENTS, st.integers(0, 20))
def test_a_history_is_the_same_from_blocks(events: list[Event], steady: int) -> None:
    more = [Epoch(9.0, 6 + n, {"loss": 1 / (n + 1)}, 0.1, 0.2) for n in range(steady)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        path.write_text("".join(map(format_event, [*events, *more])))
        one_by_one, in_blocks = histories(path)

    assert in_blocks.epoch_numbers == one_by_one.epoch_numbers
    assert in_blocks.metric_names == one_by_one.metric_names
    assert in_blocks.best_epoch == one_by_one.best_epoch
    assert in_blocks.notices == one_by_one.notices
    for name in one_by_one.metric_names:
        pairs = zip(in_blocks.column(name), one_by_one.column(name), strict=True)
        assert all(same(a, b) for a, b in pairs)
    for mine, theirs in (
        (in_blocks.seconds, one_by_one.seconds),
        (in_blocks.learning_rates, one_by_one.learning_rates),
    ):
        assert all(same(a, b) for a, b in zip(mine, theirs, strict=True))


def test_epochs_that_follow_each_other_are_one_block(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    epochs = [Epoch(float(n), n, {"loss": 1 / n, "val_loss": 2.0}, 1e-3, 0.5) for n in range(1, 9)]
    end = Finished(9.0, 8, 8, None, None)
    events: list[Event] = [Notice(0.5, "note"), *epochs, end]
    path.write_text("".join(map(format_event, events)))
    notice, block, last = EventReader(path).read_blocks()
    assert notice == Notice(0.5, "note")
    assert last == end
    assert isinstance(block, EpochBlock)
    assert list(block.events()) == epochs


def test_what_is_not_finite_or_out_of_order_is_no_block(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    epochs = [
        Epoch(1.0, 1, {"loss": 1.0}, 1e-3, 0.5),
        Epoch(2.0, 2, {"loss": math.inf}, 1e-3, 0.5),
        Epoch(3.0, 2, {"loss": 0.5}, 1e-3, 0.5),
    ]
    path.write_text("".join(map(format_event, epochs)))
    assert EventReader(path).read_blocks() == epochs


def test_a_line_that_is_no_json_costs_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    epoch = Epoch(1.0, 1, {"loss": 1.0}, 1e-3, 0.5)
    lines = [format_event(epoch), "{half\n", "1, 2\n", '"text"\n', format_event(Notice(2.0, "n"))]
    path.write_text("".join(lines))
    assert EventReader(path).read() == [epoch, Notice(2.0, "n")]
    block, notice = EventReader(path).read_blocks()
    assert isinstance(block, EpochBlock)
    assert notice == Notice(2.0, "n")
