"""A mean over runs as it is drawn: thinned to the columns there are, with the band about it."""

from __future__ import annotations

import math

from kertasks.groups.cross_validation.mean_curve import MeanCurve
from kertui.plotting.curves.lines import Point
from kertui.plotting.curves.thinning import Buckets


def points_of(mean: MeanCurve, last: int, places: int) -> tuple[Point, ...]:
    """The mean, thinned.

    Args:
        mean: by epoch.
        last: the epoch at the right edge; the left one is 1.
        places: from left to right.
    """
    if not mean.epochs:
        return ()
    buckets = Buckets(1, last, places)
    buckets.take(mean.means, mean.epochs[0])
    return tuple(buckets.points())


def band_of(mean: MeanCurve, places: int) -> tuple[tuple[float, float, float], ...]:
    """The area of one standard deviation about the mean: epoch, lower and upper edge, each the
    average over the epochs that share a place.

    Args:
        mean: by epoch.
        places: at most.
    """
    step = max(1, math.ceil(len(mean.epochs) / places))
    band = []
    for at in range(0, len(mean.epochs), step):
        epochs, means = mean.epochs[at : at + step], mean.means[at : at + step]
        middle, sd = sum(means) / len(means), sum(mean.sds[at : at + step]) / len(means)
        band.append(((epochs[0] + epochs[-1]) / 2, middle - sd, middle + sd))
    return tuple(band)
