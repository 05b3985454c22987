"""What a network of one feature says, over its training rows and as far again on both sides."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.looking.view import ViewRecord, ViewRequest


class CurveRequest(ViewRequest, frozen=True, tag="curve"):
    """Asks for the curve at so many places."""

    places: Annotated[int, Meta(ge=2, le=2_000)] = 120


class FittedCurve(ViewRecord, frozen=True, tag="curve"):
    """Says what the network makes of the only feature."""

    x: FeatureAxis
    """Its range over the training rows."""

    y: FeatureAxis
    """The target's; of classes a probability, from 0 to 1."""

    at: tuple[float, ...]
    """Places in the feature's own unit, from the least to the greatest."""

    curves: tuple[tuple[float, ...], ...]
    """What is said there: a regression's value, the probability of the second of two classes, or
    one of each of more."""

    classes: tuple[str, ...] = ()
    """What the curves are of; empty for a regression."""

    points_x: tuple[float, ...] = ()
    """Some of the rows, evenly sampled."""

    points_y: tuple[float, ...] = ()
    """Their targets; 1 for a row of the second of two classes, 0 for one of the first."""

    def __post_init__(self) -> None:
        super().__post_init__()
        lengths = {len(self.at), *map(len, self.curves)}
        if len(lengths) > 1 or len(self.points_x) != len(self.points_y):
            raise ValueError("the parts of a curve are not as long as each other")
