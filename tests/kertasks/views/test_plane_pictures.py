"""The pictures of networks of one feature and of several against their forward pass in NumPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.datasets import dataset

from kertasks.data.dataset import Dataset
from kertasks.data.splits import FeatureScale, Split, TargetScale
from kertasks.kinds import TaskKind
from kertasks.runs.looking.view import (
    DoesNotApply,
    Look,
    Rows,
    decode_look,
    decode_request,
    encode_look,
)
from kertasks.runs.views.decision_boundary import BoundaryMap, BoundaryRequest
from kertasks.runs.views.fitted_curve import CurveRequest, FittedCurve
from kertasks.views.table import look

RANDOM = np.random.default_rng(5)
KERNEL, BIAS = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4)
LAST = {outputs: RANDOM.normal(size=(4, outputs)) for outputs in (1, 3)}


def network(features: int, outputs: int = 1, activation: str | None = "sigmoid") -> keras.Model:
    """Four tanh units, then the outputs."""
    row = keras.Input((features,))
    hidden = keras.layers.Dense(4, "tanh", name="bends")
    last = keras.layers.Dense(outputs, activation, name="says")
    model = keras.Model(row, last(keras.layers.Dropout(0.5)(hidden(row))))
    hidden.set_weights([KERNEL[:features], BIAS])
    last.set_weights([LAST[outputs], np.zeros(outputs)])
    model.compile(loss="mse")
    return model


def hidden_by_hand(x: NDArray[Any]) -> NDArray[Any]:
    hidden: NDArray[Any] = np.tanh(x @ KERNEL[: x.shape[1]] + BIAS)
    return hidden


def sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-x)))


def points(features: int, rows: int = 9) -> NDArray[Any]:
    return RANDOM.uniform(-1, 2, (rows, features)).astype(np.float32)


def grid(x: NDArray[Any], across: int, up: int, columns: int, lines: int) -> NDArray[Any]:
    """Where the picture's values are, worked out another way: by lines, and not at once."""
    low, high = x.min(axis=0), x.max(axis=0)
    low, high = low - 0.15 * (high - low), high + 0.15 * (high - low)
    found = []
    for line in range(lines):
        for column in range(columns):
            row = np.median(x, axis=0)
            row[across] = low[across] + (high - low)[across] * (column + 0.5) / columns
            row[up] = high[up] - (high - low)[up] * (line + 0.5) / lines
            found.append(row)
    return np.array(found)


def boundary(model: keras.Model, data: Dataset, **wanted: Any) -> BoundaryMap:
    request = BoundaryRequest(columns=5, cells=2, **wanted)
    found = look(model, data, request)
    sent = decode_look(encode_look(Look(request, 3, 0, found)))
    assert sent.record == found
    assert isinstance(found, BoundaryMap)
    return found


def test_two_classes_all_over_the_plane() -> None:
    x = points(2)
    labels = np.arange(9) % 2
    model, data = network(2), dataset(x, labels, 2)
    found = boundary(model, data, units=2, unit_columns=3, unit_cells=1, first_unit=1)
    wanted = sigmoid(hidden_by_hand(grid(x, 0, 1, 5, 4)) @ LAST[1])[:, 0]
    assert np.array(found.values) == pytest.approx(wanted.reshape(4, 5), abs=1e-5)
    assert (found.rows, found.row_count, found.others) == (Rows.TRAIN, 9, 0)
    assert (found.x.name, found.y.name, found.classes) == ("x[0]", "x[1]", ("0", "1"))
    low, high = x[:, 0].min(), x[:, 0].max()
    assert (found.x.low, found.x.high) == pytest.approx(
        (low - 0.15 * (high - low), high + 0.15 * (high - low)), rel=1e-5
    )
    said = sigmoid(hidden_by_hand(x) @ LAST[1])[:, 0] > 0.5
    assert found.points_x == pytest.approx(x[:, 0])
    assert found.points_class == tuple(labels)
    assert found.points_wrong == tuple(said != labels)
    hidden = hidden_by_hand(grid(x, 0, 1, 3, 2))
    assert [(unit.layer, unit.unit, unit.of) for unit in found.units] == [
        ("bends", 1, 4),
        ("bends", 2, 4),
    ]
    for unit in found.units:
        assert np.array(unit.values) == pytest.approx(hidden[:, unit.unit].reshape(2, 3), abs=1e-5)


