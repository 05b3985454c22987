"""By which metric a program calls an epoch its best."""

from __future__ import annotations

from contextlib import suppress

import keras

from kertasks.models.monitor import VALIDATION, direction_of, given_metrics
from kertasks.runs.event_file.events import Monitor


def watched_metric(
    model: keras.Model,
    list_of: keras.callbacks.CallbackList | None,
    owner: keras.callbacks.Callback,
) -> tuple[Monitor | None, keras.callbacks.EarlyStopping | None]:
    """What the program itself calls its best epoch by, and its early stopping where that has given
    weights back by the time the owner hears of the end."""
    found = [] if list_of is None else list_of.callbacks
    for place, callback in enumerate(found):
        if isinstance(callback, keras.callbacks.EarlyStopping):
            is_before = owner in found and place < found.index(owner)
            monitor = _monitor(model, callback, callback.min_delta)
            return monitor, callback if is_before else None
    for callback in found:
        if isinstance(callback, keras.callbacks.ModelCheckpoint) and callback.save_best_only:
            return _monitor(model, callback, 0.0), None
    return None, None


def _monitor(
    model: keras.Model, callback: keras.callbacks.Callback, min_delta: float
) -> Monitor | None:
    """What a callback of Keras watches; None where Keras says only after an epoch whether that is
    to be small or large, as for a metric that a step of its own returns."""
    name, mode = str(callback.monitor), callback.mode
    watched = name.removeprefix(VALIDATION)
    if mode not in ("min", "max"):
        mode = "min" if watched == "loss" else None
        for given in given_metrics(model):
            with suppress(ValueError, TypeError):  # a metric of the program's own
                metric = keras.metrics.get(given)
                if watched in (given, getattr(metric, "name", None)):
                    mode = direction_of(metric)
    return None if mode is None else Monitor(name, mode, abs(float(min_delta)))
