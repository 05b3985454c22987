"""Networks and settings that no task's recipe has, for the diabetes task and its ten features."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kertasks.recipes.recipe import (
    INPUT,
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
    Value,
)


def dense(units: int, name: str | None = None, *inputs: str, **arguments: Value) -> Layer:
    return Layer("Dense", {"units": units, **arguments}, name=name, inputs=inputs)


def on_diabetes(name: str, *layers: Layer, compiled: Any = None, **fit: Any) -> Recipe:
    settings = compiled or CompileSettings(Component("adam", {"learning_rate": 0.01}), "mse")
    fitted = FitSettings(**{"epochs": 2, "batch_size": 50, **fit})
    return Recipe("diabetes", name, layers, settings, fitted, seed=7)


BRANCHES = on_diabetes(
    "branches",
    dense(4, "left", activation="relu"),
    dense(6, "class", INPUT),
    dense(3, "x_train", "class", kernel_regularizer=Component("l2", {"l2": 0.1})),
    Layer("Concatenate", inputs=("left", "class", "x_train", INPUT)),
    dense(1),
)
ATTENTION = on_diabetes(
    "attention",
    Layer("Reshape", {"target_shape": (5, 2)}),
    Layer("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, name="itself"),
    Layer("Attention"),
    Layer("Bidirectional", {"layer": Component("GRU", {"units": 3})}),
    dense(1),
)
DRAWS_LATE = on_diabetes(
    "draws late",
    Layer("SpectralNormalization", {"layer": Component("Dense", {"units": 6})}),
    Layer("RepeatVector", {"n": 2}),
    Layer(
        "RNN", {"cell": (Component("GRUCell", {"units": 2}), Component("GRUCell", {"units": 4}))}
    ),
    dense(1),
)
DROPS = on_diabetes(
    "drops", dense(12, activation="relu"), Layer("Dropout", {"rate": 0.25}), dense(1)
)
IN_ORDER = on_diabetes("in order", dense(6, activation="tanh"), dense(1), shuffle=False)
STOPS = on_diabetes(
    "stops early",
    dense(12, activation="relu"),
    dense(1),
    compiled=CompileSettings(
        Component("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
        Component("Huber", {"delta": 2.5}),
        ("mae", Component("R2Score"), Component("RootMeanSquaredError")),
    ),
    epochs=60,
    validation_split=0.3,
    early_stopping=EarlyStopping("val_loss", patience=2, min_delta=0.5),
)
HOSTILE = replace(
    BRANCHES,
    name='"""; import os; os.system("touch hacked")  # \\',
    summary='"); import os; os.abort()  # \\',
)
MADE_UP = (BRANCHES, ATTENTION, DRAWS_LATE, IN_ORDER, STOPS, HOSTILE)
