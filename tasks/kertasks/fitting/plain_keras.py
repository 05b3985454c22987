"""The last resort: ``model.fit`` itself, with kertasks's row order where there are arrays."""

from __future__ import annotations

from typing import Any

import keras

from kertasks.fitting.fit_request import FitRequest
from kertasks.fitting.keras_internals import EpochFollower, are_arrays, hold_out


def fit_with_keras(model: keras.Model, request: FitRequest) -> keras.callbacks.History:
    """Train with ``model.fit``. Arrays are read in the order of ``RowOrder``."""
    x, y, sample_weight = request.x, request.y, request.sample_weight
    validation_data = request.validation_data
    callbacks: Any = _in_this_thread(request.callbacks)
    data: dict[str, Any]
    if are_arrays(x, y, sample_weight):
        if request.validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = hold_out(
                (x, y, sample_weight), request.validation_split
            )
        ordered = request.ordered(x, y, sample_weight)
        callbacks = _with(EpochFollower(ordered), callbacks, model)
        data = {"x": ordered}
    else:
        data = {
            "x": x,
            "y": y,
            "sample_weight": sample_weight,
            "class_weight": request.class_weight,
            "shuffle": request.shuffle,
            "validation_split": request.validation_split,
        }
    return model.fit(
        **data,
        batch_size=request.batch_size,
        epochs=request.epochs,
        verbose=request.verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        initial_epoch=request.initial_epoch,
        steps_per_epoch=request.steps_per_epoch,
        validation_steps=request.validation_steps,
        validation_batch_size=request.validation_batch_size,
        validation_freq=request.validation_freq,
    )


class _HooksInThisThread(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Keras runs batch hooks in other threads unless one of them does not say ``async_safe``."""

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Do nothing."""

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Do nothing."""


def _in_this_thread(callbacks: Any) -> Any:
    """The callbacks with their hooks in this thread, where one of them holds up the training."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    flat = keras.tree.flatten(callbacks or [])
    holds_up = any(hasattr(callback, "steps_limit") for callback in flat)
    return [*flat, _HooksInThisThread()] if holds_up else callbacks


def _with(follower: EpochFollower, callbacks: Any, model: keras.Model) -> Any:
    """The callbacks with ``follower`` first, so that it knows the epoch before any other."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        follower.set_model(model)
        callbacks.callbacks.insert(0, follower)
        return callbacks
    return [follower, *keras.tree.flatten(callbacks or [])]
