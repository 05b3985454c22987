"""``kertasks.try_fix``: real trainings without and with a fix, of a fraction of a second."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from msgspec.structs import replace

import kertasks
from kertasks.advice.fixes.model_trials import FixTrial, NothingToTry

pytestmark = pytest.mark.training

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 3)).astype("float32")
CLASSES = (X[:, 0] > -0.5).astype(int) + (X[:, 0] > 0.5)


def compiled(*own: keras.layers.Layer, **settings: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), *own])
    model.compile(**{"optimizer": keras.optimizers.Adam(0.03), **settings})
    return model


def tried(model: keras.Model, x: Any, y: Any, code: str, **fit: Any) -> FixTrial:
    given = {"epochs": 20, "batch_size": 30, **fit}
    finding = next(one for one in kertasks.check(model, x, y, **given) if one.code == code)
    return kertasks.try_fix(model, x, y, finding, seconds=20, **given)


def test_a_fix_of_the_output_is_trained_beside_what_was_there() -> None:
    model = compiled(layers.Dense(1, activation="softmax"), loss="binary_crossentropy")
    weights = model.get_weights()
    y = (X[:, 0] > 0).astype("float32")
    found = tried(model, X, y, "softmax-on-one-unit", validation_split=0.2)
    assert found.tried.helps
    assert (found.tried.metric, found.tried.rows) == ("accuracy", "validation")
    assert found.tried.patch == ("layers.0.activation=sigmoid",)
    assert np.ptp(found.before.predict(X)) == 0
    assert ((found.after.predict(X)[:, 0] > 0.5) == y).mean() > 0.9
    assert min(found.before.steps, found.after.steps) > 0
    assert all(map(np.array_equal, weights, model.get_weights()))
    assert model.optimizer.iterations == 0


def test_answers_are_in_the_unit_that_targets_are_given_in() -> None:
    y = 50_000 + 9_000 * X[:, 0]
    model = compiled(layers.Dense(8, activation="relu"), layers.Dense(1), loss="mse")
    found = tried(model, X, y, "unscaled-target")
    assert found.tried.metric == "R²"
    assert found.tried.before[0] < -10
    said = found.after.predict(X)
    assert said.shape == (300, 1)
    assert np.corrcoef(said[:, 0], y)[0, 1] > 0.95
    assert 40_000 < said.mean() < 60_000


def test_a_fix_that_another_fault_hides_is_tried_with_the_fix_of_that() -> None:
    model = compiled(
        layers.Dense(1, activation="sigmoid"),
        loss="mae",
        optimizer=keras.optimizers.SGD(0.0001),
    )
    y = (X[:, 0] > 0).astype("float32")
    found = tried(model, X, y, "error-of-numbers-for-classes", epochs=40)
    assert "compile.loss=binary_crossentropy" in found.tried.patch
    assert any("learning_rate" in change for change in found.tried.patch)
    assert found.tried.helps


def test_class_numbers_for_which_there_are_no_units_get_a_column_each() -> None:
    model = compiled(layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy")
    found = tried(model, X, CLASSES + 1, "check-labels")
    assert found.before.predict(X).shape == (300, 1)
    said = found.after.predict(X)
    assert said.shape == (300, 4)
    assert (said.argmax(axis=1) == CLASSES + 1).mean() > 0.8


def test_divided_class_numbers_are_learned_as_classes() -> None:
    model = compiled(layers.Dense(3, activation="softmax"), loss="sparse_categorical_crossentropy")
    found = tried(model, X, CLASSES / 2, "divided-class-numbers")
    assert (found.after.predict(X).argmax(axis=1) == CLASSES).mean() > 0.8
    assert found.tried.after[0] == pytest.approx(
        (found.after.predict(X).argmax(axis=1) == CLASSES).mean()
    )
    assert found.tried.helps


def test_a_patch_that_the_model_cannot_have_has_no_number() -> None:
    model = compiled(layers.Dense(1, activation="softmax"), loss="binary_crossentropy")
    y = (X[:, 0] > 0).astype("float32")
    finding = replace(
        kertasks.check(model, X, y)[0],
        patch=("layers.0+={ class = 'Reshape', target_shape = [7] }",),
    )
    found = kertasks.try_fix(model, X, y, finding, seconds=20)
    assert "cannot be built anew" in found.after.failed
    assert np.isnan(found.tried.after[0])
    assert found.after.predict(X).shape == (300, 1)


def test_no_generator_is_moved() -> None:
    model = compiled(layers.Dense(1, activation="softmax"), loss="binary_crossentropy")
    keras.utils.set_random_seed(7)
    expected = np.random.rand(), keras.random.uniform(()), layers.Dropout(0.1).seed_generator.state
    keras.utils.set_random_seed(7)
    tried(model, X, (X[:, 0] > 0).astype("float32"), "softmax-on-one-unit", epochs=1)
    found = np.random.rand(), keras.random.uniform(()), layers.Dropout(0.1).seed_generator.state
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)


def test_a_finding_without_a_patch_cannot_be_tried() -> None:
    model = compiled(layers.Dense(1, activation="softmax"), loss="binary_crossentropy")
    y = (X[:, 0] > 0).astype("float32")
    finding = replace(kertasks.check(model, X, y)[0], patch=())
    with pytest.raises(NothingToTry, match="has no patch to try"):
        kertasks.try_fix(model, X, y, finding)
