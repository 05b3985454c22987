"""A pass over rows (an epoch of training, or a validation) as few compiled calls.

What is not compiled yet is compiled before, as a phase of its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import keras
import numpy as np

from kertasks.fitting.callback_hooks import BatchHooks
from kertasks.fitting.keras_internals.keras_arrays import OrderedArrays
from kertasks.fitting.keras_internals.keras_building import build
from kertasks.fitting.keras_internals.keras_layers import keeps_state
from kertasks.fitting.keras_internals.keras_objects import compilation
from kertasks.fitting.programs.checks import Checks
from kertasks.fitting.programs.program import Kind, Logs, Program, ProgramKey, TracedFor
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.programs.xla_cache import kept_on_disk
from kertasks.fitting.rows.feeds import Feed, Leaf, Structure, flatten
from kertasks.fitting.rows.row_order import RowOrder, Span

CALL_SECONDS = 0.08
"""What a call is to take: under 0.1 s even on a machine that is a little slower now and then."""

GROWTH = 16
"""A call has at most so many times the steps of the one before: the first is short."""


class Pace:
    """Chooses the length of calls so that none takes much more than ``seconds``, from how long the
    calls before it took.

    Only when something happens depends on it (progress, a stop, a new learning rate), never a
    number: state is carried from call to call in the model's own variables.
    """

    def __init__(self, seconds: float = CALL_SECONDS) -> None:
        self._seconds = seconds
        self._allowed = 1

    def steps(self, remaining: int) -> int:
        """Steps of the next call, when ``remaining`` are left: equal parts rather than a rest."""
        calls = math.ceil(remaining / self._allowed)
        return math.ceil(remaining / calls)

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a call that is done."""
        fitting = int(self._seconds * steps / max(seconds, 1e-9))
        self._allowed = max(1, min(fitting, steps * GROWTH))