def test_two_of_three_features_and_the_other_at_its_median() -> None:
    x = points(3)
    found = boundary(network(3), dataset(x, np.arange(9) % 2, 2), x=2, y=0)
    wanted = sigmoid(hidden_by_hand(grid(x, 2, 0, 5, 4)) @ LAST[1])[:, 0]
    assert np.array(found.values) == pytest.approx(wanted.reshape(4, 5), abs=1e-5)
    assert (found.x.name, found.y.name, found.others) == ("x[2]", "x[0]", 1)
    assert found.units == ()


def test_of_more_classes_the_one_that_is_said_and_how_sure() -> None:
    x = points(2)
    found = boundary(network(2, 3, "softmax"), dataset(x, np.arange(9) % 3, 3))
    scores = np.exp(hidden_by_hand(grid(x, 0, 1, 5, 4)) @ LAST[3])
    shares = scores / scores.sum(axis=1, keepdims=True)
    assert np.array(found.said).reshape(-1).tolist() == shares.argmax(axis=1).tolist()
    assert np.array(found.values) == pytest.approx(shares.max(axis=1).reshape(4, 5), abs=1e-5)


def in_own_units(x: NDArray[Any], y: NDArray[Any]) -> Dataset:
    return replace(
        dataset(x, y, 0),
        kind=TaskKind.REGRESSION,
        feature_names=("width", "height")[: x.shape[1]],
        feature_units=("m", "cm")[: x.shape[1]],
        feature_scale=FeatureScale(np.array([10.0, 20.0]), np.array([2.0, 4.0])),
        target_name="price",
        target_scale=TargetScale(100.0, 50.0),
        unit="$",
    )


def test_a_regression_is_in_its_own_units() -> None:
    x = points(2)
    y = np.linspace(-1, 1, 9).astype(np.float32)
    found = boundary(network(2, activation=None), in_own_units(x, y))
    wanted = 100 + 50 * (hidden_by_hand(grid(x, 0, 1, 5, 4)) @ LAST[1])[:, 0]
    assert np.array(found.values) == pytest.approx(wanted.reshape(4, 5), abs=1e-3)
    assert found.points_x == pytest.approx(10 + 2 * x[:, 0])
    assert (found.x.name, found.x.unit, found.y.unit) == ("width", "m", "cm")
    low, high = 20 + 4 * x[:, 1].min(), 20 + 4 * x[:, 1].max()
    assert found.y.low == pytest.approx(low - 0.15 * (high - low), rel=1e-5)
    assert found.target is not None
    assert (found.target.name, found.target.unit) == ("price", "$")
    assert (found.target.low, found.target.high) == pytest.approx((50, 150))
    assert (found.classes, found.points_class) == ((), ())


def test_of_many_rows_some_are_shown_evenly_spaced_and_none_that_is_not_finite() -> None:
    x = points(2, 1_000)
    x[0, 0] = np.nan
    found = boundary(network(2), dataset(x, np.arange(1_000) % 2, 2))
    places = np.linspace(0, 999, 300).round().astype(int)[1:]
    assert found.points_x == pytest.approx(x[places, 0])
    assert found.row_count == 1_000


def test_whole_numbers_are_asked_for_at_whole_numbers() -> None:
    x = np.array([[0, 250], [4, 255]], np.uint8)
    layers = [keras.Input((2,), dtype="uint8"), keras.layers.Rescaling(1.0)]
    data = replace(dataset(x, np.array([0.0, 1.0]), 0), train=Split(x, np.array([0.0, 1.0])))
    with pytest.raises(DoesNotApply, match="several targets"):
        look(keras.Sequential(layers), data, BoundaryRequest())
    adds = keras.Sequential([*layers, keras.layers.Dense(1, kernel_initializer="ones")])
    values = np.array(boundary(adds, data).values)
    assert values.min() == 250
    assert values.max() == 4 + 255  # and beyond it nothing that goes round to 0


