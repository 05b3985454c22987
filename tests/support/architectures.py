"""Networks and rows small enough to train in a test, each with something of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

layers = keras.layers
RNG_SEED = 11


@dataclass(frozen=True)
class Case:
    """A model and how to fit it."""

    name: str
    make: Callable[[], keras.Model]
    x: Any
    y: Any
    fit: dict[str, Any] = field(default_factory=dict)

    def model(self) -> keras.Model:
        """A new model, always with the same weights."""
        keras.utils.set_random_seed(RNG_SEED)
        return self.make()


def _rows(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(len(shape)).normal(size=shape).astype("float32")


def _classes(rows: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.random.default_rng(rows).integers(0, count, rows)


def _sequential(
    shape: tuple[int, ...], *stack: Any, loss: Any, optimizer: Any = "adam", **compiling: Any
) -> keras.Model:
    dtype = compiling.pop("input_dtype", None)
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *stack])
    model.compile(optimizer, loss, **compiling)
    return model


def dense() -> keras.Model:
    return _sequential(
        (5,),
        layers.Dense(8, "relu"),
        layers.Dense(1),
        loss="mse",
        metrics=["mae"],
    )


def regularized() -> keras.Model:
    return _sequential(
        (5,),
        layers.Dense(8, "tanh", kernel_regularizer="l2"),
        layers.ActivityRegularization(l2=0.01),
        layers.Dense(1, kernel_constraint="max_norm"),
        loss="mse",
        optimizer=keras.optimizers.SGD(0.01, momentum=0.9, clipnorm=1.0),
    )


def batch_normalized() -> keras.Model:
    return _sequential(
        (5,),
        layers.BatchNormalization(),
        layers.Dense(8, "relu"),
        layers.Dense(1, "sigmoid"),
        loss="binary_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(num_thresholds=20, name="auc")],
    )


def bytes_in() -> keras.Model:
    return _sequential(
        (12,),
        layers.Rescaling(1.0),
        layers.Dense(8, "relu"),
        layers.Dense(3, "softmax"),
        loss="sparse_categorical_crossentropy",
        optimizer="rmsprop",
        metrics=["accuracy"],
        input_dtype="uint8",
    )


def conv1d() -> keras.Model:
    return _sequential(
        (10, 3),
        layers.Conv1D(4, 3, activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1),
        loss="mse",
    )


def conv2d() -> keras.Model:
    return _sequential(
        (6, 6, 1),
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(3, "softmax"),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


def lstm() -> keras.Model:
    return _sequential((6, 3), layers.LSTM(5), layers.Dense(1), loss="mse", metrics=["mae"])


def gru() -> keras.Model:
    return _sequential(
        (6, 3),
        layers.Bidirectional(layers.GRU(3)),
        layers.Dense(1),
        loss="mse",
        optimizer="rmsprop",
    )


def masked_embedding() -> keras.Model:
    return _sequential(
        (7,),
        layers.Embedding(20, 4, mask_zero=True),
        layers.LSTM(4),
        layers.Dense(1, "sigmoid"),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        input_dtype="int32",
    )


def two_branches() -> keras.Model:
    left = keras.Input((4,), name="left")
    right = keras.Input((3,), name="right")
    joined = layers.Concatenate()([layers.Dense(5, "relu")(left), layers.Dense(4, "tanh")(right)])
    model = keras.Model([left, right], layers.Dense(1)(joined))
    model.compile(keras.optimizers.AdamW(0.01), "mse", metrics=["mae"])
    return model


def two_outputs() -> keras.Model:
    entry = keras.Input((5,))
    hidden = layers.Dense(6, "relu")(entry)
    outputs = {
        "value": layers.Dense(1, name="value")(hidden),
        "kind": layers.Dense(3, "softmax", name="kind")(hidden),
    }
    model = keras.Model(entry, outputs)
    model.compile(
        "adam",
        {"value": "mse", "kind": "sparse_categorical_crossentropy"},
        loss_weights={"value": 0.5, "kind": 1.0},
        metrics={"kind": ["accuracy"]},
    )
    return model


def accumulating() -> keras.Model:
    optimizer = keras.optimizers.Adam(0.01, gradient_accumulation_steps=3)
    return _sequential(
        (5,), layers.Dense(8, "tanh"), layers.Dense(1), loss="mse", optimizer=optimizer
    )


def averaging() -> keras.Model:
    optimizer = keras.optimizers.SGD(0.02, use_ema=True, ema_overwrite_frequency=7)
    return _sequential(
        (5,), layers.Dense(8, "tanh"), layers.Dense(1), loss="mse", optimizer=optimizer
    )


def decaying() -> keras.Model:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 4, 0.9)
    return _sequential(
        (5,),
        layers.Dense(8, "tanh"),
        layers.LayerNormalization(),
        layers.Dense(1),
        loss="huber",
        optimizer=keras.optimizers.SGD(schedule),
        weighted_metrics=["mae"],
    )


class OwnStep(keras.Model):  # type: ignore[misc]  # Keras carries no types
    """A subclassed model with a ``train_step`` that returns more than the metrics."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = layers.Dense(6, "tanh")
        self.out = layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.out(self.hidden(inputs))

    def train_step(self, data: Any) -> dict[str, Any]:
        logs = super().train_step(data)
        return {**logs, "bias": {"bias_sum": keras.ops.sum(self.out.bias)}}


