"""Is XLA worth its compile time? Decided by the recipe and the data alone.

Never by measured time: XLA and plain graphs differ in the last bits, and the same seed must give
the same numbers.

A step of a small network costs 0.1 to 0.4 ms in a plain graph, nearly all of it the dispatch of
some hundred operations, and a tenth of that with XLA. XLA takes about 0.5 s longer to be ready
for each size of batch. The time steps of a recurrent layer each count as a layer: a plain graph
dispatches them one by one. Where a step is mostly arithmetic there is little to save, and on a
processor XLA's large products were up to three times slower than TensorFlow's own.
"""

from __future__ import annotations

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals import all_layers

WORTH_LAYER_STEPS = 12_000
"""Steps times layers from which XLA is used; 4,000 to 10,000 steps of small networks broke even
on two cores."""

HEAVY_STEP = 2e8
"""Multiplications and additions of a step (a few milliseconds) from which XLA is not used on a
processor."""


def is_xla_worth_it(model: keras.Model, steps: int, batch_size: int) -> bool:
    """Whether a run earns back XLA's compile time.

    Args:
        model: a built Keras model.
        steps: of training and of validation, in all epochs.
        batch_size: rows a step.
    """
    # Were every layer a Dense one: for each weight and row two forward, two for the gradient of the
    # weight and two for that of its input.
    arithmetic = 6 * batch_size * model.count_params() if model.built else 0
    if arithmetic >= HEAVY_STEP and not tf.config.list_physical_devices("GPU"):
        return False
    layers = max(1, sum(_steps_of(layer) for layer in all_layers(model)))
    return bool(steps * layers >= WORTH_LAYER_STEPS)


def _steps_of(layer: keras.layers.Layer) -> int:
    """How many layers it counts as: a recurrent one once a time step."""
    if isinstance(layer, keras.layers.InputLayer):
        return 0
    if not isinstance(layer, (keras.layers.RNN, keras.layers.TimeDistributed)):
        return 1
    try:
        return int(layer.input.shape[1] or 1)
    except (AttributeError, IndexError, TypeError, ValueError):
        return 1  # not called on one known input
