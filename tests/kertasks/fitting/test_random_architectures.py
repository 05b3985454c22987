"""Networks nobody thought of train as in Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.support.closeness import assert_same_history, assert_same_weights
from tests.support.keras_fit import fit_by_keras

import kertasks

pytestmark = pytest.mark.training

L = keras.layers
HIDDEN: list[Any] = [
    lambda units: L.Dense(units, "tanh"),
    lambda units: L.Dense(units, "gelu", kernel_regularizer=keras.regularizers.L2(0.01)),
    lambda units: L.Dense(units, use_bias=False),
    lambda _: L.LayerNormalization(),
    lambda _: L.BatchNormalization(momentum=0.8),
    lambda _: L.Activation("softplus"),
    lambda units: L.EinsumDense("ab,bc->ac", output_shape=units, activation="sigmoid"),
]
OPTIMIZERS: list[Any] = [
    lambda: keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
    lambda: keras.optimizers.RMSprop(0.002, centered=True),
    lambda: keras.optimizers.Adam(0.002, amsgrad=True, global_clipnorm=1.0),
    lambda: keras.optimizers.Nadam(0.002, weight_decay=0.01),
    lambda: keras.optimizers.Adagrad(0.02, gradient_accumulation_steps=2),
]


@settings(
    max_examples=5,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    hidden=st.lists(st.tuples(st.sampled_from(HIDDEN), st.integers(1, 6)), max_size=3),
    make_optimizer=st.sampled_from(OPTIMIZERS),
    loss=st.sampled_from(["mse", "huber", "log_cosh"]),
    rows=st.integers(1, 30),
    batch_size=st.integers(1, 12),
    shuffled=st.booleans(),
)
def test_random_networks(
    hidden: Any, make_optimizer: Any, loss: str, rows: int, batch_size: int, shuffled: bool
) -> None:
    def make() -> keras.Model:
        keras.utils.set_random_seed(8)
        stack = [layer(units) for layer, units in hidden]
        model = keras.Sequential([keras.Input((4,)), *stack, L.Dense(1)])
        model.compile(make_optimizer(), loss, metrics=["mae"])
        return model

    rng = np.random.default_rng(rows)
    x, y = rng.normal(size=(rows, 4)).astype("float32"), rng.normal(size=(rows, 1))
    ours, kerass = make(), make()
    history = kertasks.fit(ours, x, y, epochs=2, batch_size=batch_size, shuffle=shuffled, seed=5)
    expected: dict[str, list[float]] = {}
    for epoch in range(2):
        order = np.random.default_rng([5, epoch]).permutation(rows) if shuffled else np.arange(rows)
        logs = fit_by_keras(
            kerass, x[order], y[order], batch_size=batch_size, shuffle=False,
            epochs=epoch + 1, initial_epoch=epoch,
        ).history  # fmt: skip
        expected = {name: [*expected.get(name, []), *values] for name, values in logs.items()}
    assert_same_history(history.history, expected)
    assert_same_weights(ours, kerass)
