"""Keeps traced programs: for a model as long as it lives, and for others like it.

So nothing is compiled twice between epochs, between runs, for another learning rate, or for a
second model of the same architecture (a fold, another seed, a run after a run).
"""

from __future__ import annotations

import hashlib
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from operator import is_
from threading import Lock
from types import MethodType
from typing import Any, TypeVar

import keras

from kertasks.fitting.keras_internals.keras_graphs import numbering_from
from kertasks.fitting.keras_internals.keras_layers import all_layers, trainable_as, trainable_flags
from kertasks.fitting.keras_internals.keras_objects import compilation, eager_context
from kertasks.fitting.programs.architecture import places_of_captures, signature, variables
from kertasks.fitting.programs.program import (
    Kind,
    Program,
    ProgramKey,
    Traced,
    TracedFor,
    flat_logs,
    forget_tensors,
    trace,
)
from kertasks.fitting.rows.feeds import Structure

_Made = TypeVar("_Made")

SHARED_PROGRAMS = 32
"""How many programs are kept for models to come."""


@dataclass(slots=True)
class _OfModel:
    """The programs of one model since it was compiled."""

    parts: list[object]
    """What must still be the same since they were traced: the compilation, layers, variables."""

    programs: dict[tuple[TracedFor, Hashable], Any] = field(default_factory=dict)
    trainable: dict[TracedFor, list[bool]] = field(default_factory=dict)
    """What was trainable when a step was first traced for something."""

    steps: dict[Kind, Callable[[], Any]] = field(default_factory=dict)
    """Weak references to the steps, as Keras takes them when it first makes its functions."""

    def as_traced(self, wanted: TracedFor) -> TracedFor:
        """What Keras would use for this: what is traced for batches of just this size, else for
        batches of any; and what it would trace now where there is neither: after the first, for
        batches of any size."""
        if wanted in self.trainable or not any(wanted.step == of.step for of in self.trainable):
            return wanted
        return replace(wanted, batch=None)


