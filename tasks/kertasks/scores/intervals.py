"""How sure a test result is: 95 % intervals, and whether two runs of one test set differ.

What is said of all rows like those that were tested, from those that were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CONFIDENCE = 0.95

_RESAMPLES = 4_000
"""Rows are drawn anew so often: the ends of an interval then vary by a hundredth of its length."""

_CELLS_AT_ONCE = 1 << 21
"""Numbers that are drawn at once, so that memory stays flat whatever the number of rows."""

_MANY_ROWS = 50_000
"""With more the mean is normally distributed to all digits that are shown, and drawing rows anew
would say the same after a minute."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with a probability of 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the mean of one run's rows differs from that of another's on the same rows."""

    mean: float
    """The first run's less the second's."""

    interval: Interval | None
    """Of the mean; None where it cannot be told."""

    p: float | None
    """How probable so large a difference is where there is none; None where it cannot be told."""


def wilson(successes: int, rows: int) -> Interval | None:
    """Wilson's score interval of a share, such as an accuracy; None without rows."""
    from scipy.stats import binomtest

    if not rows:
        return None
    found = binomtest(successes, rows).proportion_ci(_CONFIDENCE, method="wilson")
    return Interval(float(found.low), float(found.high))


def bootstrap_mean(values: NDArray[Any], seed: int) -> Interval | None:
    """The percentile bootstrap interval of a mean, such as that of errors; the same for the same
    seed. None for fewer than two values, or where one is not finite.

    Args:
        values: one a row, shape (rows,).
        seed: of the rows that are drawn.
    """
    found = _resampled(values, seed)
    return None if found is None else found[0]


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_], seed: int) -> Difference:
    """Whether two runs' shares of right rows differ, by McNemar's exact test: of the rows that one
    of them alone gets right each is as likely the first's as the second's where they do not.

    Args:
        first: which rows one run gets right, shape (rows,).
        second: which the other one does, of the same rows.
        seed: of the rows that are drawn for the interval.
    """
    from scipy.stats import binomtest

    gains, losses = int((first & ~second).sum()), int((~first & second).sum())
    p = float(binomtest(gains, gains + losses).pvalue) if gains + losses else 1.0
    values = first.astype(np.float64) - second.astype(np.float64)
    mean = float(values.mean()) if len(values) else 0.0
    return Difference(mean, bootstrap_mean(values, seed), p)


def paired_bootstrap(first: NDArray[Any], second: NDArray[Any], seed: int) -> Difference:
    """Whether the mean errors of two runs differ, by the bootstrap of each row's difference.

    Args:
        first: one run's errors, shape (rows,).
        second: the other one's of the same rows.
        seed: of the rows that are drawn.
    """
    values = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    mean = float(values.mean()) if len(values) else 0.0
    found = _resampled(values, seed)
    if found is None:
        return Difference(mean, None, None)
    interval, below, above = found
    return Difference(mean, interval, min(1.0, 2 * min(below, above)))


def _resampled(values: NDArray[Any], seed: int) -> tuple[Interval, float, float] | None:
    """The interval of a mean, and which share of the means of drawn rows is at most 0, and at
    least 0."""
    from scipy.stats import bootstrap, norm

    rows = np.asarray(values, dtype=np.float64)
    if len(rows) < 2 or not np.isfinite(rows).all():
        return None
    spread = float(rows.std(ddof=1))
    if len(rows) > _MANY_ROWS and spread:
        means = norm(float(rows.mean()), spread / np.sqrt(len(rows)))
        low, high = means.interval(_CONFIDENCE)
        return Interval(float(low), float(high)), float(means.cdf(0)), float(means.sf(0))
    found = bootstrap(
        (rows,),
        np.mean,
        n_resamples=_RESAMPLES,
        batch=max(1, _CELLS_AT_ONCE // len(rows)),
        confidence_level=_CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    interval = found.confidence_interval
    means = found.bootstrap_distribution
    # One more than was drawn: what never came in so many draws is rare, not impossible.
    below, above = ((1 + int(one.sum())) / (1 + len(means)) for one in (means <= 0, means >= 0))
    return Interval(float(interval.low), float(interval.high)), below, above
