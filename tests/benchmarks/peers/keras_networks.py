"""The networks in Keras, whatever its backend is: what the other engines write by hand."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers as kl
from tests.benchmarks.peers.workloads import Workload


def build(workload: Workload, **settings: Any) -> keras.Model:
    """The compiled model of a workload.

    Args:
        workload: which.
        settings: more arguments of ``model.compile``.
    """
    layers, optimizer, loss, metric = {
        "xor": _xor,
        "square": _square,
        "boston": _boston,
        "lstm": _lstm,
        "digits": _digits,
        "mnist": _mnist,
    }[workload.name]()
    model = keras.Sequential(layers)
    model.compile(optimizer=optimizer, loss=loss, metrics=[metric], **settings)
    return model


Parts = tuple[list[Any], Any, str, str]
"""Layers, optimizer, loss and metric."""


def _xor() -> Parts:
    layers = [keras.Input((2,)), kl.Dense(8, "relu"), kl.Dense(1, "sigmoid")]
    return layers, keras.optimizers.Adam(), "binary_crossentropy", "accuracy"


def _square() -> Parts:
    bent = {"activation": "relu", "kernel_regularizer": keras.regularizers.L2(0.001)}
    layers = [keras.Input((1,)), kl.Dense(8, **bent), kl.Dense(8, **bent), kl.Dense(1)]
    return layers, keras.optimizers.Adam(), "mse", "mae"


def _boston() -> Parts:
    layers = [keras.Input((13,)), kl.Dense(64, "relu"), kl.Dense(64, "relu"), kl.Dense(1)]
    return layers, keras.optimizers.RMSprop(), "mse", "mae"


def _lstm() -> Parts:
    layers = [keras.Input((40, 1)), kl.LSTM(32), kl.Dense(1, "sigmoid")]
    return layers, keras.optimizers.Adam(), "binary_crossentropy", "accuracy"


def _digits() -> Parts:
    layers = [
        keras.Input((8, 8, 1)),
        kl.Conv2D(16, 3, padding="same", activation="relu"),
        kl.Conv2D(32, 3, padding="same", activation="relu"),
        kl.MaxPooling2D(),
        kl.Dropout(0.25),
        kl.Flatten(),
        kl.Dense(10, "softmax"),
    ]
    return layers, keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", "accuracy"


def _mnist() -> Parts:
    layers = [
        keras.Input((28, 28, 1)),
        kl.Conv2D(8, 3, activation="relu"),
        kl.MaxPooling2D(),
        kl.Conv2D(16, 3, activation="relu"),
        kl.MaxPooling2D(),
        kl.Flatten(),
        kl.Dense(10, "softmax"),
    ]
    return layers, keras.optimizers.Adam(), "sparse_categorical_crossentropy", "accuracy"
