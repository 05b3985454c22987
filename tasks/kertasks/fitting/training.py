"""``kertasks.fit``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras

from kertasks.fitting.fit_request import FitRequest
from kertasks.fitting.plain_keras import fit_with_keras
from kertasks.fitting.row_order import Shuffle


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
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: int | Sequence[int] = 1,
    seed: int = 0,
    on_notice: Callable[[str], None] | None = None,
    on_compile: Callable[[float | None], None] | None = None,
) -> keras.callbacks.History:
    """Train a compiled model. Arguments and result are those of ``keras.Model.fit``.

    Args:
        model: any compiled Keras model.
        x: arrays of shape (rows, …), alone or in lists, tuples and dicts; or whatever else
            ``model.fit`` takes.
        y: targets, as ``x``.
        verbose: as in Keras, but silent unless asked.
        seed: with the epoch (from 0, Keras's ``epoch``) it decides the order of the rows:
            ``numpy.random.default_rng([seed, epoch]).permutation(rows)``.
        on_notice: called with a sentence when training goes a slower way, and why.
        on_compile: called with None when compiling begins and with the seconds it took.

    Returns:
        Keras's ``History``.
    """
    del on_notice, on_compile
    request = FitRequest(
        x=x,
        y=y,
        batch_size=batch_size,
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_split=validation_split,
        validation_data=validation_data,
        shuffle=shuffle,
        class_weight=class_weight,
        sample_weight=sample_weight,
        initial_epoch=initial_epoch,
        steps_per_epoch=steps_per_epoch,
        validation_steps=validation_steps,
        validation_batch_size=validation_batch_size,
        validation_freq=validation_freq,
        seed=seed,
    )
    return fit_with_keras(model, request)