def own_step() -> keras.Model:
    model = OwnStep()
    model.compile(keras.optimizers.SGD(0.05), "mse")
    return model


class Extremes(keras.metrics.Metric):  # type: ignore[misc]  # Keras carries no types
    """One metric with two results."""

    def __init__(self) -> None:
        super().__init__(name="extremes")
        self.low = self.add_variable((), "zeros", name="low")
        self.high = self.add_variable((), "zeros", name="high")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.low.assign(keras.ops.minimum(self.low, keras.ops.min(y_pred)))
        self.high.assign(keras.ops.maximum(self.high, keras.ops.max(y_pred)))

    def result(self) -> dict[str, Any]:
        return {"extreme_high": self.high + 0.0, "extreme_low": self.low + 0.0}


def metric_of_two() -> keras.Model:
    return _sequential((5,), layers.Dense(1), loss="mse", metrics=[Extremes(), "mae"])


ROWS = 40
PARTIAL = 37
"""Leaves a partial batch of 5 after batches of 8."""

SECOND = np.linspace(0.2, 2.0, ROWS).astype("float32")

CASES = [
    Case("dense", dense, _rows(ROWS, 5), _rows(ROWS, 1)),
    Case("partial batch", dense, _rows(PARTIAL, 5), _rows(PARTIAL, 1)),
    Case("one partial batch", dense, _rows(5, 5), _rows(5, 1)),
    Case("float64 rows", dense, _rows(ROWS, 5).astype("float64"), _rows(ROWS, 1)[:, 0]),
    Case("l2, activity, constraint, clipping", regularized, _rows(ROWS, 5), _rows(ROWS, 1)),
    Case("batch normalization", batch_normalized, _rows(ROWS, 5), _classes(ROWS, 2)),
    Case(
        "bytes",
        bytes_in,
        np.random.default_rng(3).integers(0, 2, (ROWS, 12)).astype("uint8"),
        _classes(ROWS, 3),
    ),
    Case("conv1d", conv1d, _rows(ROWS, 10, 3), _rows(ROWS, 1)),
    Case("conv2d", conv2d, _rows(ROWS, 6, 6, 1), _classes(ROWS, 3)),
    Case("lstm", lstm, _rows(ROWS, 6, 3), _rows(ROWS, 1)),
    Case("bidirectional gru", gru, _rows(ROWS, 6, 3), _rows(ROWS, 1)),
    Case(
        "masked embedding",
        masked_embedding,
        np.random.default_rng(4).integers(0, 20, (ROWS, 7)).astype("int32"),
        _classes(ROWS, 2),
    ),
    Case("two branches", two_branches, [_rows(ROWS, 4), _rows(ROWS, 3)], _rows(ROWS, 1)),
    Case(
        "two outputs",
        two_outputs,
        _rows(PARTIAL, 5),
        {"value": _rows(PARTIAL, 1), "kind": _classes(PARTIAL, 3)},
    ),
    Case(
        "class weights",
        batch_normalized,
        _rows(ROWS, 5),
        _classes(ROWS, 2),
        {"class_weight": {0: 0.5, 1: 2.0}},
    ),
    Case(
        "sample weights, schedule",
        decaying,
        _rows(ROWS, 5),
        _rows(ROWS, 1),
        {"sample_weight": SECOND},
    ),
    Case("gradient accumulation", accumulating, _rows(ROWS, 5), _rows(ROWS, 1)),
    Case("moving average of weights", averaging, _rows(ROWS, 5), _rows(ROWS, 1)),
    Case("a metric with two results", metric_of_two, _rows(ROWS, 5), _rows(ROWS, 1)),
    Case("own train_step", own_step, _rows(ROWS, 5), _rows(ROWS, 1)),
]
