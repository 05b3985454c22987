"""What a short training shows of a network, against what Keras says of it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import kertasks
from kertasks.advice.checking import gather
from kertasks.advice.data_reading import class_count, outside_share, row_ceiling
from kertasks.advice.facts import LearningFacts, TargetKind
from kertasks.advice.short_training import train_copy
from kertasks.data.splits import Split

pytestmark = pytest.mark.training

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")[:, None]
TABLE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")


def network(*layers: keras.layers.Layer, columns: int = 3, **compiled: Any) -> keras.Model:
    model = keras.Sequential([keras.Input((columns,)), *layers])
    model.compile(**{"optimizer": "adam", "loss": "binary_crossentropy", **compiled})
    return model


def learned(model: keras.Model, x: Any, y: Any, seconds: float = 20.0, **fit: Any) -> LearningFacts:
    found = train_copy(model, Split(x, y), None, gather(model, x, y, **fit), seconds)
    assert found is not None
    return found


def test_rows_that_come_to_the_last_layer_as_one_are_lost() -> None:
    # Both ReLUs are off for all rows but the last: three of four are one to what comes after.
    dead = keras.layers.Dense(2, activation="relu")
    model = network(dead, keras.layers.Dense(1, activation="sigmoid"), columns=2)
    dead.set_weights([np.ones((2, 2), "float32"), np.full(2, -1.5, "float32")])
    model.optimizer.learning_rate = 0.0
    found = learned(model, TABLE, np.array([0, 1, 1, 0], "float32"), epochs=2)
    # 3 of 4 can be right where the features allow 4 and a constant gets 2.
    assert found.lost == pytest.approx(0.5)
    assert found.one_batch is not None  # it was tried, for it has not learned
    assert found.one_batch.rows == 4


def test_losses_in_training_and_in_use_are_those_of_keras() -> None:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = network(
        layers.Dense(8),
        layers.BatchNormalization(),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
        optimizer=keras.optimizers.SGD(0.0),
    )
    averages = model.layers[1].get_weights()
    model.layers[1].set_weights([*averages[:2], np.full(8, 3.0), np.full(8, 0.1)])
    found = learned(model, X, Y, epochs=2, batch_size=120)
    moving = keras.models.clone_model(model)
    moving.set_weights(model.get_weights())
    for _ in range(2):  # the averages move all the same
        moving(X, training=True)

    def loss(said: Any) -> float:
        return float(keras.ops.mean(keras.losses.binary_crossentropy(Y, said)))

    assert found.loss_in_use == pytest.approx(loss(moving(X, training=False)), rel=1e-3)
    moving.layers[2].rate = 0.0
    assert found.loss_without_dropout == pytest.approx(loss(moving(X, training=True)), rel=1e-3)
    assert found.loss_in_training is not None
    assert found.loss_in_training != found.loss_without_dropout
    assert len(found.gradients) == 4
    assert found.gradients[0] > 0
    assert found.gradients[2] == 0


def test_rows_held_out_are_scored_as_those_trained_on() -> None:
    model = network(keras.layers.Dense(1, activation="sigmoid"), optimizer="sgd")
    facts = gather(model, X[:60], Y[:60], epochs=1)
    found = train_copy(model, Split(X[:60], Y[:60]), Split(X[60:], Y[60:]), facts, 20.0)
    assert found is not None
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    kertasks.fit(copy, X[:60], Y[:60], xla=False)
    right = kertasks.evaluate(copy, X[60:], Y[60:], return_dict=True)["accuracy"]
    assert found.validation_score == pytest.approx(right)
    share = float(Y[60:].mean())
    assert found.validation_baseline == pytest.approx(max(share, 1 - share))


def test_how_much_can_be_right_at_most() -> None:
    x = np.array([[0], [0], [0], [1]], "float32")
    classes = np.array([0, 0, 1, 1])
    assert row_ceiling(x, classes, TargetKind.CLASSES, 2) == 0.75
    assert row_ceiling(x, np.eye(2)[classes], TargetKind.ONE_HOT, 2) == 0.75
    assert row_ceiling(x, classes, TargetKind.CLASSES, 4) == 1  # all rows differ
    assert row_ceiling(x, classes, TargetKind.CLASSES, None) is None
    numbers = np.array([0.0, 1.0, 2.0, 5.0])
    within = ((numbers[:3] - 1) ** 2).sum()
    whole = ((numbers - numbers.mean()) ** 2).sum()
    of_numbers = row_ceiling(x, numbers, TargetKind.NUMBERS, 2)
    assert of_numbers == pytest.approx(1 - within / whole)


def test_targets_beyond_those_trained_on_and_classes_are_counted() -> None:
    assert outside_share(np.array([1.0, 2.0]), np.array([0.5, 1.5, 2.5, 2.0])) == 0.5
    assert outside_share(np.ones((3, 2)), np.zeros((3, 2))) == 0
    assert class_count(np.array([[1], [2], [1]])) == 2
    assert class_count(np.zeros((3, 4, 1))) == 0


def test_early_stopping_among_callbacks_is_looked_at() -> None:
    def found(monitor: str, mode: str = "auto", **fit: Any) -> dict[str, str]:
        stops = keras.callbacks.EarlyStopping(monitor=monitor, mode=mode)
        model = network(
            keras.layers.Dense(1, activation="sigmoid"),
            metrics=["accuracy", keras.metrics.AUC(name="area"), "mae"],
        )
        facts = gather(model, X, Y, epochs=99, callbacks=[stops], **fit)
        assert facts.stopping is None or facts.stopping.monitor == monitor
        said = kertasks.check(model, X, Y, epochs=99, callbacks=stops, **fit)
        return {one.code: one.sentence for one in said if one.is_alarm}

    held_out: dict[str, Any] = {"validation_split": 0.3}
    assert found("val_loss", **held_out) == {}
    assert found("val_area", **held_out) == {}
    assert "no rows are held out" in found("val_loss")["check-monitor"]
    assert "there is no metric val_acuracy" in found("val_acuracy", **held_out)["check-monitor"]
    assert "stops-at-the-worst" in found("val_accuracy", "min", **held_out)
