"""As many points as a plot has columns: the least and the greatest value of each.

Every spike stays. What arrives is looked at once: a run of 200,000 epochs costs no more a
frame than one of 200.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

from kertui.plotting.curves.lines import Point


class Buckets:
    """The values of the epochs from ``first`` to ``last``, thinned to ``count`` columns of equal
    width; with more columns than epochs each epoch has its own.

    Fed from a column of a run's history that grows at its end (``take``).
    """

    def __init__(self, first: int, last: int, count: int) -> None:
        self.first = first
        self.last = max(first, last)
        self.count = max(1, count)
        self.low = math.inf
        """The least finite value."""

        self.high = -math.inf
        self.low_positive = math.inf
        """The least value above zero, for a logarithmic axis."""

        self._span = max(1, self.last - self.first)
        self._whole = self._span >= self.count
        self._columns = min(self.count, self.last - self.first + 1)
        empty = array("d", [math.nan]) * self._columns
        self._least, self._greatest = empty, empty[:]
        self._least_at = array("q", [0]) * self._columns
        self._greatest_at = self._least_at[:]
        self._reached = array("b", [0]) * self._columns
        self._taken = 0

    def take(self, values: array[float], offset: int = 1) -> int:
        """Take in what ``values`` has more than at the last call; returns how many that were.

        Args:
            values: ``values[i]`` belongs to epoch ``i + offset``. The same growing array at
                each call.
            offset: the epoch of ``values[0]``.
        """
        at = max(self._taken, self.first - offset)
        end = min(len(values), self.last - offset + 1)
        taken = max(0, end - at)
        while at < end:
            column = self._column(at + offset)
            stop = min(end, self._start(column + 1) - offset)
            self._add(column, values, at, stop, offset)
            at = stop
        self._taken = max(self._taken, len(values))
        return taken

    def points(self) -> Iterator[Point]:
        """At most two points a column in the order of their epochs; NaN where there is a gap."""
        for column in range(self._columns):
            if not self._reached[column]:
                continue
            least, greatest = self._least[column], self._greatest[column]
            a, b = self._least_at[column], self._greatest_at[column]
            if least != least:
                yield float(self._start(column)), math.nan
            elif a == b:
                yield float(a), least
            else:
                yield from sorted(((float(a), least), (float(b), greatest)))

    def _column(self, epoch: int) -> int:
        if not self._whole:
            return epoch - self.first
        steps = self.count - 1
        return (2 * (epoch - self.first) * steps + self._span) // (2 * self._span)

    def _start(self, column: int) -> int:
        """The first epoch of a column."""
        if not self._whole:
            return self.first + column
        if column <= 0 or self.count == 1:
            return self.first if column <= 0 else self.last + 1
        steps = 2 * (self.count - 1)
        return self.first + -((self._span - 2 * self._span * column) // steps)

    def _add(self, column: int, values: array[float], at: int, stop: int, offset: int) -> None:
        self._reached[column] = 1
        part = values[at:stop]
        # A sum is finite only if every term is, and costs a fraction of asking each.
        if not math.isfinite(sum(part)):
            finite = [value for value in part if math.isfinite(value)]
        else:
            finite = part  # type: ignore[assignment]  # an array serves as the list it would be
        if not len(finite):
            return
        low, high = min(finite), max(finite)
        if not low >= self._least[column]:
            self._least[column] = low
            self._least_at[column] = at + part.index(low) + offset
            self.low = min(self.low, low)
        if not high <= self._greatest[column]:
            self._greatest[column] = high
            self._greatest_at[column] = at + part.index(high) + offset
            self.high = max(self.high, high)
        if low > 0:
            self.low_positive = min(self.low_positive, low)
        elif high > 0:
            self.low_positive = min(self.low_positive, *(v for v in finite if v > 0))