OnCompile = Callable[[float | None], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to train or test on, read but not yet on the device."""

    kind: Kind
    leaves: list[Leaf]
    structure: Structure
    order: RowOrder
    steps: int
    """How many batches are read in an epoch, or in a pass to evaluate."""

    @property
    def batch(self) -> int | None:
        """Rows of every batch; None where the last has fewer."""
        return None if self.order.rest else self.order.batch_size

    @property
    def arrays(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Dtype and shape of a row of each array."""
        return tuple((leaf.dtype.name, leaf.row_shape) for leaf in self.leaves)

    @property
    def traced_for(self) -> TracedFor:
        """What Keras would trace a step for, to run it on these rows."""
        return TracedFor((self.kind, repr(self.structure.template), self.arrays), self.batch)


def read(arrays: OrderedArrays, kind: Kind) -> Source:
    """The rows of Keras's view of arrays.

    Raises:
        CannotCompile: one of the arrays is not dense numbers.
    """
    return Source(kind, *flatten(arrays.inputs), arrays.order, arrays.steps)


def build_for(model: keras.Model, source: Source) -> None:
    """Make every variable before anything is traced.

    Not the optimizer's for testing: as in Keras it is built for what is trainable at the first
    training.
    """
    # As in Keras, whose batches have a known size where all are whole; else stateful layers refuse.
    size = source.batch if keeps_state(model) else None
    batch = [keras.KerasTensor((size, *leaf.row_shape), leaf.dtype.name) for leaf in source.leaves]
    build(model, source.structure.pack(batch), optimizer=source.kind is Kind.TRAIN)


class CompiledPass:
    """Runs batches of one feed with the program compiled for them."""

    def __init__(
        self,
        model: keras.Model,
        source: Source,
        feed: Feed,
        program: Program,
        xla: bool,
    ) -> None:
        self.source = source
        self.order = source.order
        self.steps = source.steps
        """How many batches an epoch, or a pass to evaluate, has."""

        self.xla = xla
        """Whether XLA compiled it."""

        self._model = model
        self._compilation = compilation(model)
        self._feed = feed
        self._program = program
        self._per_execution = int(model.steps_per_execution)

    @property
    def checks(self) -> Checks:
        """What a step checks of its rows on a processor."""
        return self._program.traced.checks

    @property
    def resets_metrics(self) -> bool:
        """Whether its program can let metrics begin anew."""
        return self._program.traced.resets

    def suits_xla(self) -> bool:
        """Whether XLA is the faster form of its steps."""
        return self._program.traced.work.suits_xla(self.order.batch_size)

    def compile(self, begin: Callable[[], None]) -> None:
        """Compile what it needs that is not compiled yet.

        Args:
            begin: called before anything is compiled.

        Raises:
            CachedProgramRefused: it must be traced anew.
            tf.errors.OpError: XLA cannot compile it.
        """
        arrays, _ = self._feed.arguments(0, 0)
        for size in self.order.batch_sizes:
            if not self._program.is_compiled(arrays, size, self.xla):
                begin()
                shapes = [size, *(tuple(array.shape) for array in arrays)]
                name = self._program.traced.function.name
                with kept_on_disk(name, shapes) if self.xla else nullcontext():
                    self._program.compile(arrays, size)

    def run(
        self,
        span: Span,
        pace: Pace,
        hooks: BatchHooks,
        stopped: Callable[[], bool],
        *,
        reset: bool,
        done: int = 0,
    ) -> Logs:
        """Run the batches of a span, as many in a call as Keras would or more.

        As in Keras, hooks are called around executions of ``model.steps_per_execution`` batches,
        or some of them, and batches are counted as if the last one were whole.

        Args:
            span: which batches, in which order.
            pace: how long calls are.
            hooks: called around each call.
            stopped: asked before each call whether to make only one execution more, and after it
                whether to go no further.
            reset: whether the metrics begin anew with the first call.
            done: so many of the batches are done; their metrics are the model's.

        Returns:
            The metrics over these batches.

        Raises:
            RuntimeError: a callback compiled the model.
        """
        self._feed.open(span.order)
        logs: Logs = {}
        if done >= span.count:  # what is left of the batches are their metrics
            arrays, position = self._feed.arguments(0, 0)
            size = self.order.batch_sizes[0]
            logs = self._program.run(arrays, size, position, 0, reset=False)
        while done < span.count:
            executions = self._executions(span.first + done, span.count - done, pace, hooks)
            hooks.begin(done)
            if compilation(self._model) is not self._compilation:
                raise RuntimeError(
                    "a callback called model.compile, which takes effect with the next call of "
                    "fit or evaluate only; to change the learning rate within one, set "
                    "model.optimizer.learning_rate"
                )
            if stopped():
                executions = 1
            end = (done // self._per_execution + executions) * self._per_execution
            while done < min(end, span.count):
                steps = self._equal_steps(span.first + done, min(end, span.count) - done)
                logs = self._call(span.first + done, steps, reset, pace)
                done, reset = done + steps, False
            hooks.end(end - 1, logs)
            if stopped():
                break
        return logs

    def _executions(self, batch: int, remaining: int, pace: Pace, hooks: BatchHooks) -> int:
        """How many executions the call that begins at this batch makes."""
        steps = self._equal_steps(batch, remaining)
        limits = (pace.steps(steps), hooks.steps_limit)
        steps = min(limit for limit in limits if limit is not None)
        return max(1, steps // self._per_execution)

    def _equal_steps(self, batch: int, remaining: int) -> int:
        """How many steps from this batch on can be taken at once: rows of one size, that can lie
        on the device together."""
        whole = min(remaining, self.order.whole_batches - batch)
        if whole <= 0:
            return 1  # the partial batch
        if self._feed.limit is not None:
            return min(whole, self._feed.limit // self.order.batch_size)
        return whole

    def _call(self, batch: int, steps: int, reset: bool, pace: Pace) -> Logs:
        is_whole = batch < self.order.whole_batches
        size = self.order.batch_size if is_whole else self.order.rest
        began = time.perf_counter()
        arrays, position = self._feed.arguments(batch * self.order.batch_size, steps * size)
        logs = self._program.run(arrays, size, position, steps, reset)
        if is_whole:
            pace.took(steps, time.perf_counter() - began)
        return logs


@contextmanager
def telling_of_compiling(on_compile: OnCompile | None) -> Iterator[Callable[[], None]]:
    """Give what is to be called as compiling begins; at the end, tell how long it took."""
    began: float | None = None

    def begin() -> None:
        nonlocal began
        if began is None:
            began = time.perf_counter()
            if on_compile is not None:
                on_compile(None)

    try:
        yield begin
    finally:
        if began is not None and on_compile is not None:
            on_compile(time.perf_counter() - began)


def trace_pass(
    model: keras.Model, source: Source, feed: Feed, xla: bool, begin: Callable[[], None]
) -> CompiledPass:
    """A pass over a source's rows, traced but not compiled.

    Args:
        model: a built and compiled Keras model.
        source: what is read.
        feed: where its rows come from.
        xla: whether XLA is to compile it.
        begin: called before anything is traced.

    Raises:
        CannotCompile: the model's step cannot be put into a loop.
        Exception: whatever the model's Python code raises.
    """
    if feed.ordered:
        feed.open(np.arange(source.order.rows))
    key = ProgramKey(
        kind=source.kind,
        ordered=feed.ordered,
        xla=xla,
        structure=repr(source.structure.template),
        arrays=source.arrays,
        words=feed.words,
    )
    program = STORE.program(model, key, source.traced_for, source.structure, begin)
    return CompiledPass(model, source, feed, program, xla)
