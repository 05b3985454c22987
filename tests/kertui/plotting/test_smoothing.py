from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertui.plotting.curves.traces import Smoothed, weight_for


def smooth(values: list[float], weight: float = 0.9) -> list[float]:
    smoothed = Smoothed(weight)
    smoothed.take(array("d", values))
    return list(smoothed.values)


def test_a_constant_stays_itself_from_its_first_value() -> None:
    assert smooth([2.0] * 5) == pytest.approx([2.0] * 5)


def test_by_hand() -> None:
    # m1 = .5 * 1 = .5, shown / (1 - .5) = 1; m2 = .25 + .5 * 3 = 1.75, shown / .75
    assert smooth([1.0, 3.0], 0.5) == pytest.approx([1.0, 1.75 / 0.75])


def test_a_gap_leaves_the_average_as_it_was() -> None:
    with_gap = smooth([1.0, math.nan, math.inf, 3.0], 0.5)
    assert math.isnan(with_gap[1])
    assert math.isnan(with_gap[2])
    assert with_gap[3] == pytest.approx(smooth([1.0, 3.0], 0.5)[1])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.integers(0, 50))
def test_taking_in_parts_is_taking_at_once(values: list[float], cut: int) -> None:
    parts = Smoothed(0.8)
    parts.take(array("d", values[:cut]))
    parts.take(array("d", values))
    assert list(parts.values) == smooth(values, 0.8)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_a_trend_stays_within_its_values(values: list[float]) -> None:
    for value in smooth(values):
        assert min(values) - 1e-6 <= value <= max(values) + 1e-6


def test_a_longer_run_is_smoothed_more() -> None:
    weights = [weight_for(epochs) for epochs in (0, 4, 20, 100, 1000, 100_000)]
    assert weights == sorted(weights)
    assert weights[0] == 0.6
    assert weights[-1] == 0.999
