"""What callbacks of Keras's want, and what its training does for them."""

from __future__ import annotations

from typing import Any

import keras
from keras.src.utils import is_default


def restored_epoch(model: keras.Model) -> int | None:
    """Where ``BackupAndRestore`` says to go on, None when it says nothing."""
    epoch: int | None = model._initial_epoch
    return epoch


def evaluates_after(model: keras.Model, epoch: int, frequency: Any) -> bool:
    """Whether ``validation_freq`` asks for a validation after this epoch (from 0)."""
    return bool(model._should_eval(epoch, frequency))


def overrides(callback: keras.callbacks.Callback, *hooks: str) -> bool:
    """Whether a callback has hooks of its own under any of the names."""
    return any(not is_default(getattr(callback, hook)) for hook in hooks)


def run_hooks_in_this_thread(callbacks: keras.callbacks.CallbackList) -> None:
    """Have a list of callbacks that is made already run their batch hooks in the thread that
    trains; it would run those of callbacks that say ``async_safe`` in others."""
    callbacks._async_train = callbacks._async_test = False


def takes_summaries(tensorboard: keras.callbacks.TensorBoard) -> bool:
    """Whether a TensorBoard callback writes what layers summarize with ``tf.summary``: it sets
    its writer before each batch, and a step takes the writer that is set as it is traced."""
    return bool(tensorboard.update_freq != "epoch")


def traces_batches(tensorboard: keras.callbacks.TensorBoard) -> bool:
    """Whether a TensorBoard callback needs to see each batch by itself."""
    return bool(
        takes_summaries(tensorboard)
        or tensorboard.write_steps_per_second
        or tensorboard._should_trace
    )
