"""Gets the programs for a run, compiling what is not there yet, as a phase of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from kertasks.fitting.keras_internals import OrderedArrays, build, keeps_state
from kertasks.fitting.programs.compiled_pass import Batches, CompiledPass
from kertasks.fitting.programs.program import Kind, Program, ProgramKey
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.rows.feeds import Feed, Leaf, Structure, flatten

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
