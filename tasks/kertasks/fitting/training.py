"""``kertasks.fit``: training in compiled epochs, or with Keras's own ``fit``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

from kertasks.fitting.callback_hooks import BatchHooks, as_callback_list
from kertasks.fitting.evaluation import Evaluation
from kertasks.fitting.fit_request import FitRequest, count, frequency, share, whole
from kertasks.fitting.keras_internals.keras_arrays import OrderedArrays, are_arrays, hold_out
from kertasks.fitting.keras_internals.keras_building import assert_compiled
from kertasks.fitting.keras_internals.keras_callbacks import (
    evaluates_after,
    restored_epoch,
    run_hooks_in_this_thread,
)
from kertasks.fitting.keras_internals.keras_metrics import are_metrics_unbuilt
from kertasks.fitting.metric_reader import MetricReader
from kertasks.fitting.notices import CannotCompile, Notices
from kertasks.fitting.own_methods import call_own, goes_its_own_way
from kertasks.fitting.preparation import compile_passes, require_compilable
from kertasks.fitting.programs.compiled_pass import (
    CALL_SECONDS,
    CompiledPass,
    OnCompile,
    Pace,
    read,
)
from kertasks.fitting.programs.program import Kind, Logs
from kertasks.fitting.rows.feeds import count_rows
from kertasks.fitting.rows.row_order import Schedule, Shuffle
from kertasks.fitting.sharing.shared_pass import SharedPass, share_among
from kertasks.hosts.part import CannotShare, Hosts


def fit(
    model: keras.Model,
    x: Any = None,
    y: Any = None,
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
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: int | Sequence[int] = 1,
    *,
    initial_step: int = 0,
    seed: int = 0,
    on_notice: Callable[[str], None] | None = None,
    on_compile: Callable[[float | None], None] | None = None,
    memory_limit: int | None = None,
    call_seconds: float = CALL_SECONDS,
    xla: bool | None = None,
    hosts: Hosts | None = None,
) -> keras.callbacks.History:
    """Train a compiled model. Arguments and result are those of ``keras.Model.fit``, and some more
    arguments that are given by name.

    Whole epochs run in one compiled call each, or in calls of at most about ``call_seconds``,
    of the model's own ``train_step`` and ``test_step``: compiled by XLA, or as a plain TensorFlow
    graph where that is faster, which the model, the rows of a batch and the device decide. What
    cannot be compiled trains with ``model.fit``, in the same row order; a model with a ``fit`` of
    its own trains with that.

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
        steps_per_epoch: batches an epoch, instead of all there are.
        validation_steps: batches a validation, instead of all there are.
        validation_batch_size: rows a validation step; ``batch_size`` if not given.
        validation_freq: validate after every so many epochs, or after the listed ones (from 1).
        initial_step: so many batches of the first epoch are taken as done, with their metrics in
            the model's variables: training goes on in the middle of an epoch. A callback's
            ``params["resumes_steps"]`` says whether that can be (it cannot with Keras's own fit).
        seed: with the epoch (from 0, Keras's ``epoch``) it decides the order of the rows:
            ``numpy.random.default_rng([seed, epoch]).permutation(rows)``.
        on_notice: called with a sentence when training goes a slower way, and why.
        on_compile: called with None when compiling begins and with the seconds it took. Not
            called when everything is compiled already.
        memory_limit: bytes of rows that may lie on the device, half of its memory if not given.
            More rows than that are streamed.
        call_seconds: how long one compiled call may take; results do not depend on it.
        xla: whether to compile with XLA; if not given, what ``jit_compile`` was in
            ``model.compile``, and with "auto" where it is the faster form
            (``kertasks.fitting.programs.form``). Without an accelerator Keras does not tell
            ``jit_compile=False`` from "auto": give ``xla=False`` instead. Wide rows of zeros and
            few ones that only Dense layers read train without it, as the numbers of their ones
            (``kertasks.fitting.rows.words``), and so does a step with a check of numbers that XLA
            would leave out (``kertasks.fitting.programs.checks``).
        hosts: share each batch among themselves, a step at a time, and come to the same numbers
            but for the order of sums (``kertasks.fitting.sharing``).

    Returns:
        Keras's ``History``; its ``params`` say with ``xla`` whether XLA compiled the epochs.

    Raises:
        ValueError: the model is not compiled, a number is none that is allowed, there are no rows,
            Keras refuses the data, or ``initial_step`` is given where an epoch cannot begin in its
            middle or has fewer batches.
        CannotShare: ``hosts`` are given and would not come to the same numbers.
        tf.errors.InvalidArgumentError: a row has a label that the loss refuses, or a number that
            a layer has no vector for; before anything is trained where the rows alone tell it.
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
        steps_per_epoch=count("steps_per_epoch", steps_per_epoch),
        validation_steps=count("validation_steps", validation_steps),
        validation_batch_size=count("validation_batch_size", validation_batch_size),
        validation_freq=frequency("validation_freq", validation_freq),
        seed=whole("seed", seed, 0),
        memory_limit=memory_limit,
        call_seconds=call_seconds,
        xla=xla,
        hosts=hosts,
    )
    notices = Notices(on_notice)
    if goes_its_own_way(model, "fit"):
        _require_no_hosts(request, "a model with a fit of its own does not work")
        _require_no_step(request, "the model has a fit of its own")
        notices.tell("training with the model's own fit")
        return call_own(model, "fit", **request.arguments())
    unbuilt = are_metrics_unbuilt(model)
    try:
        training, validation = _compile(model, request, notices, on_compile)
    except CannotCompile as reason:
        _require_no_hosts(request, f"a training that cannot be compiled does not work: {reason}")
        _require_no_step(request, str(reason))
        notices.tell(f"training with Keras's own fit, which is slower: {reason}")
        return _fit_with_keras(model, request)
    return _run_epochs(model, request, training, validation, unbuilt)


def _require_no_step(request: FitRequest, reason: str) -> None:
    if request.initial_step:
        raise ValueError(f"an epoch cannot be gone on with in its middle: {reason}")


def _require_no_hosts(request: FitRequest, reason: str) -> None:
    if request.hosts is not None:
        raise CannotShare(f"on several hosts {reason}")


def _compile(
    model: keras.Model,
    request: FitRequest,
    notices: Notices,
    on_compile: OnCompile | None,
) -> tuple[CompiledPass | SharedPass, CompiledPass | None]:
    """Compile all that is needed to train and to validate.

    Raises:
        CannotCompile: saying why.
    """
    rows = (request.x, request.y, request.sample_weight)
    held_out = request.validation_data
    methods = ["make_train_function"]
    if request.validation_split or held_out is not None:
        methods += ["make_test_function", "evaluate"]
    require_compilable(
        model,
        request.x,
        methods=methods,
        callbacks=request.callbacks,
        y=request.y,
        sample_weight=request.sample_weight,
        validation_data=held_out,
    )
    if request.validation_split and held_out is None:
        rows, held_out = hold_out(rows, request.validation_split)
    if held_out is not None and count_rows(held_out) == 0:
        notices.tell("validation_data holds no rows: there is no validation")
        held_out = None
    sources = [read(request.ordered(*rows, model.steps_per_execution), Kind.TRAIN)]
    if held_out is not None:
        arrays = OrderedArrays(
            *keras.utils.unpack_x_y_sample_weight(held_out),
            batch_size=request.validation_batch_size or request.batch_size,
            steps=request.validation_steps,
            per_execution=model.steps_per_execution,
        )
        sources.append(read(arrays, Kind.TEST))
    shared = None
    if request.hosts is not None:
        shared, sources = share_among(request.hosts, model, sources, request.xla, notices)
    passes: list[CompiledPass] = []
    if sources:
        passes = compile_passes(
            model,
            sources,
            memory=request.memory_limit,
            notices=notices,
            xla=request.xla,
            on_compile=on_compile,
        )
    if shared is not None:
        return shared, passes[0] if passes else None
    training, *validation = passes
    return training, validation[0] if validation else None


def _run_epochs(
    model: keras.Model,
    request: FitRequest,
    training: CompiledPass | SharedPass,
    validation: CompiledPass | None,
    unbuilt: bool,
) -> keras.callbacks.History:
    """Do what ``model.fit`` does, in the same order, to the last epoch or until a callback sets
    ``model.stop_training``.

    Args:
        model: a built and compiled Keras model.
        request: what was asked for.
        training: runs its epochs.
        validation: evaluates after epochs, None for never.
        unbuilt: as in ``MetricReader``.

    Raises:
        ValueError: the epoch to go on with has fewer batches than are said to be done.
    """
    every = model.steps_per_execution
    schedule = Schedule(training.order, request.steps_per_epoch, every)
    if request.initial_step > training.steps:
        raise ValueError(
            f"initial_step is {request.initial_step}; allowed: a whole number from 0 to "
            f"{training.steps}, the batches of an epoch"
        )
    callbacks = as_callback_list(
        model,
        request.callbacks,
        history=True,
        verbose=request.verbose,
        epochs=request.epochs,
        steps=request.steps_per_epoch or training.order.batches,
        xla=training.xla,
        resumes_steps=not request.steps_per_epoch,
    )

    def is_stopped() -> bool:
        return bool(model.stop_training)

    hooks = BatchHooks(callbacks, "train")
    reader = MetricReader(model, training, hooks, unbuilt)
    pace = Pace(request.call_seconds)
    evaluation: Evaluation | None = None
    if validation is not None:
        evaluation = Evaluation(model, validation, callbacks, Pace(request.call_seconds))
    model.stop_training = False
    callbacks.on_train_begin()
    logs: Logs | None = None
    done = request.initial_step
    for epoch in range(restored_epoch(model) or request.initial_epoch, request.epochs):
        if not done:
            reader.reset()
        callbacks.on_epoch_begin(epoch)
        span, resets = schedule.of_epoch(epoch), reader.resets_in_program and not done
        logs = reader.read(training.run(span, pace, hooks, is_stopped, reset=resets, done=done))
        done = 0
        if evaluation is not None and evaluates_after(model, epoch, request.validation_freq):
            asked = Schedule(evaluation.order, request.validation_steps, every)
            found = evaluation.run(asked)
            logs |= {f"val_{name}": value for name, value in found.items()}
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    if isinstance(model.optimizer, keras.optimizers.Optimizer) and request.epochs > 0:
        model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs=logs)
    history: keras.callbacks.History = model.history
    return history


