from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kertui.plotting.axes import (
    Limits,
    StableLimits,
    aligned,
    log_ticks,
    nice_step,
    rounded_log,
)


@pytest.mark.parametrize(
    ("span", "parts", "step"),
    [(1.0, 4, 0.25), (1.0, 5, 0.2), (9.0, 4, 2.5), (0.03, 3, 0.01), (1234.0, 5, 250.0)],
)
def test_a_step_is_a_round_number(span: float, parts: int, step: float) -> None:
    assert nice_step(span, parts) == pytest.approx(step)


def test_ticks_lie_in_the_middle_of_evenly_spaced_rows() -> None:
    low, high, ticks = aligned(0.17, 0.9, 10)
    limits = Limits(0, 1, low, high)
    places = [limits.height_of(tick) * (4 * 10 - 1) for tick in ticks]
    assert [place % 4 for place in places] == pytest.approx([1.5] * len(places))
    gaps = {round(b - a) for a, b in itertools.pairwise(places)}
    assert len(gaps) == 1


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(1, 60),
)
def test_limits_hold_the_data(a: float, b: float, rows: int) -> None:
    low, high = min(a, b), max(a, b)
    assume(max(abs(low), abs(high)) < 1e300)
    bottom, top, ticks = aligned(low, high, rows)
    assert math.isfinite(top - bottom)
    assert bottom < top
    room = 1e-6 * (top - bottom)
    assert bottom - room <= low
    assert high <= top + room
    for tick in ticks:
        assert bottom - room <= tick <= top + room


@given(st.floats(1e-4, 1e4), st.floats(1e-3, 1e4), st.integers(5, 40))
def test_the_data_fills_a_fair_part(low: float, span: float, rows: int) -> None:
    bottom, top, ticks = aligned(low, low + span, rows)
    assert span / (top - bottom) > 0.25
    assert len(ticks) >= 2


def test_the_largest_floats_still_have_limits() -> None:
    bottom, top, _ = aligned(-1.7e308, 1.7e308, 10)
    assert math.isfinite(top - bottom)


@given(st.floats(1e-12, 1e12), st.floats(1.0, 1e9), st.integers(2, 40))
def test_logarithmic_limits_hold_the_data(low: float, ratio: float, rows: int) -> None:
    high = low * ratio
    bottom, top = rounded_log(low, high)
    assert 0 < bottom <= low * (1 + 1e-8)
    assert high <= top * (1 + 1e-8)
    ticks = log_ticks(bottom, top, rows)
    assert len(ticks) >= 2
    assert all(bottom * (1 - 1e-8) <= tick <= top * (1 + 1e-8) for tick in ticks)


def test_height_is_a_share_of_the_axis() -> None:
    assert Limits(0, 1, 10, 20).height_of(15) == 0.5
    assert Limits(0, 1, 0.01, 100, log_y=True).height_of(1) == pytest.approx(0.5)
    assert math.isnan(Limits(0, 1, 0.01, 100, log_y=True).height_of(0))
    assert math.isnan(Limits(0, 1, 0, 1).height_of(math.inf))


def fit(stable: StableLimits, low: float, high: float, rows: int = 10, log: bool = False) -> Limits:
    return stable.fit((1, 100), low, high, rows, log)


def test_limits_hold_still_while_the_data_stays_inside() -> None:
    stable = StableLimits()
    first = fit(stable, 0.5, 1.0)
    assert fit(stable, 0.52, 0.98) == first


def test_limits_widen_at_once() -> None:
    stable = StableLimits()
    first = fit(stable, 0.5, 1.0)
    wider = fit(stable, 0.1, 1.0)
    assert wider.y_low <= 0.1 < first.y_low


def test_limits_tighten_when_half_of_them_is_empty() -> None:
    stable = StableLimits()
    first = fit(stable, 0.0, 10.0)
    assert fit(stable, 1.0, 2.0).y_high < first.y_high


def test_another_height_or_scale_begins_anew() -> None:
    stable = StableLimits()
    fit(stable, 0.5, 1.0)
    assert fit(stable, 0.5, 1.0, log=True).log_y
    assert len(fit(stable, 0.5, 1.0, rows=40).ticks) > len(fit(stable, 0.5, 1.0, rows=5).ticks)


def test_without_data_there_are_no_ticks() -> None:
    assert fit(StableLimits(), math.inf, -math.inf).ticks == ()


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_share_that_does_not_change_is_seen_between_0_and_1(value: float) -> None:
    limits = StableLimits().fit((1, 20), value, value, 8, log=False, share=True)
    assert limits.ticks[0] == pytest.approx(0)
    assert limits.ticks[-1] == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 40))
def test_no_share_is_marked_outside_0_and_1(a: float, b: float, rows: int) -> None:
    limits = StableLimits().fit((1, 20), min(a, b), max(a, b), rows, log=False, share=True)
    for tick in limits.ticks:
        assert -1e-8 <= tick <= 1 + 1e-8
