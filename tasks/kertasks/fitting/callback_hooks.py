"""Runs callbacks as ``model.fit`` does, and finds out what calls they need.

Batch hooks run where calls begin and end, as with ``steps_per_execution``. They run in this
thread, so that ``stop_training`` set by one of them acts before the next call.
"""

from __future__ import annotations

from typing import Any

import keras

from kertasks.fitting.keras_internals.keras_callbacks import (
    overrides,
    takes_summaries,
    traces_batches,
)
from kertasks.fitting.keras_internals.keras_methods import is_kerass
from kertasks.fitting.programs.program import Logs

_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
}


class BatchHooks:
    """The batch hooks of the callbacks that have any.

    Args:
        callbacks: all of a pass.
        phase: ``"train"``, or ``"test"`` for validation and evaluation.
    """

    def __init__(self, callbacks: keras.callbacks.CallbackList, phase: str) -> None:
        hooks = _HOOKS[phase]
        self._callbacks = [cb for cb in callbacks.callbacks if overrides(cb, *hooks)]
        self._begin = f"on_{phase}_batch_begin"
        self._end = f"on_{phase}_batch_end"
        changing = [cb for cb in callbacks.callbacks if not getattr(cb, "async_safe", False)]
        self.may_change_metrics_after = any(_has_own_hooks(cb, *hooks) for cb in changing)
        """Whether a person's own hook runs after a batch, which may change the metrics of the
        model: not one of those that say ``async_safe``, which Keras runs beside the training."""

        before = ("on_epoch_begin",) if phase == "train" else ()
        self.may_change_metrics_before = any(_has_own_hooks(cb, *hooks, *before) for cb in changing)
        """Whether one runs before the first batch, when Keras has let the metrics begin anew."""

        self._needs_each_batch = any(map(_needs_each_batch, self._callbacks))
        self._limiting = [cb for cb in self._callbacks if hasattr(cb, "steps_limit")]

    @property
    def steps_limit(self) -> int | None:
        """How many steps the next call may take; None where no callback minds."""
        if self._needs_each_batch:
            return 1
        limits = [callback.steps_limit for callback in self._limiting]
        return min((limit for limit in limits if limit is not None), default=None)

    def begin(self, batch: int) -> None:
        """Run the hooks of a batch's begin before a call, whose first batch it is (from 0)."""
        for callback in self._callbacks:
            getattr(callback, self._begin)(batch, logs={})

    def end(self, batch: int, logs: Logs) -> None:
        """Run the hooks of a batch's end after a call, whose last batch it is (from 0), with the
        metrics over the pass so far."""
        for callback in self._callbacks:
            getattr(callback, self._end)(batch, logs=dict(sorted(logs.items())))


def any_takes_summaries(callbacks: Any) -> bool:
    """Whether one of the callbacks given to ``fit`` or ``evaluate`` writes what layers
    summarize."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks = callbacks.callbacks
    return any(
        isinstance(callback, keras.callbacks.TensorBoard) and takes_summaries(callback)
        for callback in keras.tree.flatten(callbacks)
    )


def as_callback_list(
    model: keras.Model, callbacks: Any, *, history: bool, verbose: str | int, **params: Any
) -> keras.callbacks.CallbackList:
    """The callbacks with those Keras adds: a History, and a progress bar unless silent."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return callbacks
    return keras.callbacks.CallbackList(
        callbacks,
        add_history=history,
        add_progbar=verbose != 0,
        model=model,
        verbose=verbose,
        **params,
    )


def _needs_each_batch(callback: keras.callbacks.Callback) -> bool:
    """Whether a callback that has batch hooks must see every batch.

    As in Keras, all do that do not say ``async_safe``; save those of Keras's own whose batch
    hooks do nothing as they are set.
    """
    if getattr(callback, "async_safe", False):
        return False
    match callback:
        case keras.callbacks.ProgbarLogger():
            return False
        case keras.callbacks.ModelCheckpoint() | keras.callbacks.BackupAndRestore():
            return bool(callback.save_freq != "epoch" or not _hooks_are_kerass(callback))
        case keras.callbacks.TensorBoard():
            return traces_batches(callback) or not _hooks_are_kerass(callback)
    return True


def _has_own_hooks(callback: keras.callbacks.Callback, *hooks: str) -> bool:
    return any(
        overrides(callback, hook) and not is_kerass(getattr(callback, hook)) for hook in hooks
    )


def _hooks_are_kerass(callback: keras.callbacks.Callback) -> bool:
    return all(is_kerass(getattr(type(callback), hook)) for hook in sum(_HOOKS.values(), ()))
