"""``kertasks.fit``: training in compiled epochs, or with Keras's own ``fit``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras

from kertasks.fitting.epoch_loop import EvaluationPass, run_epochs
from kertasks.fitting.fit_request import FitRequest, count, frequency, share, whole
from kertasks.fitting.keras_internals import OrderedArrays, assert_compiled, hold_out
from kertasks.fitting.notices import CannotCompile, Notices
from kertasks.fitting.pace import CALL_SECONDS
from kertasks.fitting.plain_keras import fit_with_keras
from kertasks.fitting.preparation import check_arrays, check_model, check_rows, compile_passes
from kertasks.fitting.programs.compiled_pass import Source, read
from kertasks.fitting.programs.program import Kind
from kertasks.fitting.rows.feeds import count_rows
from kertasks.fitting.rows.row_order import Schedule, Shuffle


def fit(
    model: keras.Model,
    x: Any = None,
    y: Any = None,
    *,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: str | int = 0,
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: Shuffle = True,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    initial_step: int = 0,
    planned_epochs: int | None = None,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: int | Sequence[int] = 1,
    seed: int = 0,
    on_notice: Callable[[str], None] | None = None,
    on_compile: Callable[[float | None], None] | None = None,
    memory_limit: int | None = None,
    call_seconds: float = CALL_SECONDS,
    xla: bool | None = None,
) -> keras.callbacks.History:
    """Train a compiled model. Arguments and result are those of ``keras.Model.fit``.

    Whole epochs run in one compiled call each, or in calls of at most about ``call_seconds``,
    of the model's own ``train_step`` and ``test_step``. Short runs use a plain TensorFlow graph,
    longer ones XLA. What cannot be compiled trains with ``model.fit``, in the same row order.

    Args:
        model: any compiled Keras model.
        x: arrays of shape (rows, …), alone or in lists, tuples and dicts; or whatever else
            ``model.fit`` takes. Rows keep their dtype: uint8 rows stay one byte a cell.
        y: targets, as ``x``.
        batch_size: rows a step; 32 if not given. A last partial batch is trained on.
        epochs: the last epoch, as in Keras: ``initial_epoch`` of them are taken as done.
        verbose: as in Keras, but silent unless asked.
        callbacks: Keras callbacks. Batch hooks run where calls begin and end; a callback that has
            some and does not say ``async_safe`` gets calls of one step. One with an attribute
            ``steps_limit`` that is a number gets calls of at most so many steps while it is.
        validation_split: share of the rows held out, the last ones.
        validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` to evaluate on after epochs.
        shuffle: True for a new order each epoch, False for none, ``"batch"`` for a new order
            within each batch.
        class_weight: a weight for the rows of each class.
        sample_weight: a weight for each row.
        initial_epoch: the epoch to begin with, from 0.
        initial_step: so many batches of the first epoch are taken as done, with their metrics in
            the model's variables: training goes on in the middle of an epoch. A callback's
            ``params["resumes_steps"]`` says whether that can be (it cannot with Keras's own fit).
        planned_epochs: what decides about XLA instead of ``epochs``, where that is only a limit
            and a callback ends the training.
        steps_per_epoch: batches an epoch, instead of all there are.
        validation_steps: batches a validation, instead of all there are.
        validation_batch_size: rows a validation step; ``batch_size`` if not given.
        validation_freq: validate after every so many epochs, or after the listed ones (from 1).
        seed: with the epoch (from 0, Keras's ``epoch``) it decides the order of the rows:
            ``numpy.random.default_rng([seed, epoch]).permutation(rows)``.
        on_notice: called with a sentence when training goes a slower way, and why.
        on_compile: called with None when compiling begins and with the seconds it took. Not
            called when everything is compiled already.
        memory_limit: bytes of rows that may lie on the device, half of its memory if not given.
            More rows than that are streamed.
        call_seconds: how long one compiled call may take; results do not depend on it.
        xla: whether to compile with XLA; if not given, what ``jit_compile`` was in
            ``model.compile``, and with "auto" where the run is long enough to earn back the second
            or two that it takes (``kertasks.fitting.worth``). Without an accelerator Keras does not
            tell ``jit_compile=False`` from "auto": give ``xla=False`` instead. Wide rows of zeros
            and few ones that only Dense layers read train without it, as the numbers of their ones
            (``kertasks.fitting.rows.words``).

    Returns:
        Keras's ``History``; its ``params`` say with ``xla`` whether XLA compiled the epochs.

    Raises:
        ValueError: the model is not compiled, a number is none that is allowed, there are no rows,
            Keras refuses the data, or ``initial_step`` is given where an epoch cannot begin in its
            middle.
    """
    assert_compiled(model)
    request = FitRequest(
        x=x,
        y=y,
        batch_size=count("batch_size", batch_size),
        epochs=whole("epochs", epochs, None),
        verbose=verbose,
        callbacks=callbacks,
        validation_split=share("validation_split", validation_split),
        validation_data=validation_data,
        shuffle=shuffle,
        class_weight=class_weight,
        sample_weight=sample_weight,
        initial_epoch=whole("initial_epoch", initial_epoch, 0),
        initial_step=whole("initial_step", initial_step, 0),
        planned_epochs=count("planned_epochs", planned_epochs),
        steps_per_epoch=count("steps_per_epoch", steps_per_epoch),
        validation_steps=count("validation_steps", validation_steps),
        validation_batch_size=count("validation_batch_size", validation_batch_size),
        validation_freq=frequency("validation_freq", validation_freq),
        seed=whole("seed", seed, 0),
        memory_limit=memory_limit,
        call_seconds=call_seconds,
        xla=xla,
    )
    notices = Notices(on_notice)
    try:
        run = _compiled_run(model, request, notices, on_compile)
    except CannotCompile as reason:
        if initial_step:
            raise ValueError(f"an epoch cannot be gone on with in its middle: {reason}") from reason
        notices.tell(f"training with Keras's own fit, which is slower: {reason}")
        return fit_with_keras(model, request)
    return run()


def _compiled_run(
    model: keras.Model,
    request: FitRequest,
    notices: Notices,
    on_compile: Callable[[float | None], None] | None,
) -> Callable[[], keras.callbacks.History]:
    """All that must be compiled is; what is returned trains.

    Raises:
        CannotCompile: saying why.
    """
    check_arrays(x=request.x, y=request.y, sample_weight=request.sample_weight)
    check_rows(request.x)
    check_model(model)
    rows = (request.x, request.y, request.sample_weight)
    held_out = request.validation_data
    check_arrays(validation_data=held_out)
    if request.validation_split and held_out is None:
        rows, held_out = hold_out(rows, request.validation_split)
    if held_out is not None and count_rows(held_out) == 0:
        notices.tell("validation_data holds no rows: there is no validation")
        held_out = None
    arrays = request.ordered(*rows)
    training = read(arrays, Kind.TRAIN, shuffled=bool(request.shuffle))
    validation = _validation_source(held_out, request)
    sources = [training] if validation is None else [training, validation]
    passes = compile_passes(
        model,
        sources,
        xla=request.xla,
        steps=_all_steps(request, training, validation),
        memory=request.memory_limit,
        on_compile=on_compile,
        notices=notices,
    )
    schedule = Schedule(arrays.order, training.batches.count, request.steps_per_epoch)
    test_pass = None
    if validation is not None:
        steps = _validation_steps(request, validation)
        test_pass = EvaluationPass(model, passes[1], steps, request.call_seconds)
    return partial(run_epochs, model, request, passes[0], schedule, test_pass)


def _validation_source(held_out: Any, request: FitRequest) -> Source | None:
    if held_out is None:
        return None
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(held_out)
    arrays = OrderedArrays(
        x,
        y,
        sample_weight,
        batch_size=request.validation_batch_size or request.batch_size,
        steps=request.validation_steps,
    )
    return read(arrays, Kind.TEST, shuffled=False)


def _validation_steps(request: FitRequest, validation: Source) -> int:
    return min(request.validation_steps or validation.batches.count, validation.batches.count)


def _all_steps(request: FitRequest, training: Source, validation: Source | None) -> int:
    """Steps of the whole run, validation included."""
    # All of them even where a run goes on: it must go on with the programs it began with.
    epochs = (
        max(0, request.epochs - request.initial_epoch)
        if request.planned_epochs is None
        else request.planned_epochs
    )
    steps = epochs * min(request.steps_per_epoch or training.batches.count, training.batches.count)
    if validation is not None:
        after = request.validation_freq
        times = epochs // after if isinstance(after, int) else len(after)
        steps += times * _validation_steps(request, validation)
    return steps
