"""What goes on in the layers of a network for some rows: outputs, and gradients of the loss.

It is computed by graphs of our own, which neither count in metrics nor move seeds, moving averages
or kept states.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.fitting.keras_internals.keras_arrays import as_tensorflow_would
from kertasks.fitting.keras_internals.keras_layers import keeps_state
from kertasks.fitting.programs.program import TracedFor
from kertasks.fitting.programs.program_store import STORE
from kertasks.runs.looking.view import Rows
from kertasks.runs.views.layer_table import Histogram
from kertasks.views.layers.layer_list import layers_of, output_of
from kertasks.views.split_choice import chosen_rows

_LOG = logging.getLogger("kertasks.views")

MOST_ROWS = 1_024
"""Looked at, at most."""

_MOST_NUMBERS = 1 << 21
"""Of features and outputs of all layers that are looked at, an output counted as four: to count
what is in a histogram takes about as many times what a product takes. One row always is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows that are looked at."""

    rows: Rows
    row_count: int
    """How many such rows there are."""

    x: NDArray[Any]
    y: NDArray[Any]

    @property
    def size(self) -> int:
        """How many of them are looked at."""
        return len(self.x)


def sample(model: keras.Model, data: Dataset, wanted: Rows | None) -> Sample:
    """Rows spread evenly over those that are wanted, always the same ones; fewer where the layers'
    outputs are many.

    Raises:
        DoesNotApply: there are no such rows.
    """
    rows, split = chosen_rows(data, wanted)
    shapes = [output.shape for output in map(output_of, layers_of(model)) if output is not None]
    outputs = sum(math.prod(size or 1 for size in shape[1:]) for shape in shapes)
    of_a_row = math.prod(data.input_shape) + 4 * outputs
    count = min(split.rows, MOST_ROWS, max(1, _MOST_NUMBERS // of_a_row))
    places = np.arange(count) * split.rows // count
    x, y = as_tensorflow_would((take_rows(split.x, places), split.y[places]))
    return Sample(rows, split.rows, x, y)


def activations(model: keras.Model, of: Sample) -> list[NDArray[np.float32] | None]:
    """The output of each of a network's layers for a sample, shape (rows, …); None for one that
    cannot be had."""
    outputs = [output_of(layer) for layer in layers_of(model)]
    known = [output for output in outputs if output is not None]

    def make() -> Callable[..., Any]:
        # A name of its own: else Keras numbers the next network that has none otherwise.
        inner = keras.Model(model.inputs, known, name=f"layers_of_{model.name}")

        def run(x: tf.Tensor) -> list[tf.Tensor]:
            with keras.StatelessScope():
                found = keras.tree.flatten(inner(x, training=False))
            return [tf.cast(output, tf.float32) for output in found]

        return run

    key = tuple(output.name for output in known)
    found = _run(model, "activations", key, make, of.x) if known else None
    if found is None:
        return [None] * len(outputs)
    arrays = iter(found)
    return [None if output is None else next(arrays) for output in outputs]


def gradient_norms(model: keras.Model, of: Sample) -> dict[int, float]:
    """The norm of the gradient of the loss over a sample, by the ``id`` of each trainable weight;
    empty where it cannot be had, as without a loss."""
    weights = model.trainable_weights
    if not weights or not model.compiled:
        return {}

    def make() -> Callable[..., Any]:
        def run(x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
            values = [tf.convert_to_tensor(weight.value) for weight in weights]
            state = list(zip(weights, values, strict=True))
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(values)
                with keras.StatelessScope(state, collect_losses=True):
                    said = model(x, training=False)
                    loss = model.compute_loss(x=x, y=y, y_pred=said, training=False)
            gradients = tape.gradient(loss, values, unconnected_gradients="zero")
            # An embedding's gradient is of those rows alone that were looked up.
            return [tf.norm(tf.cast(tf.convert_to_tensor(one), tf.float32)) for one in gradients]

        return run

    found = _run(model, "gradients", tuple(weight.path for weight in weights), make, of.x, of.y)
    if found is None:
        return {}
    return {id(weight): float(norm) for weight, norm in zip(weights, found, strict=True)}


_CANNOT = object()


def _run(
    model: keras.Model,
    what: str,
    key: tuple[str, ...],
    make: Callable[[], Callable[..., Any]],
    *arrays: NDArray[Any],
) -> list[NDArray[Any]] | None:
    """Run a function of arrays that is traced once for a model.

    Args:
        model: a built model.
        what: it computes, in a word.
        key: for what of the model.
        make: makes the function.
        arrays: of shape (rows, …).

    Returns:
        What it computes; None where Keras cannot do it with these rows.
    """
    if keeps_state(model):  # the state is of another number of rows
        return None

    def trace() -> Any:
        specs = [tf.TensorSpec([None, *array.shape[1:]], array.dtype) for array in arrays]
        try:
            return tf.function(make(), autograph=False).get_concrete_function(*specs)
        except Exception:  # whatever the code of any layer or loss raises
            _LOG.warning("no %s of the network %s", what, model.name, exc_info=True)
            return _CANNOT

    rows = tuple((array.dtype.str, array.shape[1:]) for array in arrays)
    function = STORE.own(model, TracedFor((what, key, rows), None), what, trace)
    if function is _CANNOT:
        return None
    try:
        return [part.numpy() for part in function(*map(tf.convert_to_tensor, arrays))]
    except tf.errors.OpError:
        return None


def histogram(numbers: NDArray[Any], bins: int) -> Histogram:
    """Count numbers of any shape."""
    flat = np.asarray(numbers, dtype=np.float32).reshape(-1)
    are_finite = np.isfinite(flat)
    finite = flat if are_finite.all() else flat[are_finite]
    if not finite.size:
        return Histogram(0.0, 0.0, (0,) * bins, flat.size)
    low, high = float(finite.min()), float(finite.max())
    # In a range as wide as float32 the width of one is infinite.
    counts = np.histogram(finite.astype(np.float64) if high - low > 1e30 else finite, bins)[0]
    return Histogram(low, high, tuple(map(int, counts)), flat.size - finite.size)


def norm_of(arrays: Sequence[NDArray[Any]]) -> float:
    """The square root of the sum of squares of all numbers."""
    return math.hypot(*(float(np.linalg.norm(array)) for array in arrays))
