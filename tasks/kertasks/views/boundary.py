"""What a network says all over the plane of two features: its decision boundary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.describing import target_facts
from kertasks.data.splits import Split
from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.decision_boundary import (
    BoundaryMap,
    BoundaryRequest,
    Lines,
    UnitMap,
)
from kertasks.views.hidden_units import HiddenLayer, hidden_units, outputs_of_few
from kertasks.views.outputs import class_outputs, most_probable, probabilities_of
from kertasks.views.plane import Features, some_rows
from kertasks.views.split_choice import chosen_rows

MARGIN = 0.15
"""Of a feature's range that the picture shows beyond it, on both sides."""


def boundary(model: keras.Model, data: Dataset, request: BoundaryRequest) -> BoundaryMap:
    """Ask the network at the middle of every cell's two halves.

    Raises:
        DoesNotApply: a row is not one of two numbers or more, or there are no rows.
    """
    features = Features(data)
    if features.count < 2:
        raise DoesNotApply("a plane takes two features")
    if max(request.x, request.y) >= features.count or request.x == request.y:
        raise DoesNotApply(f"the plane is of two of the {features.count} features")
    rows, split = chosen_rows(data, request.rows)
    shown = some_rows(split)
    lines, unit_lines = 2 * request.cells, 2 * request.unit_cells
    parts = [_grid(features, request, request.columns, lines), shown.x]
    if request.units:
        parts.append(_grid(features, request, request.unit_columns, unit_lines))
    raw, hidden = outputs_of_few(model, np.concatenate(parts))
    cuts = np.cumsum([len(part) for part in parts])
    of_grid, of_points = raw[: cuts[0]], raw[cuts[0] : cuts[1]]
    classes: tuple[str, ...] = ()
    said: NDArray[np.int64] | None = None
    target: FeatureAxis | None = None
    points_class: tuple[int, ...] = ()
    points_wrong: tuple[bool, ...] = ()
    if data.class_names:
        outputs = class_outputs(model, data, shown, of_points)
        classes = outputs.names
        points_class = tuple(outputs.truth.tolist())
        points_wrong = tuple((outputs.truth != outputs.predicted).tolist())
        probabilities = probabilities_of(model, of_grid)
        values = probabilities[:, -1]
        if len(classes) > 2:
            said = most_probable(probabilities)
            values = np.take_along_axis(probabilities, said[:, None], axis=1)[:, 0]
    else:
        if raw.shape[1] != 1:
            raise DoesNotApply("a row has several targets")
        target, values = target_axis(data), data.target_in_own_unit(of_grid[:, 0])
    return BoundaryMap(
        rows,
        split.rows,
        x=_edges(features, request.x),
        y=_edges(features, request.y),
        others=features.count - 2,
        classes=classes,
        values=_lines(values, lines),
        said=() if said is None else tuple(map(tuple, said.reshape(lines, -1).tolist())),
        target=target,
        points_x=_own(features, shown, request.x),
        points_y=_own(features, shown, request.y),
        points_class=points_class,
        points_wrong=points_wrong,
        units=_units(
            request,
            hidden_units(model).layers,
            [given[cuts[1] :].reshape(unit_lines, -1, given.shape[1]) for given in hidden],
        )
        if request.units
        else (),
    )


def target_axis(data: Dataset) -> FeatureAxis:
    """A regression's target over the training rows, in its own unit."""
    facts = target_facts(data)
    if facts is None:
        raise DoesNotApply("the target is not a number")
    return FeatureAxis(facts.name, facts.unit, facts.minimum, facts.maximum)


def _edges(features: Features, feature: int) -> FeatureAxis:
    axis = features.axis(feature)
    beyond = MARGIN * (axis.high - axis.low)
    return FeatureAxis(axis.name, axis.unit, axis.low - beyond, axis.high + beyond)


def _own(features: Features, split: Split, feature: int) -> tuple[float, ...]:
    return features.own(split.x[:, feature], feature)


def _grid(features: Features, request: BoundaryRequest, columns: int, lines: int) -> NDArray[Any]:
    """A row for each place of the plane, line by line from the top."""
    across = features.places(request.x, columns, MARGIN)
    up = features.places(request.y, lines, MARGIN)[::-1]
    others = features.medians() if features.count > 2 else np.zeros(2)
    grid = np.tile(others, (columns * lines, 1))
    grid[:, request.x] = np.tile(across, lines)
    grid[:, request.y] = np.repeat(up, columns)
    return features.as_read(grid)


def _lines(values: NDArray[np.float64], lines: int) -> Lines:
    return tuple(map(tuple, values.reshape(lines, -1).tolist()))


def _units(
    request: BoundaryRequest, layers: Sequence[HiddenLayer], given: Sequence[NDArray[np.float64]]
) -> tuple[UnitMap, ...]:
    """The units that are asked for.

    Args:
        request: how many, from which one on.
        layers: the hidden layers.
        given: what each gives, shape (lines, columns, units).
    """
    counts = _shared_out(request.units, [one.shape[2] - request.first_unit for one in given])
    return tuple(
        UnitMap(layer.name, unit, layer.units, tuple(map(tuple, values[:, :, unit].tolist())))
        for layer, values, count in zip(layers, given, counts, strict=True)
        for unit in range(request.first_unit, request.first_unit + count)
    )


def _shared_out(units: int, there: Sequence[int]) -> list[int]:
    """How many units of each layer: as many of each as there are, as evenly as can be."""
    counts = [0] * len(there)
    while units and any(count < most for count, most in zip(counts, there, strict=True)):
        for layer, most in enumerate(there):
            if units and counts[layer] < most:
                counts[layer] += 1
                units -= 1
    return counts


VIEW = (BoundaryRequest, boundary)
