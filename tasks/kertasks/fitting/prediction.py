"""``kertasks.predict``: what a model makes of rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.fitting.fit_request import count
from kertasks.fitting.keras_internals.keras_arrays import OrderedArrays
from kertasks.fitting.keras_internals.keras_graphs import call_with_captures
from kertasks.fitting.keras_internals.keras_layers import keeps_state
from kertasks.fitting.notices import CannotCompile, Notices, failing_as_cannot_compile
from kertasks.fitting.own_methods import call_own, goes_its_own_way
from kertasks.fitting.preparation import require_compilable
from kertasks.fitting.programs.program import TracedFor
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.rows.feeds import CHUNK_BYTES, Leaf, Structure, flatten


def predict(
    model: keras.Model,
    x: Any,
    batch_size: int | None = None,
    verbose: str | int = 0,
    steps: int | None = None,
    callbacks: Any = None,
) -> Any:
    """What a model makes of rows. Arguments and result of ``keras.Model.predict``.

    Batches run in one call of a plain TensorFlow graph after another, each over as many rows as
    take 64 MiB; predicting is too short a work for XLA. With a progress bar, callbacks or
    ``steps`` Keras's own ``predict`` does it.

    Args:
        model: a Keras model.
        x: arrays of shape (rows, …), alone or nested; or whatever else ``model.predict`` takes.
        batch_size: rows a step; 32 if not given.
        verbose: as in Keras, but silent unless asked.
        steps: batches to predict, instead of all there are.
        callbacks: Keras callbacks.

    Returns:
        Arrays of shape (rows, …) in the structure of the model's outputs.

    Raises:
        ValueError: a number is none that is allowed, there are no rows, or Keras refuses the data.
    """
    batch_size, steps = count("batch_size", batch_size), count("steps", steps)
    rest = {"batch_size": batch_size, "verbose": verbose, "steps": steps, "callbacks": callbacks}
    if goes_its_own_way(model, "predict"):
        Notices().tell("predicting with the model's own predict")
        return call_own(model, "predict", x, **rest)
    if not (verbose or steps or callbacks):
        try:
            return _predict(model, x, batch_size)
        except CannotCompile as reason:
            Notices().tell(f"predicting with Keras's own predict, which is slower: {reason}")
    return model.predict(x, **rest)


def _predict(model: keras.Model, x: Any, batch_size: int | None) -> Any:
    require_compilable(model, x, methods=["make_predict_function"])
    if keeps_state(model) and not model.built:
        raise CannotCompile("a layer that keeps its state is not built for a size of batches yet")
    arrays = OrderedArrays(x, batch_size=batch_size)
    leaves, structure = flatten(arrays.inputs)
    rows, size = arrays.order.rows, arrays.order.batch_size
    template = repr(structure.template)
    key = (template, *((leaf.dtype.name, leaf.row_shape) for leaf in leaves))
    wanted = TracedFor(key, None if arrays.order.rest else size)
    with failing_as_cannot_compile():
        function, outputs = STORE.own(
            model, wanted, "predict", lambda: _compile(model, leaves, structure)
        )
    row_bytes = max(1, sum(leaf.row_bytes for leaf in leaves))
    at_once = max(1, CHUNK_BYTES // (row_bytes * size)) * size
    parts: list[list[NDArray[Any]]] = []
    # Some whole batches a call, then the partial one.
    in_whole_batches = rows - arrays.order.rest
    cuts = sorted({*range(0, in_whole_batches, at_once), in_whole_batches, rows})
    for first, last in pairwise(cuts):
        step = min(size, last - first)
        taken = [tf.convert_to_tensor(leaf.take(slice(first, last))) for leaf in leaves]
        arguments = [*taken, tf.constant(step), tf.constant((last - first) // step)]
        results = call_with_captures(function, arguments, function.captured_inputs)
        parts.append([result.numpy() for result in results])
    joined = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
    return keras.tree.pack_sequence_as(outputs, joined)


def _compile(model: keras.Model, leaves: Sequence[Leaf], structure: Structure) -> tuple[Any, Any]:
    """Compile a loop over batches.

    Returns:
        A ``ConcreteFunction`` of the arrays, the rows a step and the steps; and what one step
        gives, for its structure.
    """
    specs = [tf.TensorSpec([None, *leaf.row_shape], leaf.dtype) for leaf in leaves]
    outputs_like = (
        tf.function(
            tf.autograph.experimental.do_not_convert(
                lambda *arrays: model.predict_step(structure.pack(arrays))
            ),
            autograph=False,
        )
        .get_concrete_function(*specs)
        .structured_outputs
    )
    outputs = keras.tree.flatten(outputs_like)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]  # TensorFlow's
    def run(*arguments: tf.Tensor) -> list[tf.Tensor]:
        *arrays, size, steps = arguments

        def body(done: tf.Tensor, written: list[Any]) -> tuple[tf.Tensor, list[Any]]:
            rows = tf.range(done * size, (done + 1) * size)
            batch = structure.pack([tf.gather(array, rows) for array in arrays])
            results = keras.tree.flatten(model.predict_step(batch))
            return done + 1, [
                array.write(done, result) for array, result in zip(written, results, strict=True)
            ]

        empty = [
            tf.TensorArray(output.dtype, size=steps, element_shape=output.shape)
            for output in outputs
        ]
        _, written = tf.while_loop(
            lambda done, _: done < steps, body, (tf.constant(0), empty), parallel_iterations=1
        )
        return [array.concat() for array in written]

    scalars = [tf.TensorSpec([], tf.int32)] * 2
    function = tf.function(run, autograph=False).get_concrete_function(*specs, *scalars)
    return function, outputs_like
