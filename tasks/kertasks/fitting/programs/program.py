"""Many steps in one call: the model's own ``train_step`` or ``test_step`` in a compiled loop.

A program is traced once, for any number of rows and any batch size, as Keras traces its own
steps; XLA specializes it by itself for the shapes it is called with. Which batches it runs, and
whether metrics begin anew, are arguments. Everything that changes (weights, optimizer state,
metrics, seeds of Dropout, the learning rate) lives in the model's variables, so a pass may be
cut into calls anywhere without changing a number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals.keras_graphs import call_with_captures, without_number
from kertasks.fitting.keras_internals.keras_layers import all_layers
from kertasks.fitting.keras_internals.keras_methods import are_steps_kerass, is_kerass
from kertasks.fitting.keras_internals.keras_metrics import resets_metrics_as_keras_does
from kertasks.fitting.notices import CannotCompile
from kertasks.fitting.programs.checks import Checks
from kertasks.fitting.programs.form import Work
from kertasks.fitting.rows.feeds import Structure
from kertasks.fitting.rows.words import (
    WordBatch,
    find_ones,
    fusing_updates,
    reading_words,
    word_readers,
)

Logs = dict[str, Any]


# Making the small tensors that steer a call takes 10 microseconds; most calls recur.
@lru_cache(256)
def _control(first: int, steps: int, reset: bool) -> tf.Tensor:
    return tf.constant([first, steps, int(reset)], tf.int32)


@lru_cache(256)
def _offsets(size: int) -> tf.Tensor:
    return tf.range(size, dtype=tf.int32)


def forget_tensors() -> None:
    """Drop the small tensors that are kept, which belong to one context of TensorFlow."""
    _control.cache_clear()
    _offsets.cache_clear()


class Kind(StrEnum):
    """Which of the model's steps a program runs."""

    TRAIN = "train"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class TracedFor:
    """What Keras's own function of a step would be traced for.

    Whatever is changed on a model counts for the next tracing, and not for what is traced already.
    """

    step: Hashable
    """Which step, and the structure, dtypes and shapes of what it gets."""

    batch: int | None
    """Rows of every batch; None where the last has fewer."""


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """What a program was traced for."""

    kind: Kind
    ordered: bool
    """Rows are gathered in an order; otherwise they are read as they lie."""

    xla: bool
    structure: str
    arrays: tuple[tuple[str, tuple[int, ...]], ...]
    """Dtype and shape of a row of each array."""

    words: bool = False
    """The first array comes as the cells and the starts of its words."""

    @property
    def word_spec(self) -> tf.TensorSpec | None:
        """What the first array would be for a step, where it comes as words."""
        dtype, shape = self.arrays[0]
        return tf.TensorSpec([None, *shape], dtype) if self.words else None


@dataclass(frozen=True, slots=True)
class Traced:
    """A program before it is bound to a model's variables."""

    function: Any
    """A TensorFlow ``ConcreteFunction`` of arrays[, order], offsets, control."""

    names: tuple[str, ...]
    """Names of the results, in the order in which the model gives its metrics."""

    scalars: tuple[bool, ...]
    """Which of them come packed in one float32 vector; the others come by themselves."""

    from_metrics: bool
    """Whether the results are exactly those of ``model.get_metrics_result()``."""

    resets: bool
    """Whether it can let metrics begin anew."""

    compiled_for: set[tuple[int, ...]]
    """Numbers of rows (of a step, of each array) it was compiled for."""

    checks: Checks
    """What a step checks of its rows on a processor."""

    work: Work
    """What decides about the form of a step."""


class Program:
    """A traced program with the variables of one model."""

    def __init__(self, traced: Traced, captures: Sequence[tf.Tensor]) -> None:
        self.traced = traced
        self.captures = list(captures)

    def run(
        self, arrays: Sequence[tf.Tensor], size: int, first: int, steps: int, reset: bool
    ) -> Logs:
        """Run ``steps`` steps of ``size`` rows, beginning at row ``first`` of the order.

        Args:
            arrays: the data, with the order last for an ordered program.
            size: rows a step.
            first: position of the first row.
            steps: how many steps; 0 compiles and changes nothing.
            reset: whether metrics begin anew.

        Returns:
            The metrics after the last step: floats, or arrays for metrics that are no scalar.
        """
        traced = self.traced
        arguments = [*arrays, _offsets(size), _control(first, steps, reset)]
        packed, *others = call_with_captures(traced.function, arguments, self.captures)
        scalars, arrays_in_turn = iter(packed.numpy().tolist()), iter(others)
        return {
            name: next(scalars) if is_scalar else next(arrays_in_turn).numpy()
            for name, is_scalar in zip(traced.names, traced.scalars, strict=True)
        }

    def compile(self, arrays: Sequence[tf.Tensor], size: int) -> None:
        """Have XLA compile (or TensorFlow optimize) for these shapes without running a step.

        Raises:
            tf.errors.OpError: XLA cannot compile it.
        """
        self.run(arrays, size, 0, 0, reset=False)
        self.traced.compiled_for.add(_row_counts(arrays, size))

    def is_compiled(self, arrays: Sequence[tf.Tensor], size: int, xla: bool) -> bool:
        """Whether a call with these shapes runs at once; a plain graph takes any."""
        seen = self.traced.compiled_for
        return _row_counts(arrays, size) in seen if xla else bool(seen)


