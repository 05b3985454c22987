"""How metrics of a model are found, reset and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras.src.utils.python_utils import pythonify_logs

from kertasks.fitting.keras_internals.keras_methods import (
    are_steps_kerass,
    call_instead,
    has_own,
    is_kerass,
    own_attribute,
)


def resets_metrics_as_keras_does(model: keras.Model) -> bool:
    """Whether resetting the metrics of a built model does nothing but assign variables."""
    if own_attribute(model, "reset_metrics", "metrics") is not None:
        return False
    return all(_is_plain(metric, "reset_state") for metric in _all_metrics(model))


def reads_metrics_as_keras_does(model: keras.Model) -> bool:
    """Whether the metrics of a built model are what Keras's own code makes of their variables."""
    if own_attribute(model, "get_metrics_result", "metrics") is not None:
        return False
    if not are_steps_kerass(model):
        return False
    return all(_is_plain(metric, "result") for metric in _all_metrics(model))


def _is_plain(metric: keras.Metric, method: str) -> bool:
    return is_kerass(type(metric)) and has_own(metric, method)


def _all_metrics(model: keras.Model) -> Iterator[keras.Metric]:
    for metric in model.metrics:
        yield metric
        yield from getattr(metric, "metrics", ())  # those that were given to compile


def are_metrics_unbuilt(model: keras.Model) -> bool:
    """Whether the metrics that were given to ``compile`` are still to be built."""
    given = model._compile_metrics
    return given is not None and not given.built


def reset_metrics(model: keras.Model, as_unbuilt: bool) -> None:
    """Let metrics begin anew.

    Args:
        model: a compiled model.
        as_unbuilt: spare those that were given to ``compile``, as if they were not built yet.
    """
    if not as_unbuilt or model._compile_metrics is None:
        model.reset_metrics()
        return
    with call_instead(model._compile_metrics, "reset_state", lambda: None):
        model.reset_metrics()


def metrics_now(model: keras.Model, logs: dict[str, Any]) -> dict[str, Any]:
    """What Keras reports at the end of a pass: the metrics as they are now, by name, sorted; or
    the logs of the last step where those have other names.

    Args:
        model: a compiled model.
        logs: of the last step.
    """
    found: dict[str, Any] = pythonify_logs(model._get_metrics_result_or_logs(logs))
    return found


def in_order_of_metrics(model: keras.Model, logs: dict[str, Any]) -> Any:
    """Logs as ``model.evaluate`` returns them without ``return_dict``."""
    return model._flatten_metrics_in_order(logs)
