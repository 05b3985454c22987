"""The epochs of a run: what ``model.fit`` does between its steps, in the same order."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from kertasks.fitting.callback_hooks import BatchHooks, as_callback_list
from kertasks.fitting.fit_request import FitRequest
from kertasks.fitting.keras_internals import evaluates_after, restored_epoch
from kertasks.fitting.pace import CALL_SECONDS, Pace
from kertasks.fitting.programs.compiled_pass import CompiledPass
from kertasks.fitting.programs.program import Logs
from kertasks.fitting.rows.row_order import Schedule


@dataclass(slots=True)
class EvaluationPass:
    """A pass over rows to evaluate on."""

    model: keras.Model
    compiled: CompiledPass
    steps: int
    """How many batches."""

    call_seconds: float = CALL_SECONDS
    pace: Pace | None = None

    def run(self, callbacks: keras.callbacks.CallbackList) -> Logs:
        """Evaluate once, with the hooks of testing around it; metrics by name, sorted."""
        hooks = BatchHooks(callbacks, "test")
        if self.pace is None:
            self.pace = Pace(self.call_seconds, 1 if hooks.needs_each_batch else None)
        self.model.stop_evaluating = False
        callbacks.on_test_begin()
        logs = self.compiled.run(
            None, 0, self.steps, self.pace, hooks, lambda: bool(self.model.stop_evaluating)
        )
        logs = dict(sorted(logs.items()))
        callbacks.on_test_end(logs)
        return logs


def run_epochs(
    model: keras.Model,
    request: FitRequest,
    training: CompiledPass,
    schedule: Schedule,
    validation: EvaluationPass | None,
) -> keras.callbacks.History:
    """Train with compiled passes to the last epoch, or until ``model.stop_training`` is set."""
    callbacks = as_callback_list(
        model,
        request.callbacks,
        history=True,
        verbose=request.verbose,
        epochs=request.epochs,
        steps=request.steps_per_epoch or training.batches.count,
        xla=training.xla,
        resumes_steps=not request.steps_per_epoch,
    )

    def is_stopped() -> bool:
        return bool(model.stop_training)

    hooks = BatchHooks(callbacks, "train")
    pace = Pace(request.call_seconds, 1 if hooks.needs_each_batch else None)
    model.stop_training = False
    callbacks.on_train_begin()
    logs: Logs | None = None
    done = request.initial_step
    for epoch in range(restored_epoch(model) or request.initial_epoch, request.epochs):
        callbacks.on_epoch_begin(epoch)
        span = schedule.of_epoch(epoch)
        logs = training.run(span.order, span.first, span.count, pace, hooks, is_stopped, done)
        done = 0
        if validation and evaluates_after(model, epoch, request.validation_freq):
            logs |= {f"val_{name}": value for name, value in validation.run(callbacks).items()}
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    if isinstance(model.optimizer, keras.optimizers.Optimizer) and request.epochs > 0:
        model.optimizer.finalize_variable_values(model.trainable_weights)
    callbacks.on_train_end(logs=logs)
    history: keras.callbacks.History = model.history
    return history