def _row_counts(arrays: Sequence[tf.Tensor], size: int) -> tuple[int, ...]:
    return (size, *(int(array.shape[0]) for array in arrays))


class _Gathering:
    """Hands the steps of a model their batches, inside the graph of a program.

    Args:
        model: whose layers read words where they come.
        structure: of what a step gets.
        arrays: the data; where ``x`` comes as words, the first two are its cells and starts.
        offsets: 0, 1, … up to the rows of a step, int32 (batch,).
        order: row numbers, int32 (rows,), or None to read the rows as they lie.
        words: dtype and shape of an ``x`` that comes as words, None where it does not.
    """

    def __init__(
        self,
        model: keras.Model,
        structure: Structure,
        arrays: Sequence[tf.Tensor],
        offsets: tf.Tensor,
        order: tf.Tensor | None,
        words: tf.TensorSpec | None,
    ) -> None:
        self._model = model
        self._structure = structure
        split = 0 if words is None else 2
        self._ones, self._arrays = arrays[:split], arrays[split:]
        self._offsets = offsets
        self._order = order
        self._words = words

    def look_up(self, first: tf.Tensor) -> list[tf.Tensor]:
        """What takes long to find of a batch, to be found while the one before is computed: the
        ones of its words, shape (ones, 2), where there are any.

        Finding them takes a third of a step, on one core.
        """
        if self._words is None:
            return []
        cells, starts = self._ones
        return [find_ones(cells, starts, self._rows(first), ordered=self._order is not None)]

    def take_step(
        self, step: Callable[[Any], Any], first: tf.Tensor, found: Sequence[tf.Tensor]
    ) -> tuple[Any, Checks, Work]:
        """Run a step on the batch that begins at ``first``, with what ``look_up`` gave for it.

        Returns:
            What the step gives, what it checks, and what decides about its form.
        """
        rows = self._rows(first)
        arrays = [tf.gather(array, rows) for array in self._arrays]
        before = len(_operations_here())
        logs = self._step_on(step, arrays, rows, found)
        operations = _operations_here()[before:]
        # Words are the first array, and not read as they are.
        read = dict(enumerate(arrays, start=0 if self._words is None else 1))
        optimizer = self._model.optimizer
        name = without_number(optimizer.name) if is_kerass(type(optimizer)) else None
        layers = frozenset(layer.name for layer in all_layers(self._model))
        return logs, Checks(operations, read, layers, name), Work(operations)

    def _step_on(
        self,
        step: Callable[[Any], Any],
        arrays: Sequence[tf.Tensor],
        rows: tf.Tensor,
        found: Sequence[tf.Tensor],
    ) -> Any:
        if self._words is None:
            return step(self._structure.pack(arrays))
        words = WordBatch(found[0], tf.size(rows), self._words)
        readers = word_readers(self._model, self._words.shape[1])
        with reading_words(readers, words), fusing_updates(self._model):
            return step(self._structure.pack([words.rows(), *arrays]))

    def _rows(self, first: tf.Tensor) -> tf.Tensor:
        # Gathered even as they lie: XLA compiles a slice anew for every place it begins at.
        rows = first + self._offsets
        return rows if self._order is None else tf.gather(self._order, rows)


class _LogsMustBeCarried(Exception):  # a signal between two tracings
    """The step may return something else than the model's metrics."""

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self.initial = {name: (value.dtype, value.shape) for name, value in logs.items()}


def _operations_here() -> list[tf.Operation]:
    """All operations of the graph that is traced now."""
    operations: list[tf.Operation] = tf.compat.v1.get_default_graph().get_operations()
    return operations


def flat_logs(logs: Logs) -> Logs:
    """Logs without dicts in them, as Keras hands them to callbacks: a metric may give several."""
    flat: Logs = {}
    for name, value in logs.items():
        flat |= flat_logs(value) if isinstance(value, dict) else {name: value}
    return flat