class ProgramStore:
    """All programs of the process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._models: weakref.WeakKeyDictionary[keras.Model, _OfModel] = weakref.WeakKeyDictionary()
        # Each with the places of its captures among the variables of a model.
        self._shared: OrderedDict[tuple[str, ProgramKey], tuple[Traced, list[int]]] = OrderedDict()
        self._context: weakref.ref[Any] | None = None
        self._traced: Counter[str] = Counter()
        self._numbers: set[int] = set()
        self._lock = Lock()

    def program(
        self,
        model: keras.Model,
        key: ProgramKey,
        wanted: TracedFor,
        structure: Structure,
        on_trace: Callable[[], None],
    ) -> Program:
        """The model's own program, one it can share, or else a new one.

        Args:
            model: a built and compiled Keras model.
            key: what it is for.
            wanted: what Keras would trace.
            structure: of the data.
            on_trace: called before a new one is traced.

        Raises:
            CannotCompile: the step cannot be put into a loop.
            Exception: whatever the model's own Python code raises.
        """

        def make() -> Program:
            step = self._step(model, key.kind)
            with self._as_first_traced(model, wanted):
                signed = signature(model, key.kind, structure.keys)
                shared = None if signed is None else self._find_shared(signed, key)
                if shared is not None:
                    return _bind(*shared, model)
                on_trace()
                with self._numbering(model, key):
                    traced = trace(model, step, key, structure)
                # As it was traced: a layer may have been changed since the model was compiled.
                signed = signature(model, key.kind, structure.keys)
            program = Program(traced, list(traced.function.captured_inputs))
            places = places_of_captures(program.captures, model)
            if signed is not None and places is not None and traced.from_metrics:
                with self._lock:
                    self._shared[signed, key] = (traced, places)
                    while len(self._shared) > SHARED_PROGRAMS:
                        self._shared.popitem(last=False)
            return program

        return self.own(model, wanted, key, make)

    def _find_shared(self, signed: str, key: ProgramKey) -> tuple[Traced, list[int]] | None:
        with self._lock:
            found = self._shared.get((signed, key))
            if found is not None:
                self._shared.move_to_end((signed, key))
            return found

    def _numbering(self, model: keras.Model, key: ProgramKey) -> AbstractContextManager[None]:
        """Number what is traced for XLA alike in every process that traces the like of it so many
        times, and never the same twice in one, however like the programs are."""
        if not key.xla:
            return nullcontext()
        layers = [type(layer).__name__ for layer in all_layers(model)]
        shapes = [(tuple(variable.shape), variable.dtype.name) for variable in variables(model)]
        like = repr((key, layers, shapes))
        with self._lock:
            while True:
                self._traced[like] += 1
                digest = hashlib.sha256(f"{like} {self._traced[like]}".encode()).digest()
                # A tracing takes some thousand numbers; all must be below 2 to the 63rd.
                first = int.from_bytes(digest[:5]) << 22
                if first not in self._numbers:
                    self._numbers.add(first)
                    return numbering_from(first, model)

    def trains_otherwise(self, model: keras.Model, wanted: TracedFor) -> bool:
        """Whether something else is trainable now than what a compiled model trains."""
        with self._lock:
            own = self._of(model)
            flags = own.trainable.get(own.as_traced(wanted))
        return flags is not None and flags != trainable_flags(model)

    def own(
        self, model: keras.Model, wanted: TracedFor, key: Hashable, make: Callable[[], _Made]
    ) -> _Made:
        """What was made for this model, made now if there is none or the model is another since.

        Args:
            model: a built Keras model.
            wanted: what it is traced for.
            key: which of all that is traced for it.
            make: makes it.
        """
        with self._lock:
            own = self._of(model)
            made: _Made | None = own.programs.get((own.as_traced(wanted), key))
        if made is None:
            made = make()
            with self._lock:
                own = self._of(model)
                traced = own.as_traced(wanted)
                own.trainable.setdefault(traced, trainable_flags(model))
                own.programs[traced, key] = made
        return made

    def forget(self) -> None:
        """Drop everything, so that the next run compiles anew."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._models.clear()
        self._shared.clear()
        forget_tensors()

    def _as_first_traced(
        self, model: keras.Model, wanted: TracedFor
    ) -> AbstractContextManager[None]:
        with self._lock:
            own = self._of(model)
            flags = own.trainable.setdefault(own.as_traced(wanted), trainable_flags(model))
        return trainable_as(model, flags)

    def _step(self, model: keras.Model, kind: Kind) -> Callable[[Any], Any]:
        step: Callable[[Any], Any] = getattr(model, f"{kind}_step")
        reference = weakref.WeakMethod if isinstance(step, MethodType) else weakref.ref
        with self._lock:
            first = self._of(model).steps.setdefault(kind, reference(step))
        # One that nothing else holds any more is not kept alive: it may hold the model.
        return first() or step

    def _of(self, model: keras.Model) -> _OfModel:
        context = eager_context()
        if self._context is None or self._context() is not context:
            # What was traced or put on a device in another one cannot be used, nor freed twice.
            self._forget()
            self._context = weakref.ref(context)
        parts = _parts(model)
        own = self._models.get(model)
        if own is None or len(own.parts) != len(parts) or not all(map(is_, own.parts, parts)):
            own = _OfModel(parts)
            self._models[model] = own
        return own


def _parts(model: keras.Model) -> list[object]:
    # Weak, because a layer may hold the model; there is only one weak reference to a live layer.
    layers = [weakref.ref(layer) for layer in all_layers(model)]
    return [compilation(model), *layers, *model.variables]


def _bind(traced: Traced, places: list[int], model: keras.Model) -> Program:
    """A shared program on this model's variables, its results under this model's names."""
    every = variables(model)
    names = tuple(flat_logs(model.get_metrics_result()))
    return Program(replace(traced, names=names), [every[place].handle for place in places])


STORE = ProgramStore()
