"""The gradients of a part of a batch, as a host computes them, and the trainer where no host is
left."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals.keras_layers import all_layers, seed_states
from kertasks.fitting.keras_internals.keras_losses import added_losses, loss_of_outputs
from kertasks.fitting.programs.checks import Checks
from kertasks.fitting.programs.form import Work
from kertasks.fitting.rows.feeds import Structure
from kertasks.hosts.part import Arrays, Network, Part, PartSums

_FILE = "network.keras"


class PartComputer:
    """Computes parts with one model, whose weights are those of the trainer at every step.

    Args:
        model: built and compiled.
        structure: of what a step gets.
        arrays: dtype and shape of a row of each array.
        xla: whether XLA compiles it.
    """

    def __init__(
        self,
        model: keras.Model,
        structure: Structure,
        arrays: Sequence[tuple[str, tuple[int, ...]]],
        *,
        xla: bool,
    ) -> None:
        self._model = model
        self._structure = structure
        self._states = seed_states(model)
        self._weights = list(model.trainable_variables)
        self.checks = Checks([], {}, frozenset(), None)
        """What is checked of rows on a processor."""

        self.is_masked = False
        """Whether an output is masked: then a row does not count as much as another."""

        self.template: Any = True
        """How the network's outputs are nested."""

        self.connected: list[bool] = []
        """Which weights the loss depends on."""

        specs = [tf.TensorSpec([None, *shape], dtype) for dtype, shape in arrays]
        shares = tf.TensorSpec([2], tf.float32)
        compute = tf.function(self._traced, jit_compile=xla, autograph=False)
        self._function = compute.get_concrete_function(shares, *specs)
        self.work = Work(self._function.graph.get_operations())
        """What decides whether XLA is the faster form."""

        *_, outputs = self._function.structured_outputs
        self.outputs: list[tf.TensorSpec] = [
            tf.TensorSpec([None, *output.shape[1:]], output.dtype) for output in outputs
        ]
        """The network's outputs, flat."""

    @classmethod
    def of(cls, network: Network) -> PartComputer:
        """What a host computes with.

        Raises:
            Exception: whatever Keras says of a network that it cannot load.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / _FILE
            path.write_bytes(network.file)
            model = keras.saving.load_model(path, safe_mode=True)
        return cls(model, Structure(network.template), network.arrays, xla=network.xla)

    def take_weights(self, weights: Arrays) -> None:
        """Have the weights of the trainer."""
        for variable, value in zip(self._weights, weights, strict=True):
            variable.assign(value)

    def compute(self, part: Part) -> PartSums:
        """Compute a part with the weights as they are now. The generators are left as they were
        found by the part before; their state comes with the next."""
        for state, value in zip(self._states, part.seeds, strict=True):
            state.assign(value)
        arrays = [tf.convert_to_tensor(array) for array in part.arrays]
        shares = tf.constant([part.share, part.share_of_rows], tf.float32)
        added, gradients, outputs = self._function(shares, *arrays)
        return PartSums(
            gradients=tuple(gradient.numpy() for gradient in gradients),
            added=float(added),
            outputs=tuple(output.numpy() for output in outputs),
            seeds=tuple(state.numpy() for state in self._states),
        )

    def _traced(self, shares: tf.Tensor, *arrays: tf.Tensor) -> Any:
        model = self._model
        batch = self._structure.pack(arrays)
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            loss = loss_of_outputs(model, y, outputs, sample_weight)
            added = shares[1] * sum_of(added_losses(model))
            whole = loss * tf.cast(shares[0], loss.dtype) + tf.cast(added, loss.dtype)
        gradients = tape.gradient(whole, self._weights)
        self.connected = [gradient is not None for gradient in gradients]
        self.template = keras.tree.map_structure(lambda _: True, outputs)
        flat = keras.tree.flatten(outputs)
        self.is_masked = any(getattr(one, "_keras_mask", None) is not None for one in flat)
        layers = frozenset(layer.name for layer in all_layers(model))
        operations = tf.compat.v1.get_default_graph().get_operations()
        self.checks = Checks(operations, dict(enumerate(arrays)), layers, None)
        dense = [tf.convert_to_tensor(one) for one in gradients if one is not None]
        return added, dense, [tf.convert_to_tensor(one) for one in flat]


def sum_of(losses: Sequence[Any]) -> tf.Tensor:
    """The sum of scalars as float32; 0 where there are none."""
    return tf.add_n([tf.zeros([]), *(tf.cast(loss, tf.float32) for loss in losses)])


def network_file(model: keras.Model) -> bytes:
    """The model as Keras saves it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _FILE
        model.save(path)
        return path.read_bytes()
