"""Row orders, schedules, and the length of calls: no training here."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kertasks.fitting.callback_hooks import BatchHooks
from kertasks.fitting.programs.compiled_pass import Pace
from kertasks.fitting.rows.row_order import RowOrder, Schedule


def test_orders_can_be_made_again_and_differ_by_epoch_and_seed() -> None:
    order = RowOrder(rows=50, batch_size=8, seed=3)
    expected = np.random.default_rng([3, 7]).permutation(50)
    assert order.of_epoch(7).tolist() == expected.tolist()
    assert order.of_epoch(8).tolist() != expected.tolist()
    assert RowOrder(50, 8, seed=4).of_epoch(7).tolist() != expected.tolist()


def test_shuffles_within_batches_or_not_at_all() -> None:
    order = RowOrder(rows=10, batch_size=4, seed=1, shuffle="batch").of_epoch(0).tolist()
    assert [sorted(order[:4]), sorted(order[4:8]), sorted(order[8:])] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
    ]
    assert RowOrder(10, 4, seed=1, shuffle=False).of_epoch(0).tolist() == list(range(10))


def test_an_epoch_goes_on_where_the_one_before_stopped() -> None:
    schedule = Schedule(RowOrder(rows=5, batch_size=1, seed=0), steps_per_epoch=2)
    spans = [schedule.of_epoch(0), schedule.of_epoch(1)]
    with pytest.warns(UserWarning, match="ran out"):
        spans.append(schedule.of_epoch(2))
    spans.append(schedule.of_epoch(3))
    assert [(span.first, span.count) for span in spans] == [(0, 2), (2, 2), (4, 1), (0, 2)]
    orders = [span.order for span in spans]
    assert orders[0] is orders[1] is orders[2]
    expected = np.random.default_rng([0, 3]).permutation(5).tolist()
    assert orders[3] is not None
    assert orders[3].tolist() == expected


def test_calls_grow_to_the_time_they_may_take_and_shrink_again() -> None:
    pace = Pace(seconds=0.1)
    assert pace.steps(1_000) == 1
    pace.took(1, 0.001)
    assert pace.steps(10) == 10
    assert pace.steps(1_000) <= 16
    pace.took(16, 0.016)
    assert pace.steps(1_000) == 100
    assert pace.steps(101) == 51, "two equal parts, not a whole and a rest"
    pace.took(100, 1.0)
    assert pace.steps(1_000) == 10


def test_each_batch_by_itself_where_a_callback_wants_it() -> None:
    class Counting(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
        steps_limit = 5

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            pass

    callbacks = keras.callbacks.CallbackList([Counting()])
    assert BatchHooks(callbacks, "train").steps_limit == 1
    assert BatchHooks(callbacks, "test").steps_limit is None
    callbacks.callbacks[0].async_safe = True
    assert BatchHooks(callbacks, "train").steps_limit == 5
