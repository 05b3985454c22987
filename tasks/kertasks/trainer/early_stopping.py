"""Keras's early stopping, whose count must survive from one trainer process to the next."""

from __future__ import annotations

import keras

from kertasks.recipes.recipe import EarlyStopping
from kertasks.trainer.checkpoint import StoppingState


def make_stopping(settings: EarlyStopping) -> keras.callbacks.EarlyStopping:
    """The callback a recipe asks for."""
    return keras.callbacks.EarlyStopping(
        monitor=settings.monitor,
        patience=settings.patience,
        min_delta=settings.min_delta,
        restore_best_weights=settings.restore_best_weights,
    )


def stopping_state(stopping: keras.callbacks.EarlyStopping) -> StoppingState:
    """What it counted so far."""
    return StoppingState(
        wait=stopping.wait,
        stopped_epoch=stopping.stopped_epoch,
        best_epoch=stopping.best_epoch,
        best=None if stopping.best is None else float(stopping.best),
        weights=list(stopping.best_weights or []),
    )


def restore_stopping(stopping: keras.callbacks.EarlyStopping, state: StoppingState) -> None:
    """Let it go on counting; after its own ``on_train_begin``, which begins anew."""
    stopping.wait = state.wait
    stopping.stopped_epoch = state.stopped_epoch
    stopping.best_epoch = state.best_epoch
    stopping.best = state.best
    stopping.best_weights = list(state.weights) or None
