"""Intervals and tests against their formulas, and where there is nothing to be sure of."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from kertasks.scores.intervals import (
    Interval,
    bootstrap_mean,
    mcnemar,
    paired_bootstrap,
    wilson,
)

ERRORS = np.random.default_rng(3).exponential(2.0, size=102)


@pytest.mark.parametrize(("successes", "rows"), [(1_800, 2_246), (3, 4), (0, 10), (7, 7)])
def test_a_share_lies_in_wilsons_interval(successes: int, rows: int) -> None:
    share, z = successes / rows, stats.norm.ppf(0.975)
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    half = z * math.sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2)) / (1 + z**2 / rows)
    found = wilson(successes, rows)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half), abs=1e-12)
    assert found.low <= share <= found.high


def test_the_bootstrap_of_errors_is_near_the_normal_interval_and_is_repeated_by_its_seed() -> None:
    found = bootstrap_mean(ERRORS, seed=0)
    assert found is not None
    assert found == bootstrap_mean(ERRORS, seed=0)
    assert found != bootstrap_mean(ERRORS, seed=1)
    low, high = stats.norm.interval(0.95, ERRORS.mean(), stats.sem(ERRORS))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.15 * (high - low))
    assert found.low < ERRORS.mean() < found.high


def test_of_very_many_rows_the_interval_takes_no_minute() -> None:
    many = np.tile(ERRORS, 1_000)
    found = bootstrap_mean(many, seed=0)
    assert found is not None
    low, high = stats.norm.interval(0.95, many.mean(), stats.sem(many))
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([1.0], None),
        ([1.0, math.nan], None),
        ([1.0, math.inf, 2.0], None),
        ([2.5, 2.5, 2.5], Interval(2.5, 2.5)),
    ],
)
def test_without_spread_or_numbers_there_is_no_interval_to_invent(
    values: list[float], expected: Interval | None
) -> None:
    assert bootstrap_mean(np.array(values), seed=0) == expected
    assert wilson(0, 0) is None


def test_mcnemar_looks_at_the_rows_that_one_of_two_alone_gets_right() -> None:
    first = np.array([True] * 70 + [False] * 30)
    second = np.array([True] * 55 + [False] * 15 + [True] * 3 + [False] * 27)
    found = mcnemar(first, second, seed=0)
    assert found.mean == pytest.approx(0.70 - 0.58)
    assert found.p == pytest.approx(2 * stats.binom.cdf(3, 18, 0.5))
    assert found.interval is not None
    assert 0 < found.interval.low < 0.12 < found.interval.high


def test_two_runs_that_say_the_same_do_not_differ() -> None:
    right = np.array([True, False, True])
    assert mcnemar(right, right, seed=0).p == 1.0
    same = paired_bootstrap(ERRORS, ERRORS, seed=0)
    assert (same.mean, same.interval, same.p) == (0.0, Interval(0.0, 0.0), 1.0)


def test_paired_errors_differ_where_each_row_is_a_little_better() -> None:
    noise = np.random.default_rng(4).normal(0, 0.1, size=len(ERRORS))
    better = paired_bootstrap(ERRORS - 0.2 + noise, ERRORS, seed=0)
    assert better.interval is not None
    assert better.interval.high < 0
    assert better.p is not None
    assert better.p < 0.001
    chance = paired_bootstrap(ERRORS + noise, ERRORS, seed=0)
    assert chance.p is not None
    assert chance.p > 0.05


def test_what_cannot_be_compared_has_no_p() -> None:
    broken = ERRORS.copy()
    broken[5] = math.nan
    found = paired_bootstrap(broken, ERRORS, seed=0)
    assert (found.interval, found.p) == (None, None)
    nobody = np.zeros(0, dtype=bool)
    assert mcnemar(nobody, nobody, seed=0).p == 1.0
