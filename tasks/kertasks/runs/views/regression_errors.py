"""By how much a regression's network is wrong, in the target's own unit."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest

LARGEST = 1e300
"""Of numbers that are shown: what is between two of them must be finite too."""


class ErrorsRequest(ViewRequest, frozen=True, tag="errors"):
    """Asks what is said of rows that have a number as their target."""

    bins: Annotated[int, Meta(ge=1, le=500)] = 40
    """Of the histogram of errors."""

    most_points: Annotated[int, Meta(ge=1, le=5_000)] = 1_000
    """Rows of which both numbers are told; more rows are drawn from by chance."""


class RegressionErrors(ViewRecord, frozen=True, tag="errors"):
    """Says what the network says, and by how much it is wrong. An error is what is said less what
    is true. Figures are NaN where an output is not finite; such rows are in no picture."""

    target: str
    """The target's name."""

    unit: str
    """The target's own unit, of all numbers here but ``r2``; empty for a pure number."""

    mae: float
    """Mean absolute error."""

    rmse: float
    """Root of the mean squared error."""

    r2: float
    """Share of the targets' variance that is told; NaN where they do not vary."""

    truth: tuple[float, ...]
    """Of some rows, what is true."""

    predicted: tuple[float, ...]
    """Of the same rows, what the network says."""

    error_low: float
    """Where the histogram begins: at the least error, or below it where all are the same."""

    error_high: float
    """Where it ends."""

    error_rows: tuple[Index, ...]
    """Rows by their error, in as many bins of the same width as were asked for."""

    not_finite: Index = 0
    """Rows of which the output, or the target, is not finite."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.truth) != len(self.predicted) or not self.error_rows:
            raise ValueError("not as many numbers are true as are predicted, or no bin is there")
        numbers = (*self.truth, *self.predicted, self.error_low, self.error_high)
        if not all(abs(number) <= LARGEST for number in numbers):
            raise ValueError("a number that is shown is not finite")
        if self.error_low >= self.error_high:
            raise ValueError("the histogram has no width")