def trace(
    model: keras.Model, step: Callable[[Any], Any], key: ProgramKey, structure: Structure
) -> Traced:
    """Trace a program on a built model.

    Args:
        model: a built and compiled Keras model.
        step: its ``train_step`` or ``test_step``.
        key: what it is for.
        structure: of what a step gets.

    Raises:
        CannotCompile: the step returns something no loop can carry.
        Exception: whatever the model's own Python code raises.
    """
    try:
        return _trace(model, step, key, structure, None)
    except _LogsMustBeCarried as found:
        return _trace(model, step, key, structure, found.initial)


def _trace(
    model: keras.Model,
    step: Callable[[Any], Any],
    key: ProgramKey,
    structure: Structure,
    carried: dict[str, tuple[tf.DType, tf.TensorShape]] | None,
) -> Traced:
    resets = resets_metrics_as_keras_does(model)
    is_scalar: dict[str, bool] = {}
    checks: Checks | None = None
    work: Work | None = None
    words = key.word_spec

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]  # TensorFlow's
    def run(*arguments: tf.Tensor) -> list[tf.Tensor]:
        with tf.variable_creator_scope(_initialized_now):
            return run_steps(*arguments)

    def run_steps(*arguments: tf.Tensor) -> list[tf.Tensor]:
        nonlocal is_scalar
        *arrays, offsets, control = arguments
        order = arrays.pop() if key.ordered else None
        gathering = _Gathering(model, structure, arrays, offsets, order, words)
        size = tf.shape(offsets)[0]

        def place(batch: tf.Tensor) -> tf.Tensor:
            return control[0] + batch * size

        if resets:
            tf.cond(control[2] > 0, lambda: _no_value(model.reset_metrics), tf.no_op)

        def body(
            done: tf.Tensor, logs: Logs, found: list[tf.Tensor]
        ) -> tuple[tf.Tensor, Logs, list[tf.Tensor]]:
            following = gathering.look_up(place(tf.minimum(done + 1, control[1] - 1)))
            nonlocal checks, work
            new, checks, work = gathering.take_step(step, place(done), found)
            if carried is None:
                _check_logs(model, new)
                return done + 1, logs, following
            new = flat_logs(new)
            logs = {name: tf.ensure_shape(new[name], logs[name].shape) for name in logs}
            return done + 1, logs, following

        initial = {name: tf.zeros(shape, dtype) for name, (dtype, shape) in (carried or {}).items()}
        shapes = {name: value.shape for name, value in initial.items()}
        found = gathering.look_up(control[0])
        _, logs, _ = tf.while_loop(
            lambda done, *_: done < control[1],
            body,
            (tf.constant(0), initial, found),
            shape_invariants=(tf.TensorShape([]), shapes, [tf.TensorShape([None, 2])] * len(found)),
            parallel_iterations=1,
        )
        results = logs if carried is not None else flat_logs(model.get_metrics_result())
        results = {name: tf.convert_to_tensor(value) for name, value in results.items()}
        is_scalar = {
            name: value.shape.rank == 0 and value.dtype == tf.float32
            for name, value in results.items()
        }
        scalars = [results[name] for name in results if is_scalar[name]]
        packed = tf.stack(scalars) if scalars else tf.zeros([0])
        return [packed, *(results[name] for name in results if not is_scalar[name])]

    function = tf.function(run, jit_compile=key.xla, autograph=False)
    specs = [tf.TensorSpec([None, *shape], dtype) for dtype, shape in key.arrays]
    if words is not None:
        specs[:1] = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None], tf.int64)]
    if key.ordered:
        specs.append(tf.TensorSpec([None], tf.int32))
    specs += [tf.TensorSpec([None], tf.int32), tf.TensorSpec([3], tf.int32)]
    traced = function.get_concrete_function(*specs)
    assert checks is not None  # noqa: S101 - narrows the types
    assert work is not None  # noqa: S101
    return Traced(
        traced,
        names=tuple(is_scalar),
        scalars=tuple(is_scalar.values()),
        from_metrics=carried is None,
        resets=resets,
        compiled_for=set(),
        checks=checks,
        work=work,
    )


def _check_logs(model: keras.Model, logs: Any) -> None:
    """Ask for carried logs unless they are the model's metrics."""
    if not isinstance(logs, dict):
        raise CannotCompile(f"a step returns a {type(logs).__name__} instead of a dict")
    if are_steps_kerass(model) and set(logs) == set(model.get_metrics_result()):
        return
    flat = {name: tf.convert_to_tensor(value) for name, value in flat_logs(logs).items()}
    if not all(value.shape.is_fully_defined() for value in flat.values()):
        raise CannotCompile("a step returns values whose shape is not known beforehand")
    raise _LogsMustBeCarried(flat)


def _initialized_now(create: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
    """A variable that a step makes while it is traced, such as those of a second optimizer.

    In the graph its first value would come from within the loop, which may run no step.
    """
    with tf.init_scope():
        return create(**arguments)


def _no_value(action: Any) -> tf.Operation:
    action()
    return tf.no_op()
