"""From the arguments of ``fit`` or ``evaluate`` to compiled passes, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import keras

from kertasks.fitting.compiled_pass import CompiledPass
from kertasks.fitting.compiling import Compiler, OnCompile, Source, build_for
from kertasks.fitting.errors import CannotCompile, first_line
from kertasks.fitting.keras_internals import are_arrays, has_strategy, supports_xla
from kertasks.fitting.notices import Notices
from kertasks.fitting.rows import Feed, make_feed

_Result = TypeVar("_Result")


def check_model(model: keras.Model) -> None:
    """Refuse what is known beforehand not to compile.

    Raises:
        CannotCompile: saying why.
    """
    if model.run_eagerly:
        raise CannotCompile("the model was compiled with run_eagerly=True")
    if has_strategy(model):
        raise CannotCompile("the model is distributed over devices")
    if keras.config.max_epochs() or keras.config.max_steps_per_epoch():
        raise CannotCompile("Keras's limits on epochs or steps for debugging are set")


def check_arrays(what: str, *structures: Any) -> None:
    """Refuse data that comes in batches of its own making.

    Raises:
        CannotCompile: saying what the data is.
    """
    if not are_arrays(*structures):
        kind = type(structures[0]).__name__
        raise CannotCompile(f"{what} is a {kind}, which gives batches one by one")


def compile_passes(
    model: keras.Model,
    sources: Sequence[Source],
    *,
    xla: bool,
    memory: int | None,
    on_compile: OnCompile | None,
    notices: Notices,
) -> list[CompiledPass]:
    """A compiled pass for each source: with XLA if that is wanted and can be, else without.

    Args:
        model: a compiled Keras model.
        sources: what to train and to validate on; the first is used to build the model.
        xla: whether to try XLA.
        memory: bytes of rows that may lie on the device, None for half of what it has.
        on_compile: told about compiling.
        notices: told about XLA that fails.

    Raises:
        CannotCompile: not even without XLA.
    """
    _or_cannot(lambda: build_for(model, sources[0]))
    feeds = _or_cannot(lambda: [_feed(source, memory) for source in sources])

    def passes(with_xla: bool) -> list[CompiledPass]:
        compiler = Compiler(model, with_xla, on_compile)
        try:
            return [
                compiler.make_pass(source, feed)
                for source, feed in zip(sources, feeds, strict=True)
            ]
        finally:
            compiler.done()

    if xla:
        if not supports_xla(model):
            notices.tell("XLA is not used, because a layer or a setting of TensorFlow forbids it")
        else:
            try:
                return passes(with_xla=True)
            except Exception as error:  # whatever XLA chokes on, a graph may not
                notices.tell(f"XLA cannot compile this model: {first_line(error)}")
    return _or_cannot(lambda: passes(with_xla=False))


def _feed(source: Source, memory: int | None) -> Feed:
    return make_feed(
        source.leaves, source.batches.rows, source.batches.size, source.shuffled, memory
    )


def _or_cannot(action: Callable[[], _Result]) -> _Result:
    try:
        return action()
    except CannotCompile:
        raise
    except Exception as error:
        raise CannotCompile(first_line(error)) from error
