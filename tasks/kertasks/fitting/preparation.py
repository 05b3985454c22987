"""From the arguments of ``fit`` or ``evaluate`` to compiled passes, or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras

from kertasks.fitting.keras_internals import are_arrays, asked_for_xla, has_strategy, supports_xla
from kertasks.fitting.notices import LOG, CannotCompile, Notices, failing_as_cannot_compile
from kertasks.fitting.programs.compiled_pass import (
    CompiledPass,
    OnCompile,
    Source,
    build_for,
    compile_pass,
    telling_of_compiling,
)
from kertasks.fitting.programs.program import Kind
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.rows.feeds import WordLeaf, count_rows, make_feed
from kertasks.fitting.rows.words import are_words_worth_it, find_words, word_readers
from kertasks.fitting.worth import is_xla_worth_it


def require_compilable(model: keras.Model, x: Any, **others: Any) -> None:
    """Refuse what is known beforehand not to compile, such as batches of the data's own making.

    Args:
        model: a Keras model.
        x: arrays, alone or nested.
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
    if model.run_eagerly:
        raise CannotCompile("the model was compiled with run_eagerly=True")
    if has_strategy(model):
        raise CannotCompile("the model is distributed over devices")
    if keras.config.max_epochs() or keras.config.max_steps_per_epoch():
        raise CannotCompile("Keras's limits on epochs or steps for debugging are set")


def compile_passes(
    model: keras.Model,
    sources: Sequence[Source],
    *,
    steps: int,
    memory: int | None,
    notices: Notices,
    xla: bool | None = None,
    on_compile: OnCompile | None = None,
) -> list[CompiledPass]:
    """A compiled pass for each source: with XLA if that is wanted and can be, else without.

    Without XLA, rows of words are multiplied as such (``kertasks.fitting.rows.words``).

    Args:
        model: a compiled Keras model.
        sources: what to train and to validate on; the first is used to build the model.
        steps: of training and of validation, in all epochs.
        memory: bytes of rows that may lie on the device, None for half of what it has.
        notices: told about XLA that fails, and about what was frozen without effect.
        xla: whether to try XLA; None for what the model was compiled for, else for where it earns
            back its compile time and rows are no words.
        on_compile: told about compiling.

    Raises:
        CannotCompile: not even without XLA.
    """
    with failing_as_cannot_compile():
        build_for(model, sources[0])
    if sources[0].kind is Kind.TRAIN and STORE.trains_otherwise(model):
        notices.tell(
            "what is trainable was changed after the model was compiled: as in Keras, that "
            "counts from the next model.compile on"
        )
    if xla is None:
        xla = asked_for_xla(model)
    if not xla:
        sources = _as_words(model, sources)
    if xla is None:
        has_words = isinstance(sources[0].leaves[0], WordLeaf)
        xla = not has_words and is_xla_worth_it(model, steps, sources[0].order.batch_size)
    with failing_as_cannot_compile():
        feeds = [make_feed(source.leaves, source.order, memory) for source in sources]

    def passes(with_xla: bool) -> list[CompiledPass]:
        with failing_as_cannot_compile(), telling_of_compiling(on_compile) as begin:
            return [
                compile_pass(model, source, feed, with_xla, begin)
                for source, feed in zip(sources, feeds, strict=True)
            ]

    if xla:
        if not supports_xla(model):
            notices.tell("XLA is not used, because a layer or a setting of TensorFlow forbids it")
        else:
            try:
                return passes(with_xla=True)
            except CannotCompile as reason:  # whatever XLA chokes on, a graph may not
                notices.tell(f"XLA cannot compile this model: {reason}")
    return passes(with_xla=False)


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
