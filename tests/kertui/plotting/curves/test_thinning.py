from __future__ import annotations

import math
from array import array
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kertui.plotting.curves.thinning import Buckets

COLUMNS = st.lists(st.floats(), min_size=1, max_size=300).map(lambda values: array("d", values))


def thinned(values: array[float], count: int, last: int | None = None) -> Buckets:
    buckets = Buckets(1, last or len(values), count)
    buckets.take(values)
    return buckets


def test_few_epochs_are_all_there() -> None:
    values = array("d", [3.0, 1.0, 2.0])
    assert list(thinned(values, 100).points()) == [(1, 3.0), (2, 1.0), (3, 2.0)]


def test_a_column_keeps_its_least_and_greatest_in_their_order() -> None:
    values = array("d", [5.0, 9.0, 1.0, 5.0, 5.0, 2.0, 5.0, 8.0])
    assert list(thinned(values, 2).points()) == [(2, 9.0), (3, 1.0), (6, 2.0), (8, 8.0)]


def test_a_spike_among_200_000_epochs_is_kept() -> None:
    values = array("d", [0.5]) * 200_000
    values[123_456] = 7.0
    points = list(thinned(values, 160).points())
    assert (123_457, 7.0) in points
    assert len(points) <= 320


def test_a_column_without_a_finite_value_is_a_gap() -> None:
    values = array("d", [1.0, math.nan, math.inf, 2.0])
    found = list(thinned(values, 4).points())
    assert [x for x, y in found if math.isnan(y)] == [2, 3]


def test_epochs_outside_the_window_are_passed_over() -> None:
    buckets = Buckets(11, 20, 100)
    assert buckets.take(array("d", map(float, range(1, 41)))) == 10
    assert list(buckets.points()) == [(epoch, float(epoch)) for epoch in range(11, 21)]


def test_the_first_value_may_belong_to_a_later_epoch() -> None:
    buckets = Buckets(1, 10, 100)
    buckets.take(array("d", [1.0, 2.0]), offset=5)
    assert list(buckets.points()) == [(5, 1.0), (6, 2.0)]


@given(COLUMNS, st.integers(1, 60))
def test_never_more_than_two_points_a_column_and_in_order(values: array[float], count: int) -> None:
    points = list(thinned(values, count).points())
    assert len(points) <= 2 * count
    epochs = [epoch for epoch, _ in points]
    assert epochs == sorted(epochs)


@given(COLUMNS, st.integers(1, 60))
def test_the_extremes_stay(values: array[float], count: int) -> None:
    finite = [value for value in values if math.isfinite(value)]
    buckets = thinned(values, count)
    shown = [value for _, value in buckets.points() if math.isfinite(value)]
    assert (min(finite, default=None), max(finite, default=None)) == (
        min(shown, default=None),
        max(shown, default=None),
    )
    assert buckets.low == min(finite, default=math.inf)
    assert buckets.high == max(finite, default=-math.inf)
    positive = [value for value in finite if value > 0]
    assert buckets.low_positive == min(positive, default=math.inf)


@given(COLUMNS, st.integers(1, 60), st.lists(st.integers(0, 300), max_size=5))
def test_taking_in_parts_is_taking_at_once(
    values: array[float], count: int, cuts: list[int]
) -> None:
    growing: array[float] = array("d")
    parts = Buckets(1, len(values), count)
    for cut in [*sorted(cuts), len(values)]:
        growing.extend(values[len(growing) : cut])
        parts.take(growing)
    assert str(list(parts.points())) == str(list(thinned(values, count).points()))


class CountedArray(array):  # type: ignore[type-arg]  # takes none before Python 3.12
    """Counts the values that are read from it."""

    read = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        type(self).read += len(found) if isinstance(key, slice) else 1
        return found


def test_what_arrives_is_looked_at_once() -> None:
    CountedArray.read = 0
    buckets = Buckets(1, 200_000, 160)
    growing = CountedArray("d")
    for _ in range(400):
        growing.extend([0.5] * 500)
        buckets.take(growing)
    assert CountedArray.read == 200_000
    buckets.take(growing)
    assert CountedArray.read == 200_000
