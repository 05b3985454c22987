"""Epochs whose batches several hosts share.

Each step sends the weights, and to each host its rows. What comes back are the gradients of the
rows, which are summed up in the order of the parts, and what the network gives for them: with that
the trainer has Keras compute loss and metrics of the whole batch, and its optimizer take the step.
So batch size, learning rate, loss and metrics mean what they mean on one host, and the numbers are
those of one but for the order of sums. What layers draw, such as Dropout, is drawn anew for
each part: as good, and other numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.fitting.callback_hooks import BatchHooks
from kertasks.fitting.keras_internals.keras_building import asked_for_xla, supports_xla
from kertasks.fitting.keras_internals.keras_layers import seed_states
from kertasks.fitting.keras_internals.keras_losses import (
    count_loss,
    loss_of_outputs,
    loss_reductions,
    weight_losses,
)
from kertasks.fitting.notices import Notices
from kertasks.fitting.preparation import refuse_faults, tell_of_not_finite
from kertasks.fitting.programs.compiled_pass import Pace, Source, build_for
from kertasks.fitting.programs.program import Logs, flat_logs
from kertasks.fitting.rows.row_order import Span
from kertasks.fitting.sharing.computing import PartComputer, network_file, sum_of
from kertasks.fitting.sharing.refusals import require_shareable, share_of
from kertasks.hosts.part import CannotShare, Hosts, Network, Part, PartSums

_SEEDS_APART = 40_503
"""Between the seeds of two parts; large, so that few draws of one are those of another."""


class SharedPass:
    """Runs batches of a training, each shared among hosts.

    Args:
        model: compiled.
        source: what it is trained on.
        hosts: that compute.
        xla: whether XLA compiles what they compute; None for where it is the faster form.

    Raises:
        CannotShare: the numbers would not be those of one host, or there are fewer rows in a batch
            than hosts.
        tf.errors.InvalidArgumentError: an epoch comes to a row that TensorFlow refuses.
    """

    resets_metrics = True
    """It lets metrics begin anew, those too that a checkpoint brought."""

    def __init__(self, model: keras.Model, source: Source, hosts: Hosts, xla: bool | None) -> None:
        if source.order.batch_size < hosts.wanted:
            raise CannotShare(
                f"a batch of {source.order.batch_size} cannot be shared among {hosts.wanted} "
                "hosts: fit.batch_size is to be as many at least"
            )
        build_for(model, source)
        self.order = source.order
        self.steps = source.steps
        self._model = model
        self._source = source
        self._hosts = hosts
        self._reductions = loss_reductions(model)
        require_shareable(model, source, self._reductions)
        asked = asked_for_xla(model) if xla is None else xla
        self.xla, self._alone = _in_its_form(model, source, asked)
        """Whether XLA compiles what hosts compute."""

        if self._alone.is_masked:
            raise CannotShare("on several hosts an output with a mask does not work")
        if not any(self._alone.connected):
            raise CannotShare("on several hosts a network needs weights to train")
        self._weights = list(model.trainable_variables)
        self._states = seed_states(model)
        self._finish, self._names = _finishing(model, source, self._alone)
        template = source.structure.template
        hosts.begin(Network(network_file(model), template, source.arrays, self.xla))

    def run(
        self,
        span: Span,
        pace: Pace,  # noqa: ARG002 - as ``CompiledPass`` has it; here each call is a step
        hooks: BatchHooks,
        stopped: Callable[[], bool],
        *,
        reset: bool,
        done: int = 0,
    ) -> Logs:
        """Run the batches of a span, as ``CompiledPass.run`` says."""
        logs: Logs = {}
        if reset:
            self._model.reset_metrics()
        if done >= span.count:
            logs = {
                name: np.asarray(value)[()]
                for name, value in flat_logs(self._model.get_metrics_result()).items()
            }
        while done < span.count:
            hooks.begin(done)
            logs = self._step(self._rows_of(span, done))
            hooks.end(done, logs)
            done += 1
            if stopped():
                break
        return logs

    def _rows_of(self, span: Span, batch: int) -> NDArray[np.int64]:
        first = (span.first + batch) * self.order.batch_size
        end = min(first + self.order.batch_size, self.order.rows)
        return np.arange(first, end) if span.order is None else span.order[first:end]

    def _step(self, rows: NDArray[np.int64]) -> Logs:
        arrays = [
            np.asarray(leaf.take(rows), leaf.dtype.as_numpy_dtype) for leaf in self._source.leaves
        ]
        sums = self._sums(arrays)
        gradients = [
            tf.convert_to_tensor(sum(of_weight[1:], start=of_weight[0]))
            for of_weight in zip(*(part.gradients for part in sums), strict=True)
        ]
        outputs = [
            np.concatenate(of_output) if len(sums) > 1 else of_output[0]
            for of_output in zip(*(part.outputs for part in sums), strict=True)
        ]
        # Those of the first part, which was given the model's own.
        for state, value in zip(self._states, sums[0].seeds, strict=True):
            state.assign(value)
        added = np.float32(sum(part.added for part in sums))
        values = self._finish(added, *gradients, *outputs, *arrays)
        return {
            name: value.item() if value.ndim == 0 else value
            for name, value in zip(self._names, (one.numpy() for one in values), strict=True)
        }

    def _sums(self, arrays: Sequence[NDArray[Any]]) -> list[PartSums]:
        """What the parts of a batch come to; begun again by those that are left as often as a host
        is lost, and computed here where none is left."""
        while count := self._hosts.count():
            parts = self._parts(arrays, min(count, len(arrays[0])))
            weights = tuple(weight.numpy() for weight in self._weights)
            found = self._hosts.compute(weights, parts)
            sums = [one for one in found if one is not None]
            if len(sums) == len(parts):
                return sums
        (whole,) = self._parts(arrays, 1)
        return [self._alone.compute(whole)]

    def _parts(self, arrays: Sequence[NDArray[Any]], count: int) -> list[Part]:
        rows = len(arrays[0])
        ends = [rows * place // count for place in range(count + 1)]
        _, _, every = keras.utils.unpack_x_y_sample_weight(self._source.structure.pack(arrays))
        states = [state.numpy() for state in self._states]
        parts = []
        for place, (first, end) in enumerate(pairwise(ends)):
            weights = None if every is None else every[first:end]
            apart = np.array([place * _SEEDS_APART, 0])
            parts.append(
                Part(
                    arrays=tuple(array[first:end] for array in arrays),
                    share=share_of(weights, every, self._reductions, end - first, rows),
                    share_of_rows=(end - first) / rows,
                    seeds=tuple(state + apart for state in states),
                )
            )
        return parts


def share_among(
    hosts: Hosts,
    model: keras.Model,
    sources: Sequence[Source],
    xla: bool | None,
    notices: Notices,
) -> tuple[SharedPass, list[Source]]:
    """Have hosts share a training.

    Args:
        hosts: that compute.
        model: compiled.
        sources: what it is trained on, and perhaps what it is validated on, which is not shared.
        xla: as ``SharedPass`` takes it.
        notices: told what sharing costs.

    Returns:
        What runs the training, and the sources that are left.

    Raises:
        CannotShare, tf.errors.InvalidArgumentError: as ``SharedPass`` says.
    """
    training, *others = sources
    if tell_of_not_finite([training], notices):
        xla = False  # NaN passes through some operations of XLA otherwise than in Keras
    shared = SharedPass(model, training, hosts, xla)
    notices.tell(
        "each batch crosses the network: epochs are not compiled as a whole, and a small network "
        "trains slower than on one host"
    )
    return shared, others


def _in_its_form(
    model: keras.Model, source: Source, asked: bool | None
) -> tuple[bool, PartComputer]:
    """Whether XLA compiles what is computed, and who computes it here."""

    def traced(xla: bool) -> PartComputer:
        return PartComputer(model, source.structure, source.arrays, xla=xla)

    plain = traced(xla=False)
    unsure = refuse_faults([(plain.checks, source)])
    if unsure or plain.checks.left_out_by_xla is not None or not supports_xla(model):
        return False, plain
    if plain.work.suits_xla(source.order.batch_size) if asked is None else asked:
        return True, traced(xla=True)
    return False, plain


def _finishing(
    model: keras.Model, source: Source, computer: PartComputer
) -> tuple[Any, tuple[str, ...]]:
    """What brings a step to its end, once the gradients are summed up: a compiled function of what
    layers add to the loss, gradients, outputs and the batch; and the names of what it gives."""
    weights = [
        weight
        for weight, connected in zip(model.trainable_variables, computer.connected, strict=True)
        if connected
    ]
    names: tuple[str, ...] = ()

    def finish(added: tf.Tensor, *arrays: tf.Tensor) -> list[tf.Tensor]:
        nonlocal names
        remaining = iter(arrays)
        gradients = [next(remaining) for _ in weights]
        flat = [next(remaining) for _ in computer.outputs]
        outputs = keras.tree.pack_sequence_as(computer.template, flat)
        batch = source.structure.pack(list(remaining))
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        loss = loss_of_outputs(model, y, outputs, sample_weight)
        with tf.GradientTape() as tape:
            of_weights = sum_of(weight_losses(model))
        more = tape.gradient(of_weights, weights)
        gradients = [
            gradient if its is None else gradient + its
            for gradient, its in zip(gradients, more, strict=True)
        ]
        count_loss(model, loss + added + of_weights, tf.shape(keras.tree.flatten(x)[0])[0])
        model.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        model.compute_metrics(x, y, outputs, sample_weight=sample_weight)
        results = flat_logs(model.get_metrics_result())
        names = tuple(results)
        return [tf.convert_to_tensor(value) for value in results.values()]

    specs = [tf.TensorSpec([], tf.float32)]
    specs += [tf.TensorSpec(weight.shape, weight.dtype) for weight in weights]
    specs += computer.outputs
    specs += [tf.TensorSpec([None, *shape], dtype) for dtype, shape in source.arrays]
    function = tf.function(finish, autograph=False).get_concrete_function(*specs)
    return function, names
