"""What a network of one feature says, within the training rows' range and beyond it."""

from __future__ import annotations

import keras
import numpy as np

from kertasks.data.dataset import Dataset
from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.fitted_curve import CurveRequest, FittedCurve
from kertasks.views.boundary import target_axis
from kertasks.views.hidden_units import outputs_of_few
from kertasks.views.outputs import class_outputs, probabilities_of
from kertasks.views.plane import Features, some_rows
from kertasks.views.split_choice import chosen_rows

_BEYOND = 1.0
"""How far the curve goes on beyond the training rows on each side, in lengths of their range."""

_MOST_CURVES = 8


def curve(model: keras.Model, data: Dataset, request: CurveRequest) -> FittedCurve:
    """Ask the network all along its only feature.

    Raises:
        DoesNotApply: a row is not one number, or there are no rows.
    """
    features = Features(data)
    if features.count != 1:
        raise DoesNotApply(f"a curve is of one feature, not of {features.count}")
    rows, split = chosen_rows(data, request.rows)
    shown = some_rows(split)
    at = features.places(0, request.places, _BEYOND)
    raw, _ = outputs_of_few(model, np.concatenate([features.as_read(at[:, None]), shown.x]))
    raw, of_points = raw[: len(at)], raw[len(at) :]
    classes: tuple[str, ...] = ()
    points: tuple[float, ...] = ()
    if data.class_names:
        outputs = class_outputs(model, data, shown, of_points)
        probabilities = probabilities_of(model, raw)
        several = probabilities.shape[1] > 2
        said = probabilities[:, :_MOST_CURVES] if several else probabilities[:, 1:]
        classes = outputs.names[:_MOST_CURVES]
        y = FeatureAxis("P" if several else f"P({classes[1]})", None, 0.0, 1.0)
        if not several:
            points = tuple(map(float, outputs.truth))
    else:
        if raw.shape[1] != 1:
            raise DoesNotApply("a row has several targets")
        said, y = data.target_in_own_unit(raw), target_axis(data)
        points = tuple(data.target_in_own_unit(shown.y).reshape(-1).astype(float).tolist())
    return FittedCurve(
        rows,
        split.rows,
        x=features.axis(0),
        y=y,
        at=features.own(at, 0),
        curves=tuple(map(tuple, np.asarray(said).T.tolist())),
        classes=classes,
        points_x=features.own(shown.x[:, 0], 0) if points else (),
        points_y=points,
    )


VIEW = (CurveRequest, curve)
