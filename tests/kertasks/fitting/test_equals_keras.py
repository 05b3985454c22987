"""Compiled epochs against ``model.fit`` itself."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.architectures import CASES, Case
from tests.support.closeness import assert_close, assert_same_history, assert_same_weights
from tests.support.keras_fit import fit_by_keras

import kertasks

EPOCHS = 5
BATCH = 8

pytestmark = pytest.mark.training


@cache
def reference(name: str) -> tuple[keras.Model, dict[str, list[float]], dict[str, float]]:
    """What Keras makes of a case: the model, its History and an evaluation."""
    case = next(case for case in CASES if case.name == name)
    model = case.model()
    history = fit_by_keras(
        model, case.x, case.y, shuffle=False, epochs=EPOCHS, batch_size=BATCH,
        validation_data=(case.x, case.y), **case.fit,
    )  # fmt: skip
    evaluated = model.evaluate(case.x, case.y, batch_size=BATCH, verbose=0, return_dict=True)
    return model, history.history, evaluated


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_graph_trains_like_keras(case: Case) -> None:
    expected, expected_history, expected_evaluation = reference(case.name)
    notices: list[str] = []
    model = case.model()
    history = kertasks.fit(
        model, case.x, case.y, shuffle=False, epochs=EPOCHS, batch_size=BATCH, xla=False,
        validation_data=(case.x, case.y), on_notice=notices.append, **case.fit,
    )  # fmt: skip
    assert notices == []
    assert_same_weights(model, expected)
    assert_same_history(history.history, expected_history)
    evaluated = kertasks.evaluate(model, case.x, case.y, batch_size=BATCH, return_dict=True)
    assert list(evaluated) == list(expected_evaluation)
    for name, value in expected_evaluation.items():
        assert_close(evaluated[name], value, name)


# XLA's tracing and numbers are the graph's; what it compiles itself is held to Keras for the cases
# that differ in kind. All others were equal too, and each costs seconds to compile.
XLA_CASES = [
    case
    for case in CASES
    if case.name
    in {
        "partial batch",
        "l2, activity, constraint, clipping",
        "bytes",
        "conv1d",
        "lstm",
        "masked embedding",
        "two outputs",
        "gradient accumulation",
        "own train_step",
    }
]


@pytest.mark.parametrize("case", XLA_CASES, ids=lambda case: case.name)
def test_xla_trains_like_keras(case: Case) -> None:
    expected, expected_history, _ = reference(case.name)
    validates = case.name == "partial batch"
    notices: list[str] = []
    model = case.model()
    history = kertasks.fit(
        model, case.x, case.y, shuffle=False, epochs=EPOCHS, batch_size=BATCH, xla=True,
        validation_data=(case.x, case.y) if validates else None,
        on_notice=notices.append, **case.fit,
    )  # fmt: skip
    assert notices == []
    assert_same_weights(model, expected)
    compared = {name: expected_history[name] for name in history.history}
    assert any(name.startswith("val_") for name in compared) == validates
    assert_same_history(history.history, compared)


@pytest.mark.parametrize("name", ["dense", "batch normalization", "two branches"])
def test_shuffles_in_the_published_order(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    ours, kerass = case.model(), case.model()
    kertasks.fit(ours, case.x, case.y, epochs=5, initial_epoch=2, batch_size=BATCH, seed=9)
    for epoch in range(2, 5):
        order = np.random.default_rng([9, epoch]).permutation(len(case.y))
        fit_by_keras(
            kerass,
            keras.tree.map_structure(lambda array, order=order: array[order], case.x),
            case.y[order], batch_size=BATCH, shuffle=False,
        )  # fmt: skip
    assert_same_weights(ours, kerass)


def test_mixed_precision_scales_the_loss() -> None:
    def make() -> keras.Model:
        keras.utils.set_random_seed(1)
        model = keras.Sequential(
            [
                keras.Input((5,)),
                keras.layers.Dense(8, "relu", dtype="mixed_float16"),
                keras.layers.Dense(1, dtype="float32"),
            ]
        )
        optimizer = keras.optimizers.LossScaleOptimizer(
            keras.optimizers.SGD(0.01), initial_scale=2.0**20, dynamic_growth_steps=4
        )
        model.compile(optimizer, "mse")
        return model

    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(40, 5)), rng.normal(size=40)
    models: dict[str, Any] = {"keras": make(), "graph": make(), "xla": make()}
    models["keras"].fit(x, y, shuffle=False, batch_size=8, epochs=3, verbose=0)
    for way in ("graph", "xla"):
        kertasks.fit(models[way], x, y, shuffle=False, batch_size=8, epochs=3, xla=way == "xla")
        # Half precision rounds differently where operations are fused.
        assert_same_weights(models[way], models["keras"], relative=3e-3)
        scale = models[way].optimizer.dynamic_scale.numpy()
        assert scale == models["keras"].optimizer.dynamic_scale.numpy() != 2.0**20
