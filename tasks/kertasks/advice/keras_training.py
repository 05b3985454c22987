"""Trains networks of trials, and asks them: by ``kertasks.fit``, which needs TensorFlow, where that
is what Keras has, else by Keras's own."""

from __future__ import annotations

from typing import Any

import keras

from kertasks.advice.network.backends import is_tensorflow
from kertasks.advice.seeds import own_seeds


def fit(model: keras.Model, x: Any, y: Any, *, seed: int = 0, **arguments: Any) -> None:
    """Train a network.

    Args:
        model: compiled.
        x, y: the rows.
        seed: of the order of the rows.
        arguments: as of ``keras.Model.fit``.
    """
    if is_tensorflow():
        from kertasks.fitting import fit as quick_fit

        # XLA compiles for seconds, of which there are few.
        quick_fit(model, x, y, **arguments, seed=seed, xla=False)
        return
    with own_seeds(seed):
        model.fit(x, y, **arguments, verbose=0)


def predict(model: keras.Model, x: Any, batch_size: int | None = None) -> Any:
    """What a network says of rows, as ``keras.Model.predict``."""
    if is_tensorflow():
        from kertasks.fitting import predict as quick_predict

        return quick_predict(model, x, batch_size)
    return model.predict(x, batch_size, verbose=0)
