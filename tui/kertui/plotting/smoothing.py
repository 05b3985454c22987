"""A curve's trend: an exponential moving average without the bias of its start."""

from __future__ import annotations

import math
from array import array


def weight_for(epochs: int) -> float:
    """How much the past weighs, by the planned epochs.

    An average lags behind by ``1 / (1 - weight)`` epochs: a hundredth of a long run, so that
    the trend does not part from its curve. A short run has few points to average.
    """
    return min(0.999, max(0.6, 1 - 100 / max(1, epochs)))


class Smoothed:
    """The average after each value, kept up with a column that grows at its end.

    ``m[t] = w m[t-1] + (1 - w) x[t]``, shown as ``m[t] / (1 - w**t)``: without the division
    the curve would begin at zero (Kingma and Ba, 2015, section 3). A value that is not finite
    is a gap and leaves the average as it was.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.values: array[float] = array("d")
        """As many as were taken."""

        self._mean = 0.0
        self._bias = 1.0

    def take(self, values: array[float]) -> None:
        """Take in what ``values`` has more than at the last call."""
        weight, mean, bias = self.weight, self._mean, self._bias
        append = self.values.append
        for value in values[len(self.values) :]:
            if math.isfinite(value):
                mean = weight * mean + (1 - weight) * value
                bias *= weight
                append(mean / (1 - bias))
            else:
                append(math.nan)
        self._mean, self._bias = mean, bias