def _fit_with_keras(model: keras.Model, request: FitRequest) -> keras.callbacks.History:
    """Train with ``model.fit`` itself, which reads arrays in the order of ``RowOrder``."""
    x, y, sample_weight = request.x, request.y, request.sample_weight
    validation_data = request.validation_data
    callbacks = request.callbacks
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        # Its own list: what is put into it below stays out of the caller's.
        callbacks = keras.tree.flatten(callbacks or [])
    every = callbacks if isinstance(callbacks, list) else callbacks.callbacks
    if any(hasattr(callback, "steps_limit") for callback in every):
        # It may hold up the training, but Keras runs batch hooks in other threads unless a
        # callback that has some does not say ``async_safe``: this one.
        hooks = {"on_train_batch_end": _do_nothing, "on_test_batch_end": _do_nothing}
        if isinstance(callbacks, list):
            callbacks.append(keras.callbacks.LambdaCallback(**hooks))
        else:
            run_hooks_in_this_thread(callbacks)
    arguments = request.arguments() | {"callbacks": callbacks}
    if not are_arrays(x, y, sample_weight):
        return model.fit(**arguments)
    if request.validation_split and validation_data is None:
        (x, y, sample_weight), validation_data = hold_out(
            (x, y, sample_weight), request.validation_split
        )
    ordered = request.ordered(x, y, sample_weight, model.steps_per_execution)
    for name in ("y", "sample_weight", "class_weight", "shuffle", "validation_split"):
        del arguments[name]  # it has done what they say
    arguments |= {"x": ordered, "validation_data": validation_data}
    # First, so that it knows the epoch before any other callback.
    follower = keras.callbacks.LambdaCallback(on_epoch_begin=ordered.begin_epoch)
    every.insert(0, follower)
    try:
        return model.fit(**arguments)
    finally:
        every.remove(follower)


def _do_nothing(batch: int, logs: Any = None) -> None:
    del batch, logs
