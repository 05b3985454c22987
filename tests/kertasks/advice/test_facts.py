"""The facts that rules look at, against NumPy and Keras; and that nothing of a model changes."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

import kertasks
from kertasks.advice.checking import NothingToCheck, gather, how_to_train, with_learning
from kertasks.advice.data_reading import (
    input_facts,
    shared_rows,
    target_facts,
    unmatched_share,
    with_simple_scores,
)
from kertasks.advice.facts import Facts, LayerKind, TargetKind
from kertasks.runs.advice.finding import Finding

pytestmark = pytest.mark.training

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")[:, None]


def network(*layers: keras.layers.Layer, columns: int = 3, **compiled: Any) -> keras.Model:
    model = keras.Sequential([keras.Input((columns,)), *layers])
    settings = {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]}
    model.compile(**{**settings, **compiled})
    return model


def small(**compiled: Any) -> keras.Model:
    keras.utils.set_random_seed(3)
    layers = keras.layers
    return network(
        layers.Dense(8, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.2),
        layers.Dense(1, activation="sigmoid"),
        **compiled,
    )


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


def test_features_are_measured_as_numpy_measures_them() -> None:
    x = X * [1, 500, 1] + [0, 0, 70]
    found = input_facts(x)
    spreads, means = x.std(axis=0), np.abs(x.mean(axis=0))
    assert found.most == pytest.approx(np.abs(x).max())
    assert found.spread_ratio == pytest.approx(spreads.max() / spreads.min())
    assert found.offset == pytest.approx(np.median(means / spreads))
    assert (found.distinct_rows, found.constant, found.whole) == (200, False, False)
    assert input_facts(np.ones((5, 2))).constant
    assert input_facts(np.repeat([[0, 1], [1, 0]], 4, axis=0)).distinct_rows == 2
    assert input_facts(np.c_[X, np.ones(200)]).constant_columns == 1


@pytest.mark.parametrize(
    ("y", "of_classes", "kind", "classes"),
    [
        ([0, 1, 1, 0], False, TargetKind.CLASSES, 2),
        ([1, 2, 3, 1, 2, 3], True, TargetKind.CLASSES, 3),
        ([1, 2, 3, 1, 2, 3], False, TargetKind.NUMBERS, 0),
        (np.eye(3)[[0, 1, 2, 1]], True, TargetKind.ONE_HOT, 3),
        ([[1, 1], [0, 0], [0, 1]], True, TargetKind.MULTI_HOT, 0),
        ([0.5, 1.5, 2.0], True, TargetKind.NUMBERS, 0),
        (np.zeros((4, 5, 1)), True, TargetKind.CLASSES, 1),
    ],
)
def test_targets_are_what_they_look_like(
    y: Any, of_classes: bool, kind: TargetKind, classes: int
) -> None:
    found = target_facts(np.asarray(y), class_numbers=of_classes)
    assert (found.kind, found.classes) == (kind, classes)


def test_divided_class_numbers_are_told_from_numbers() -> None:
    assert target_facts(np.arange(40) % 5 / 4, class_numbers=True).divided == 4
    assert target_facts(np.linspace(0, 1, 40), class_numbers=True).divided == 0


def test_rows_held_out_are_looked_for_among_those_trained_on() -> None:
    assert shared_rows(X[:150], X[100:]) == 50
    assert shared_rows(X[:150], X[150:].astype("float64")) == 0
    assert unmatched_share(np.array([0, 0, 1, 2]), np.array([0, 1])) == 0.25
    assert unmatched_share(np.array([0, 1]), np.array([0, 1, 2, 2])) == 0.5


def test_what_a_line_explains_and_what_bends_explains() -> None:
    x = np.linspace(-3, 3, 60)[:, None]
    line = with_simple_scores(x, 2 * x[:, 0], target_facts(2 * x[:, 0], class_numbers=False))
    curve = with_simple_scores(x, x[:, 0] ** 2, target_facts(x[:, 0] ** 2, class_numbers=False))
    assert line.linear_score is not None
    assert line.linear_score > 0.99
    assert curve.linear_score is not None
    assert curve.curved_score is not None
    assert curve.linear_score < 0.1
    assert curve.curved_score > 0.9


def test_layers_are_read_as_what_they_do() -> None:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Rescaling(0.1),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(axis=1, momentum=0.9),
            layers.Activation("relu"),
            layers.MaxPooling2D(),
            layers.Reshape((4, 4)),
            layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
            layers.LeakyReLU(),
            layers.Flatten(),
            layers.Dropout(0.25),
            layers.Dense(3, kernel_initializer="ones"),
            layers.Softmax(),
        ]
    )
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=1.0)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["acc", keras.metrics.AUC(name="area")])
    found = gather(model, np.ones((9, 6, 6, 3), "float32"), np.eye(3)[np.arange(9) % 3])
    kinds = [layer.kind for layer in found.layers]
    assert kinds == [
        LayerKind.PREPROCESSING, LayerKind.CONVOLUTION, LayerKind.NORMALIZATION,
        LayerKind.ACTIVATION, LayerKind.POOLING, LayerKind.RESHAPING, LayerKind.RECURRENT,
        LayerKind.DENSE, LayerKind.ACTIVATION, LayerKind.RESHAPING, LayerKind.DROPOUT,
        LayerKind.DENSE, LayerKind.ACTIVATION,
    ]  # fmt: skip
    assert [layer.activation for _, layer in found.weighted] == [
        "relu", "tanh", "leaky_relu", "softmax",
    ]  # fmt: skip
    convolution, normalization, last = found.layers[1], found.layers[2], found.layers[11]
    assert (convolution.units, convolution.parameters) == (4, 112)
    assert (normalization.axis, normalization.momentum) == (1, 0.9)
    assert last.constant_weights
    assert found.layers[10].rate == 0.25
    assert found.sequential
    compiled = found.compiled
    assert (compiled.loss, compiled.from_logits) == ("CategoricalCrossentropy", True)
    assert (compiled.optimizer, compiled.momentum, compiled.clips) == ("SGD", 0.9, True)
    assert compiled.learning_rate == pytest.approx(0.1)
    assert compiled.metrics == ("acc", "area")


def facts_of(model: keras.Model, x: NDArray[Any] = X, y: NDArray[Any] = Y, **fit: Any) -> Facts:
    found = gather(model, x, y, **fit)
    assert found.start is not None
    return found


def test_the_first_batch_is_what_keras_computes() -> None:
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1, activation="sigmoid")]
    model = network(*layers, optimizer=keras.optimizers.Adam(0.001))
    found = facts_of(model, epochs=5, batch_size=50)
    assert found.start is not None
    assert found.start.loss == pytest.approx(model.evaluate(X, Y, verbose=0)[0], rel=1e-5)
    share = float(Y.mean())
    chance = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert found.start.chance_loss == pytest.approx(chance)
    with tf.GradientTape() as tape:
        loss = keras.ops.mean(keras.losses.binary_crossentropy(Y, model(X)))
    gradients = tape.gradient(loss, model.trainable_variables)
    size = sum(float(tf.reduce_sum(tf.abs(each))) for each in gradients)
    assert found.fit.steps == 20
    assert found.start.reach == pytest.approx(20 * 0.001 * size / float(loss), rel=1e-4)
    assert found.layers[0].gradient == pytest.approx(float(np.abs(gradients[0]).mean()), rel=1e-4)
    hidden = np.asarray(layers[0](X))
    assert found.layers[0].spread == pytest.approx(hidden.std(axis=0).mean(), rel=1e-4)
    assert found.start.output_spread == pytest.approx(np.asarray(model(X)).std(), rel=1e-4)


def test_the_loss_after_a_step_is_that_after_a_step_of_keras() -> None:
    model = network(
        keras.layers.Dense(1), optimizer=keras.optimizers.SGD(0.3), loss="mse", metrics=[]
    )
    found = facts_of(model)
    model.train_on_batch(X, Y)
    after = model.evaluate(X, Y, verbose=0)
    assert found.start is not None
    assert found.start.stepped_loss == pytest.approx(after, rel=1e-4)


def test_the_check_of_recipes_says_the_same_of_a_model() -> None:
    model = network(keras.layers.Dense(1), loss="mse", metrics=[])
    assert kertasks.check(model, X, Y, epochs=100) is not None
    binary = network(keras.layers.Dense(1), optimizer="adam")
    found = kertasks.check(binary, X, Y + 1, epochs=100)
    assert found[0].sentence.startswith("binary_crossentropy takes labels from 0 to 1")
    assert "check-labels" in codes(found)
    assert "check-output" in codes(found)


def everything_of(model: keras.Model) -> list[NDArray[Any]]:
    """All that a training changes."""
    kept = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [keras.ops.convert_to_numpy(each).copy() for each in kept]


def test_a_model_is_left_as_it_was_and_trains_on_as_if_nobody_had_looked() -> None:
    model, twin = small(), small()
    for one in (model, twin):
        one.fit(X, Y, epochs=1, verbose=0, shuffle=False)
    keras.utils.set_random_seed(5)
    before, drawn = everything_of(model), (random.getstate(), str(np.random.get_state()))
    kertasks.check(model, X, Y, epochs=20, validation_split=0.2)
    kertasks.diagnose(model, X, Y, seconds=5, epochs=3, validation_data=(X[:20], Y[:20]))
    assert (random.getstate(), str(np.random.get_state())) == drawn
    for now, then in zip(everything_of(model), before, strict=True):
        assert np.array_equal(now, then)
    went_on = [one.fit(X, Y, epochs=2, verbose=0, shuffle=False).history for one in (model, twin)]
    assert went_on[0] == went_on[1]


def test_what_a_short_training_shows_is_found() -> None:
    keras.utils.set_random_seed(0)
    dead = keras.layers.Dense(
        4, activation="relu", bias_initializer=keras.initializers.Constant(-9)
    )
    model = network(dead, keras.layers.Dense(1, activation="sigmoid"))
    found = kertasks.diagnose(model, X, Y, seconds=20, epochs=40)
    assert {"all-rows-alike", "stuck-at-the-baseline"} <= set(codes(found))
    assert next(one for one in found if one.code == "all-rows-alike").layer == 0
    wild = network(
        keras.layers.Dense(1), optimizer=keras.optimizers.SGD(9.0), loss="mse", metrics=[]
    )
    assert "loss-is-no-number" in codes(kertasks.diagnose(wild, X, Y, seconds=20, epochs=60))


def test_what_cannot_be_checked_is_said() -> None:
    with pytest.raises(NothingToCheck, match="not compiled"):
        kertasks.check(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]), X, Y)
    one, other = keras.Input((3,)), keras.Input((3,))
    both = keras.Model([one, other], keras.layers.Dense(1)(one + other))
    both.compile(loss="mse")
    with pytest.raises(NothingToCheck, match="one of each"):
        kertasks.check(both, X, Y)


def test_data_of_no_numbers_and_a_step_keras_refuses_are_findings() -> None:
    texts = np.array([["a", "b", "c"]] * 4, dtype=object)
    found = kertasks.check(small(), texts, np.array([0, 1, 0, 1]))
    assert found[0].code == "check-data"
    assert "Python objects" in found[0].sentence
    mismatch = kertasks.check(small(loss="mse", metrics=[]), X, np.ones((200, 7)))
    assert mismatch[0].code == "check-sizes"


def test_how_rows_are_trained_on_is_taken_and_what_fit_lacks_is_refused() -> None:
    for asked in (kertasks.check, kertasks.diagnose):
        with pytest.raises(TypeError, match="'batchsize'; did you mean 'batch_size'"):
            asked(small(), X, Y, batchsize=64)
    assert kertasks.check(small(), X, Y, epochs=100, verbose=2) is not None
    model = small()
    facts = gather(model, X, Y, epochs=3, validation_split=0.2)
    nothing = how_to_train({"sample_weight": np.zeros(len(X)), "shuffle": False, "verbose": 2})
    shown = with_learning(facts, model, X, Y, 5.0, nothing, validation_split=0.2).learning
    assert shown is not None
    assert set(shown.losses) == {0.0}
    assert all(loss > 0 for loss in shown.validation_losses)
