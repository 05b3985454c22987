"""What a network says all over the plane of two features, and what each hidden unit does there."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest
from kertasks.text.plain_text import one_line

Lines = tuple[tuple[float, ...], ...]
"""Values over the plane: lines from the top, each from the left."""


class BoundaryRequest(ViewRequest, frozen=True, tag="boundary"):
    """Asks for a picture of so many cells, in each of which two values are one over the other."""

    x: Annotated[int, Meta(ge=0, le=9_999)] = 0
    """Which feature goes across."""

    y: Annotated[int, Meta(ge=0, le=9_999)] = 1
    """Which one goes up."""

    columns: Annotated[int, Meta(ge=1, le=400)] = 60
    cells: Annotated[int, Meta(ge=1, le=150)] = 20
    """How many are one over the other; there are twice as many lines of values."""

    units: Annotated[int, Meta(ge=0, le=64)] = 0
    """How many units of hidden layers, shared out among the layers."""

    first_unit: Annotated[int, Meta(ge=0, le=9_999)] = 0
    """The first one of each layer."""

    unit_columns: Annotated[int, Meta(ge=1, le=40)] = 10
    unit_cells: Annotated[int, Meta(ge=1, le=20)] = 4


class UnitMap(msgspec.Struct, frozen=True):
    """What one unit of a hidden layer gives all over the plane."""

    layer: str
    unit: Index
    """From 0."""

    of: Index
    """How many units the layer has."""

    values: Lines

    def __post_init__(self) -> None:
        force_setattr(self, "layer", one_line(self.layer))
        _require_even(self.values)


class BoundaryMap(ViewRecord, frozen=True, tag="boundary"):
    """Says what the network makes of every place of the plane of two features; features beside
    these two have their median."""

    x: FeatureAxis
    """From the left edge of the picture to the right one."""

    y: FeatureAxis
    """From its lower edge to the upper one."""

    others: Index
    """How many features have their median."""

    classes: tuple[str, ...]
    """Empty for a regression."""

    values: Lines
    """The probability of the second of two classes; of the class that is said, of more; a
    regression's value in its own unit."""

    said: tuple[tuple[Index, ...], ...] = ()
    """Which class is said at each place, of more than two."""

    target: FeatureAxis | None = None
    """A regression's target, over the training rows."""

    points_x: tuple[float, ...] = ()
    """Some of the rows, evenly sampled."""

    points_y: tuple[float, ...] = ()
    points_class: tuple[int, ...] = ()
    """The true class of each, -1 for none of them; empty for a regression."""

    points_wrong: tuple[bool, ...] = ()
    """Whether the network says another one."""

    units: tuple[UnitMap, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_even(self.values)
        points = {len(self.points_x), len(self.points_y)}
        if self.classes:
            points |= {len(self.points_class), len(self.points_wrong)}
        shapes = [
            [len(line) for line in lines] for lines in (self.values, self.said or self.values)
        ]
        if self.target is None and not self.classes:
            raise ValueError("a picture is of classes or of a target")
        if len(points) > 1 or shapes[0] != shapes[1]:
            raise ValueError("the parts of a picture are not as long as each other")


def _require_even(lines: Lines) -> None:
    if len({len(line) for line in lines}) > 1:
        raise ValueError("the lines of a picture are not as long as each other")
