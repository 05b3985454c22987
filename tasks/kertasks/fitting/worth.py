"""Is XLA worth its compile time? Decided by the recipe and the data alone.

Never by measured time: XLA and plain graphs differ in the last bits, and the same seed must give
the same numbers.

A step of a small network costs 0.1 to 0.3 ms in a plain graph, nearly all of it the dispatch of
some hundred operations, and a tenth of that with XLA. XLA takes about 0.5 s longer to be ready
for each program. The time steps of a recurrent layer each count as a layer: a plain graph
dispatches them one by one.
"""

from __future__ import annotations

import keras

from kertasks.fitting.keras_internals import all_layers

WORTH_LAYER_STEPS = 12_000
"""Steps times layers from which XLA is used; 4,000 to 10,000 steps of small networks broke even
on two cores."""


def layer_steps(model: keras.Model) -> int:
    """How many layers a step goes through, a recurrent one counted once a time step."""
    return max(1, sum(_steps_of(layer) for layer in all_layers(model)))


def is_xla_worth_it(model: keras.Model, steps: int) -> bool:
    """Whether so many steps (training and validation, all epochs) earn back the compile time."""
    return steps * layer_steps(model) >= WORTH_LAYER_STEPS


def _steps_of(layer: keras.layers.Layer) -> int:
    if isinstance(layer, keras.layers.InputLayer):
        return 0
    if not isinstance(layer, (keras.layers.RNN, keras.layers.TimeDistributed)):
        return 1
    try:
        return int(layer.input.shape[1] or 1)
    except (AttributeError, IndexError, TypeError, ValueError):
        return 1  # not called on one known input
