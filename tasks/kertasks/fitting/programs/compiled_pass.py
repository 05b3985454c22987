"""A pass over rows (an epoch of training, or a validation) as few compiled calls.

What is not compiled yet is compiled before, as a phase of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.fitting.callback_hooks import BatchHooks
from kertasks.fitting.keras_internals import OrderedArrays, build, compilation, keeps_state
from kertasks.fitting.pace import Pace
from kertasks.fitting.programs.program import Kind, Logs, Program, ProgramKey, resets_in_graph
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.rows.feeds import Feed, Leaf, Structure, flatten


@dataclass(frozen=True, slots=True)
class Batches:
    """How rows fall into batches."""

    rows: int
    size: int

    @property
    def full(self) -> int:
        """How many batches are whole."""
        return self.rows // self.size

    @property
    def rest(self) -> int:
        """Rows of the last, partial batch; 0 when there is none."""
        return self.rows % self.size

    @property
    def sizes(self) -> list[int]:
        """The sizes that batches have: the whole one, the partial one, or both."""
        return [size for size in ([self.size] if self.full else []) + [self.rest] if size]

    @property
    def count(self) -> int:
        """How many batches there are, a partial one included."""
        return self.full + bool(self.rest)


class CompiledPass:
    """Runs batches of one feed with the program compiled for them."""

    def __init__(
        self,
        model: keras.Model,
        feed: Feed,
        batches: Batches,
        program: Program,
        xla: bool,
    ) -> None:
        self.batches = batches
        self.xla = xla
        """Whether XLA compiled it."""

        self._model = model
        self._compilation = compilation(model)
        self._feed = feed
        self._program = program
        self._resets_in_graph = resets_in_graph(model)

    def run(
        self,
        order: NDArray[np.int64] | None,
        first: int,
        count: int,
        pace: Pace,
        hooks: BatchHooks,
        stopped: Callable[[], bool],
        done: int = 0,
    ) -> Logs:
        """Run batches ``first`` to ``first + count``.

        Args:
            order: row numbers, shape (rows,), or None for the rows as they lie.
            first: number of the first batch in the order.
            count: how many batches.
            pace: how long calls are.
            hooks: called around each call.
            stopped: asked after each call whether to go no further.
            done: so many of these batches are done; their metrics are the model's.

        Returns:
            The metrics over these batches.

        Raises:
            RuntimeError: a callback compiled the model.
        """
        self._feed.open(order)
        if not self._resets_in_graph and not done:
            self._model.reset_metrics()
        # Of batches that are all done, what is left are their metrics.
        logs = self._metrics() if done >= count else {}
        while done < count:
            steps = self._next_call(first + done, count - done, pace)
            if (limit := hooks.steps_limit) is not None:
                steps = min(steps, limit)
            hooks.begin(done)
            if compilation(self._model) is not self._compilation:
                raise RuntimeError(
                    "a callback called model.compile, which takes effect with the next call of "
                    "fit or evaluate only; to change the learning rate within one, set "
                    "model.optimizer.learning_rate"
                )
            logs = self._call(first + done, steps, done == 0 and self._resets_in_graph, pace)
            done += steps
            hooks.end(done - 1, logs)
            if stopped():
                break
        return logs

    def _metrics(self) -> Logs:
        arrays, position = self._feed.arguments(0, 0)
        return self._program.run(arrays, self.batches.sizes[0], position, 0, reset=False)

    def _next_call(self, batch: int, remaining: int, pace: Pace) -> int:
        """How many steps the call that begins at this batch takes."""
        whole = min(remaining, self.batches.full - batch)
        if whole <= 0:
            return 1  # the partial batch
        steps = pace.steps(whole)
        if self._feed.limit is not None:
            steps = min(steps, self._feed.limit // self.batches.size)
        return steps

    def _call(self, batch: int, steps: int, reset: bool, pace: Pace) -> Logs:
        is_full = batch < self.batches.full
        size = self.batches.size if is_full else self.batches.rest
        began = time.perf_counter()
        arrays, position = self._feed.arguments(batch * self.batches.size, steps * size)
        logs = self._program.run(arrays, size, position, steps, reset)
        if is_full:
            pace.took(steps, time.perf_counter() - began)
        return logs


OnCompile = Callable[[float | None], None]


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to train or test on, read but not yet on the device."""

    kind: Kind
    leaves: list[Leaf]
    structure: Structure
    batches: Batches
    shuffled: bool


def read(arrays: OrderedArrays, kind: Kind, shuffled: bool) -> Source:
    """The rows of Keras's view of arrays.

    Raises:
        CannotCompile: one of the arrays is not dense numbers.
    """
    leaves, structure = flatten(arrays.inputs)
    batches = Batches(arrays.order.rows, arrays.order.batch_size)
    return Source(kind, leaves, structure, batches, shuffled)


def build_for(model: keras.Model, source: Source) -> None:
    """Make every variable before anything is traced.

    Not the optimizer's for testing: as in Keras it is built for what is trainable at the first
    training.
    """
    # As in Keras, whose batches have a known size where all are whole; else stateful layers refuse.
    size = source.batches.size if keeps_state(model) and not source.batches.rest else None
    batch = [keras.KerasTensor((size, *leaf.row_shape), leaf.dtype.name) for leaf in source.leaves]
    build(model, source.structure.pack(batch), optimizer=source.kind is Kind.TRAIN)


class Compiler:
    """Makes the passes of a run; tells when compiling begins and how long it took."""

    def __init__(self, model: keras.Model, xla: bool, on_compile: OnCompile | None) -> None:
        self._model = model
        self._xla = xla
        self._on_compile = on_compile
        self._began: float | None = None

    def make_pass(self, source: Source, feed: Feed) -> CompiledPass:
        """A pass over a source's rows with everything it needs compiled.

        Raises:
            CannotCompile: the model's step cannot be put into a loop.
            Exception: whatever the model's Python code or XLA raises.
        """
        if feed.ordered:
            feed.open(np.arange(source.batches.rows))
        arrays, _ = feed.arguments(0, 0)
        program = self._program(source, feed)
        for size in source.batches.sizes:
            if not program.is_compiled(arrays, size, self._xla):
                self._begin()
                program.compile(arrays, size)
        return CompiledPass(self._model, feed, source.batches, program, self._xla)

    def done(self) -> None:
        """Say how long compiling took, if anything was compiled."""
        if self._began is not None and self._on_compile is not None:
            self._on_compile(time.perf_counter() - self._began)

    def _program(self, source: Source, feed: Feed) -> Program:
        key = ProgramKey(
            kind=source.kind,
            ordered=feed.ordered,
            xla=self._xla,
            structure=source.structure.text,
            arrays=tuple((leaf.dtype.name, leaf.row_shape) for leaf in source.leaves),
            words=feed.words,
        )
        program = STORE.find(self._model, key, source.structure)
        if program is None:
            self._begin()
            program = STORE.make(self._model, key, source.structure)
        return program

    def _begin(self) -> None:
        if self._began is None:
            self._began = time.perf_counter()
            if self._on_compile is not None:
                self._on_compile(None)
