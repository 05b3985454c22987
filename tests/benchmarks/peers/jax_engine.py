"""An epoch in JAX by hand: one ``lax.scan`` over its batches, and nothing else.

Dense and LSTM networks only. No callbacks, no history: the loss and the metric of each epoch
are read, and that is all.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp
from tests.benchmarks.peers.protocol import Absent, Training, serve
from tests.benchmarks.peers.workloads import Rows, Workload

RATE, EPSILON = 0.001, 1e-7

Weights = Any
"""Arrays, in lists and tuples."""


def _uniform(random: np.random.Generator, *shape: int) -> Any:
    limit = np.sqrt(6 / sum(shape))
    return jnp.asarray(random.uniform(-limit, limit, shape), jnp.float32)


def _dense_weights(*sizes: int) -> Weights:
    random = np.random.default_rng(0)
    return [(_uniform(random, a, b), jnp.zeros(b)) for a, b in pairwise(sizes)]


def _dense(weights: Weights, x: Any) -> Any:
    *hidden, (kernel, bias) = weights
    for its_kernel, its_bias in hidden:
        x = jax.nn.relu(x @ its_kernel + its_bias)
    return (x @ kernel + bias)[:, 0]


def _lstm_weights(features: int, units: int) -> Weights:
    random = np.random.default_rng(0)
    gates = 4 * units
    cell = _uniform(random, features, gates), _uniform(random, units, gates), jnp.zeros(gates)
    return cell, (_uniform(random, units, 1), jnp.zeros(1))


def _lstm(weights: Weights, x: Any) -> Any:
    (kernel, recurrent, bias), (top, top_bias) = weights
    projected = x @ kernel + bias  # for all time steps at once, as in Keras

    def step(state: Any, now: Any) -> tuple[Any, None]:
        out, carried = state
        i, f, c, o = jnp.split(now + out @ recurrent, 4, axis=-1)
        carried = jax.nn.sigmoid(f) * carried + jax.nn.sigmoid(i) * jnp.tanh(c)
        return (jax.nn.sigmoid(o) * jnp.tanh(carried), carried), None

    zeros = jnp.zeros((x.shape[0], recurrent.shape[0]))
    (out, _), _ = lax.scan(step, (zeros, zeros), projected.swapaxes(0, 1))
    return (out @ top + top_bias)[:, 0]


def _cross_entropy(logits: Any, y: Any) -> tuple[Any, Any]:
    losses = jnp.maximum(logits, 0) - logits * y + jnp.log1p(jnp.exp(-jnp.abs(logits)))
    return losses.mean(), ((logits > 0) == (y > 0.5)).sum()


def _squares(found: Any, y: Any) -> tuple[Any, Any]:
    return jnp.square(found - y).mean(), jnp.abs(found - y).sum()


def _adam(weights: Weights, gradients: Weights, state: Any) -> tuple[Weights, Any]:
    step, first, second = state
    step = step + 1
    rate = RATE * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    first = jax.tree.map(lambda m, g: m + (g - m) * 0.1, first, gradients)
    second = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, second, gradients)
    weights = jax.tree.map(
        lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), weights, first, second
    )
    return weights, (step, first, second)


def _rmsprop(weights: Weights, gradients: Weights, state: Any) -> tuple[Weights, Any]:
    state = jax.tree.map(lambda v, g: 0.9 * v + 0.1 * g * g, state, gradients)
    weights = jax.tree.map(
        lambda w, g, v: w - RATE * g / jnp.sqrt(v + EPSILON), weights, gradients, state
    )
    return weights, state


NETWORKS: dict[str, tuple[Callable[[], Weights], Any, Any, float]] = {
    "xor": (lambda: _dense_weights(2, 8, 1), _dense, _cross_entropy, 0.0),
    "square": (lambda: _dense_weights(1, 8, 8, 1), _dense, _squares, 0.001),
    "boston": (lambda: _dense_weights(13, 64, 64, 1), _dense, _squares, 0.0),
    "lstm": (lambda: _lstm_weights(1, 32), _lstm, _cross_entropy, 0.0),
}
"""How to make weights, the function they are of, loss with metric, and decay of hidden kernels."""


def prepare(workload: Workload, rows: Rows) -> Training:
    """Weights and the compiled epoch."""
    if workload.name not in NETWORKS:
        raise Absent("not written by hand: Dense layers and LSTM only")
    make, network, loss_of, decay = NETWORKS[workload.name]
    size = workload.batch_size
    x, y = jnp.asarray(rows.x), jnp.asarray(rows.y, jnp.float32)
    update = _rmsprop if workload.name == "boston" else _adam

    def loss(weights: Weights, x_batch: Any, y_batch: Any) -> tuple[Any, Any]:
        value, metric = loss_of(network(weights, x_batch), y_batch)
        if decay:
            value = value + decay * sum(jnp.square(kernel).sum() for kernel, _ in weights[:-1])
        return value, metric

    def step(carried: Any, batch: Any) -> tuple[Any, None]:
        weights, state, loss_sum, metric_sum = carried
        (value, metric), gradients = jax.value_and_grad(loss, has_aux=True)(
            weights, x[batch], y[batch]
        )
        weights, state = update(weights, gradients, state)
        return (weights, state, loss_sum + value * len(batch), metric_sum + metric), None

    whole = len(rows.x) // size * size

    def epoch(weights: Weights, state: Any, order: Any) -> Any:
        carried = weights, state, jnp.zeros(()), jnp.zeros(())
        carried, _ = lax.scan(step, carried, order[:whole].reshape(-1, size))
        if whole < len(rows.x):
            carried, _ = step(carried, order[whole:])
        return carried

    compiled = jax.jit(epoch, donate_argnums=(0, 1))
    weights = make()
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = zeros
    if update is _adam:
        state = (jnp.zeros(()), zeros, jax.tree.map(jnp.zeros_like, weights))
    random = np.random.default_rng(0)

    def train(epochs: int) -> float:
        nonlocal weights, state
        loss = metric = 0.0
        for _ in range(epochs):
            order = random.permutation(len(rows.x)).astype(np.int32)
            weights, state, loss_sum, metric_sum = compiled(weights, state, order)
            loss, metric = float(loss_sum) / len(x), float(metric_sum) / len(x)
        del metric
        return loss

    return Training(train)


if __name__ == "__main__":
    serve(prepare)