def test_a_curve_goes_on_beyond_the_rows_on_both_sides() -> None:
    x = np.linspace(-2, 2, 11, dtype=np.float32)[:, None]
    data = in_own_units(x, x[:, 0])
    found = look(network(1, activation=None), data, CurveRequest(places=30))
    assert isinstance(found, FittedCurve)
    at = np.array([-6 + 12 * (place + 0.5) / 30 for place in range(30)])
    assert found.at == pytest.approx(10 + 2 * at)
    wanted = 100 + 50 * (hidden_by_hand(at[:, None]) @ LAST[1])[:, 0]
    assert list(found.curves) == [pytest.approx(wanted, abs=1e-3)]
    assert (found.x.low, found.x.high) == pytest.approx((6, 14))
    assert found.points_x == pytest.approx(10 + 2 * x[:, 0])
    assert found.points_y == pytest.approx(100 + 50 * x[:, 0])
    assert (found.y.name, found.y.unit, found.classes) == ("price", "$", ())


def test_the_curve_of_two_classes_is_the_probability_of_the_second() -> None:
    x = points(1)
    found = look(network(1), dataset(x, np.arange(9) % 2, 2), CurveRequest(places=2))
    assert isinstance(found, FittedCurve)
    wanted = sigmoid(hidden_by_hand(np.array(found.at)[:, None]) @ LAST[1])
    assert list(found.curves) == [pytest.approx(wanted[:, 0], abs=1e-5)]
    assert found.points_y == tuple(np.arange(9.0) % 2)
    more = look(network(1, 3, "softmax"), dataset(x, np.arange(9) % 3, 3), CurveRequest(places=2))
    assert isinstance(more, FittedCurve)
    assert [len(curve) for curve in more.curves] == [2, 2, 2]
    assert (more.classes, more.points_y) == (("0", "1", "2"), ())


@pytest.mark.parametrize(
    ("features", "wanted", "why"),
    [
        (1, BoundaryRequest(), "a plane takes two features"),
        (2, BoundaryRequest(x=1, y=1), "two of the 2 features"),
        (2, BoundaryRequest(y=2), "two of the 2 features"),
        (2, CurveRequest(), "a curve is of one feature, not of 2"),
    ],
)
def test_what_there_is_no_picture_of(features: int, wanted: Any, why: str) -> None:
    with pytest.raises(DoesNotApply, match=why):
        look(network(features), dataset(points(features), np.arange(9) % 2, 2), wanted)


def test_words_and_pictures_are_no_table() -> None:
    pictures = dataset(np.zeros((3, 4, 4, 1), np.float32), np.arange(3), 3)
    for wanted in (BoundaryRequest(), CurveRequest()):
        with pytest.raises(DoesNotApply, match="not one of a few numbers"):
            look(network(2), pictures, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        {"view": "boundary", "columns": 401},
        {"view": "boundary", "cells": 0},
        {"view": "boundary", "units": 65},
        {"view": "boundary", "x": -1},
        {"view": "boundary", "unit_columns": 1_000},
        {"view": "curve", "places": 2_001},
        {"view": "saliency", "pixels": 100_000},
        {"view": "saliency", "row": -1},
    ],
)
def test_a_request_that_would_cost_too_much_is_none(wanted: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Expected `int`"):
        decode_request(msgspec.msgpack.encode(wanted))
    decode_request(msgspec.msgpack.encode({"view": wanted["view"]}))


def test_a_network_with_a_call_of_its_own_has_no_units_to_show() -> None:
    class Own(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.last = keras.layers.Dense(1, "sigmoid")

        def call(self, x: Any) -> Any:
            return self.last(x)

    model = Own()
    x = points(2)
    model(x)
    model.last.set_weights([KERNEL[:2, :1], np.zeros(1)])
    found = boundary(model, dataset(x, np.arange(9) % 2, 2), units=3)
    wanted = sigmoid(grid(x, 0, 1, 5, 4) @ KERNEL[:2, :1])[:, 0]
    assert np.array(found.values) == pytest.approx(wanted.reshape(4, 5), abs=1e-5)
    assert found.units == ()
