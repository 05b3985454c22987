"""Writes what advice measures of a network that is the same with every backend.

``python facts_of_backend.py OUT``; ``KERAS_BACKEND`` chooses the backend.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np

import kertasks
from kertasks.advice.checking import gather
from kertasks.advice.network.computed_network import ComputedNetwork
from kertasks.advice.network.network_reading import compile_facts, layer_facts
from kertasks.advice.network.trained_network import Curve, look_at_curve, look_at_network
from kertasks.data.splits import Split
from kertasks.text.json_numbers import plain

_RANDOM = np.random.default_rng(3)
X = _RANDOM.normal(size=(192, 6, 6, 2)).astype("float32")
Y = (X[:, 2:4, 2:4].mean((1, 2, 3)) > 0).astype("int64")


def network() -> keras.Model:
    """Of every kind of layer that computes otherwise in training than in use, and a word's."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Reshape((4, 16)),
            layers.LSTM(5),
            layers.Dense(3, activation="tanh"),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    draw = np.random.default_rng(4)
    model.set_weights([draw.uniform(0.1, 0.6, each.shape) for each in model.get_weights()])
    return model


def measured() -> dict[str, Any]:
    """Outputs and gradients, the facts made of them before and in a training, and findings."""
    model = network()
    before = [each.copy() for each in model.get_weights()]
    facts = gather(model, X, Y, epochs=20, validation_split=0.25)
    computed = ComputedNetwork(model, layer_facts(model), compile_facts(model))
    outputs, slope = computed.outputs(X[:64]), computed.slope(X[:64], Y[:64])
    curve = look_at_curve(Curve(1.0, 3, 18, [0.9, 0.8, 0.7], [0.9, 0.9, 0.9]), facts)
    shown = look_at_network(computed, Split(X, Y), Split(X[:64], Y[:64]), facts, curve)
    assert all(map(np.array_equal, before, model.get_weights()))
    assert outputs.hidden is not None
    return {
        "arrays": [each.tolist() for each in (outputs.output, outputs.hidden, *slope.gradients)],
        "start": plain(facts.start),
        "layers": plain(facts.layers),
        "shown": plain(shown),
        "loss": slope.loss,
    }


def trained() -> dict[str, Any]:
    """What a training of a copy shows of ReLUs that are off, and whether a fix helps."""
    x = X.reshape(192, -1)
    off = keras.initializers.Constant(-20.0)
    model = keras.Sequential(
        [
            keras.Input((72,)),
            keras.layers.Dense(8, activation="relu", bias_initializer=off),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    found = kertasks.diagnose(model, x, Y, seconds=6.0, epochs=60)
    mended = next(finding for finding in found if finding.patch and finding.is_alarm)
    trial = kertasks.try_fix(model, x, Y, mended, seconds=2.0, epochs=200)
    return {
        "alarms": sorted({finding.code for finding in found if finding.is_alarm}),
        "helps": trial.tried.helps,
    }


if __name__ == "__main__":
    found = measured() | trained()
    Path(sys.argv[1]).write_text(json.dumps(msgspec.to_builtins(found)))
