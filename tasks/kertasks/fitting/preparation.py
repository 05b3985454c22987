"""From the arguments of ``fit`` or ``evaluate`` to compiled passes, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.callback_hooks import any_takes_summaries
from kertasks.fitting.keras_internals.keras_arrays import are_arrays
from kertasks.fitting.keras_internals.keras_building import (
    asked_for_xla,
    has_strategy,
    supports_xla,
)
from kertasks.fitting.keras_internals.keras_layers import has_convolutions, has_own_layers
from kertasks.fitting.keras_internals.keras_methods import own_attribute
from kertasks.fitting.notices import LOG, CannotCompile, Notices, failing_as_cannot_compile
from kertasks.fitting.programs.checks import Checks
from kertasks.fitting.programs.compiled_pass import (
    CompiledPass,
    OnCompile,
    Source,
    build_for,
    telling_of_compiling,
    trace_pass,
)
from kertasks.fitting.programs.program import Kind
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.programs.xla_cache import CachedProgramRefused
from kertasks.fitting.rows.feeds import WordLeaf, count_rows, make_feed
from kertasks.fitting.rows.finite import find_not_finite
from kertasks.fitting.rows.words import are_words_worth_it, find_words, word_readers


def require_compilable(
    model: keras.Model, x: Any, *, methods: Sequence[str], callbacks: Any = None, **others: Any
) -> None:
    """Refuse what is known beforehand not to compile, such as batches of the data's own making.

    Args:
        model: a Keras model.
        x: arrays, alone or nested.
        methods: of the model that are not called, and so must be Keras's own.
        callbacks: that are given.
        others: the same, by the name of their argument.

    Raises:
        CannotCompile: saying why.
        ValueError: ``x`` has no rows.
    """
    for name, structure in {"x": x, **others}.items():
        for leaf in keras.tree.flatten(structure):
            if not are_arrays(leaf):
                verb = "is" if leaf is structure else "holds"
                raise CannotCompile(f"{name} {verb} a {type(leaf).__name__}, which is no array")
    if count_rows(x) == 0:
        raise ValueError("x holds no rows")
    own = own_attribute(model, *methods)
    if own is not None:
        raise CannotCompile(f"the model has a method {own} of its own")
    if model.run_eagerly:
        raise CannotCompile("the model was compiled with run_eagerly=True")
    if any_takes_summaries(callbacks) and has_own_layers(model):
        raise CannotCompile("a TensorBoard callback writes what the model's own layers summarize")
    if has_strategy(model):
        raise CannotCompile("the model is distributed over devices")
    if keras.config.max_epochs() or keras.config.max_steps_per_epoch():
        raise CannotCompile("Keras's limits on epochs or steps for debugging are set")


def compile_passes(
    model: keras.Model,
    sources: Sequence[Source],
    *,
    memory: int | None,
    notices: Notices,
    xla: bool | None = None,
    on_compile: OnCompile | None = None,
) -> list[CompiledPass]:
    """A compiled pass for each source, all in one form: compiled by XLA or as plain graphs.

    Without XLA, rows of words are multiplied as such (``kertasks.fitting.rows.words``).

    Args:
        model: a compiled Keras model.
        sources: what to train and to validate on; the first is used to build the model.
        memory: bytes of rows that may lie on the device, None for half of what it has.
        notices: told about XLA that fails, about what was frozen without effect, and about rows
            with numbers that are not finite.
        xla: whether to use XLA; None for what the model was compiled for, else for where it is
            the faster form and rows are no words.
        on_compile: told about compiling.

    Raises:
        CannotCompile: not even without XLA.
        tf.errors.InvalidArgumentError: a row has a number that TensorFlow refuses.
    """
    with failing_as_cannot_compile():
        build_for(model, sources[0])
    is_training = sources[0].kind is Kind.TRAIN
    if is_training and STORE.trains_otherwise(model, sources[0].traced_for):
        notices.tell(
            "what is trainable was changed after the model was compiled: as in Keras, that "
            "counts from the next model.compile on"
        )
    asked = asked_for_xla(model) if xla is None else xla
    if tell_of_not_finite(sources, notices):
        asked = False  # NaN passes through some operations of XLA otherwise than in Keras
    if not supports_xla(model):
        if asked:
            notices.tell("XLA is not used, because a layer or a setting of TensorFlow forbids it")
        asked = False
    if not asked:
        sources = _as_words(model, sources)
        if isinstance(sources[0].leaves[0], WordLeaf):
            asked = False
    with failing_as_cannot_compile():
        feeds = [
            # Shuffled or not, training takes one program: as in Keras, a change of the model since
            # it was traced does not come to count by another order of the rows.
            make_feed(source.leaves, source.order, memory, ordered=source.kind is Kind.TRAIN)
            for source in sources
        ]

    with telling_of_compiling(on_compile) as begin:

        def traced(with_xla: bool) -> list[CompiledPass]:
            with failing_as_cannot_compile():
                return [
                    trace_pass(model, source, feed, with_xla, begin)
                    for source, feed in zip(sources, feeds, strict=True)
                ]

        passes = _in_their_form(traced, model, asked, notices)
        faulty = refuse_faults([(made.checks, made.source) for made in passes])
        if faulty and passes[0].xla:
            passes = traced(False)
        try:
            passes = _compiled(passes, traced, begin)
        except CannotCompile as reason:  # whatever XLA chokes on, a graph may not
            if not passes[0].xla:
                raise
            notices.tell(f"XLA cannot compile this model: {reason}")
            passes = _compiled(traced(False), traced, begin)
    return passes


def _compiled(
    passes: list[CompiledPass],
    traced: Callable[[bool], list[CompiledPass]],
    begin: Callable[[], None],
) -> list[CompiledPass]:
    """The passes once they are compiled, or others of the same form in their place.

    Raises:
        CannotCompile: they cannot be compiled.
    """
    with failing_as_cannot_compile():
        while True:
            try:
                for made in passes:
                    made.compile(begin)
            except CachedProgramRefused:  # it is under another name that they are traced again
                STORE.forget()
                passes = traced(passes[0].xla)
            else:
                return passes


def _in_their_form(
    traced: Callable[[bool], list[CompiledPass]],
    model: keras.Model,
    asked: bool | None,
    notices: Notices,
) -> list[CompiledPass]:
    """The passes with XLA or without it.

    Args:
        traced: traces them with XLA or without it.
        model: that they are of.
        asked: which form is wanted; None for the faster one.
        notices: told where XLA was asked for and is not used.

    Raises:
        CannotCompile: they cannot be traced.
    """
    # The layers only tell what to trace first: what decides are the operations.
    xla = not has_convolutions(model) if asked is None else asked
    try:
        passes = traced(xla)
    except CannotCompile:
        if not xla or asked is not None:
            raise
        passes, xla = traced(False), False
    if asked is None and passes[0].suits_xla() != xla:
        xla = not xla
        passes = traced(xla)
    left_out = next(filter(None, (made.checks.left_out_by_xla for made in passes)), None)
    if xla and left_out is not None:
        text = f"XLA is not used, because it would leave out a check of numbers: {left_out}"
        if asked:
            notices.tell(text)
        else:
            LOG.info(text)
        return traced(False)
    return passes


def tell_of_not_finite(sources: Sequence[Source], notices: Notices) -> bool:
    """Whether an array holds NaN or infinity; tells which, and where the first is."""
    holds_one = False
    for source in sources:
        for place, leaf in enumerate(source.leaves):
            found = find_not_finite(leaf)
            if found is not None:
                notices.tell(found.describe(_name(source, place, sources)))
                holds_one = True
    return holds_one


def refuse_faults(checked: Sequence[tuple[Checks, Source]]) -> bool:
    """Refuse rows with numbers that TensorFlow refuses once it comes to them.

    Args:
        checked: what steps check, and the rows they come to.

    Returns:
        Whether there may be such rows, but it is not certain that a step comes to them.

    Raises:
        tf.errors.InvalidArgumentError: an epoch comes to such a row.
    """
    sources = [source for _, source in checked]
    is_unsure = False
    for checks, source in checked:
        try:
            fault = checks.find_fault(source.leaves)
        except tf.errors.OpError:
            is_unsure = True
            continue
        if fault is None:
            continue
        if source.steps < source.order.batches:  # perhaps none comes to that row
            is_unsure = True
            continue
        name = _name(source, fault.place, sources)
        message = f"{fault.text}: row {fault.row} of {name} (counted from 0)"
        raise tf.errors.InvalidArgumentError(None, None, message)
    return is_unsure


def _name(source: Source, place: int, sources: Sequence[Source]) -> str:
    of = "" if source is sources[0] else "the validation's "
    return of + source.structure.name(place)


def _as_words(model: keras.Model, sources: Sequence[Source]) -> Sequence[Source]:
    """The sources with their ``x`` as words, where model and rows are suited and it pays."""
    columns = sources[0].leaves[0].row_shape
    readers = word_readers(model, columns[0]) if len(columns) == 1 else []
    if not readers or not are_words_worth_it(readers, columns[0], sources[0].order.batch_size):
        return sources
    found = []
    for source in sources:
        x = source.leaves[0]
        words = find_words(x.array) if source.structure.has_one_x and not x.row_shape[1:] else None
        if words is None:
            return sources
        leaf = WordLeaf(x.array, x.dtype, words)
        found.append(replace(source, leaves=[leaf, *source.leaves[1:]]))
    names = ", ".join(reader.name for reader in readers)
    LOG.info("rows are kept as the numbers of their ones, and %s read those", names)
    return found
