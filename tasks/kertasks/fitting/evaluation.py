"""``kertasks.evaluate``: a model's loss and metrics on rows, and the validations of ``fit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from kertasks.fitting.callback_hooks import BatchHooks, as_callback_list
from kertasks.fitting.fit_request import count
from kertasks.fitting.keras_internals.keras_arrays import OrderedArrays
from kertasks.fitting.keras_internals.keras_building import asked_for_xla, assert_compiled
from kertasks.fitting.keras_internals.keras_metrics import are_metrics_unbuilt, in_order_of_metrics
from kertasks.fitting.metric_reader import MetricReader
from kertasks.fitting.notices import CannotCompile, Notices
from kertasks.fitting.own_methods import call_own, goes_its_own_way
from kertasks.fitting.preparation import compile_passes, require_compilable
from kertasks.fitting.programs.compiled_pass import CompiledPass, Pace, read
from kertasks.fitting.programs.program import Kind, Logs
from kertasks.fitting.rows.row_order import Schedule


def evaluate(
    model: keras.Model,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    verbose: str | int = 0,
    sample_weight: Any = None,
    steps: int | None = None,
    callbacks: Any = None,
    return_dict: bool = False,
    *,
    on_notice: Callable[[str], None] | None = None,
    memory_limit: int | None = None,
) -> Any:
    """Loss and metrics of a model on rows. Arguments and result of ``keras.Model.evaluate``.

    Args:
        model: any compiled Keras model.
        x: arrays of shape (rows, …), alone or nested; or whatever else ``model.evaluate`` takes.
        y: targets, as ``x``.
        batch_size: rows a step; 32 if not given.
        verbose: as in Keras, but silent unless asked.
        sample_weight: a weight for each row.
        steps: batches to evaluate, instead of all there are.
        callbacks: Keras callbacks; their hooks of testing are run.
        return_dict: a dict by name instead of a list in the order of the metrics.
        on_notice: called with a sentence when Keras's own evaluate does it, and why.
        memory_limit: as in ``fit``.

    Returns:
        A float, a list of floats or a dict.

    Raises:
        ValueError: the model is not compiled, a number is none that is allowed, there are no rows,
            or Keras refuses the data.
    """
    assert_compiled(model)
    batch_size, steps = count("batch_size", batch_size), count("steps", steps)
    notices = Notices(on_notice)
    rest = {
        "batch_size": batch_size,
        "verbose": verbose,
        "sample_weight": sample_weight,
        "steps": steps,
        "callbacks": callbacks,
        "return_dict": return_dict,
    }
    if goes_its_own_way(model, "evaluate"):
        notices.tell("evaluating with the model's own evaluate")
        return call_own(model, "evaluate", x, y, **rest)
    unbuilt = are_metrics_unbuilt(model)
    try:
        require_compilable(
            model,
            x,
            methods=["make_test_function"],
            callbacks=callbacks,
            y=y,
            sample_weight=sample_weight,
        )
        arrays = OrderedArrays(
            x,
            y,
            sample_weight,
            batch_size=batch_size,
            steps=steps,
            per_execution=model.steps_per_execution,
        )
        sources = [read(arrays, Kind.TEST)]
        (compiled,) = compile_passes(
            model,
            sources,
            memory=memory_limit,
            notices=notices,
            # One pass is too short a work for XLA, unless the model was compiled for it.
            xla=asked_for_xla(model) or False,
        )
    except CannotCompile as reason:
        notices.tell(f"evaluating with Keras's own evaluate, which is slower: {reason}")
        return model.evaluate(x, y, **rest)
    hooks = as_callback_list(
        model,
        callbacks,
        history=False,
        verbose=verbose,
        epochs=1,
        steps=steps or arrays.order.batches,
    )
    asked = Schedule(arrays.order, steps, model.steps_per_execution)
    logs = Evaluation(model, compiled, hooks, Pace(), unbuilt).run(asked)
    return logs if return_dict else in_order_of_metrics(model, logs)


class Evaluation:
    """Evaluates a model on rows, once or after many epochs.

    Args:
        model: a built and compiled Keras model.
        compiled: runs the batches.
        callbacks: of the evaluation, or of the training it is in.
        pace: how long calls are.
        unbuilt: as in ``MetricReader``.
    """

    def __init__(
        self,
        model: keras.Model,
        compiled: CompiledPass,
        callbacks: keras.callbacks.CallbackList,
        pace: Pace,
        unbuilt: bool = False,
    ) -> None:
        self.order = compiled.order
        self._model = model
        self._compiled = compiled
        self._callbacks = callbacks
        self._pace = pace
        self._hooks = BatchHooks(callbacks, "test")
        self._reader = MetricReader(model, compiled, self._hooks, unbuilt)

    def run(self, schedule: Schedule) -> Logs:
        """Evaluate once, with the hooks of testing around it.

        Args:
            schedule: which batches; not used before.

        Returns:
            Metrics by name, sorted.
        """
        self._model.stop_evaluating = False
        self._callbacks.on_test_begin()
        self._reader.reset()
        logs = self._compiled.run(
            schedule.of_epoch(0),
            self._pace,
            self._hooks,
            lambda: bool(self._model.stop_evaluating),
            reset=self._reader.resets_in_program,
        )
        logs = dict(sorted(self._reader.read(logs).items()))
        self._callbacks.on_test_end(logs)
        return logs
