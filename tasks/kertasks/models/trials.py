"""Keras tries an optimizer, an activation, a loss or a metric on two rows, without training."""

from __future__ import annotations

import contextlib
import inspect
import math
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import keras
import numpy as np

from kertasks.keras_catalog.catalog import Family
from kertasks.models.check import DataShape, Finding, LayerCheck
from kertasks.models.keras_warnings import hearing_warnings
from kertasks.models.messages import BuildError, one_line
from kertasks.models.network import Names, make, make_metric
from kertasks.models.no_weights import no_weights
from kertasks.models.sizes import Sizes
from kertasks.recipes.recipe import Component

_ROWS = 2
_LARGEST_TRIAL = 1_000_000
"""Outputs larger than this a row are not tried: that would cost more than it tells."""

Ends: TypeAlias = tuple[float, float] | None
"""The least and the greatest label; None where they are not known."""


class Trial(NamedTuple):
    """What Keras made of a loss or a metric on two rows."""

    fault: Finding | None
    heard: tuple[str, ...] = ()
    """What it warned of."""

    names: tuple[str, ...] = ()
    """What a metric is called in the results."""


def activation_trial(activation: Any, layer: LayerCheck) -> tuple[str, ...]:
    """What Keras warns of when it computes an activation, which it does not to count shapes."""
    sizes = tuple(size or 1 for size in layer.output_shape or ())
    if not inspect.isfunction(activation) or math.prod(sizes) > _LARGEST_TRIAL:
        return ()
    return _heard_of(activation, sizes)


@lru_cache(maxsize=256)
def _heard_of(activation: Any, sizes: Sizes) -> tuple[str, ...]:
    heard: list[str] = []
    with (
        contextlib.suppress(Exception),  # one that wants other shapes says so when it is trained
        keras.device("cpu:0"),
        no_weights(),
        hearing_warnings(heard.append),
    ):
        activation(keras.ops.zeros((1, *sizes)))
    return tuple(heard)


@lru_cache(maxsize=256)
def optimizer_trial(optimizer: Component) -> Trial:
    """Make the optimizer of a recipe, to hear what Keras says of its arguments."""
    heard: list[str] = []
    try:
        with keras.device("cpu:0"), hearing_warnings(heard.append):
            make(optimizer, Family.OPTIMIZERS, "compile.optimizer", Names(set()))
    except BuildError as error:
        return Trial(Finding(error.path, error.reason))
    return Trial(None, tuple(heard))


@lru_cache(maxsize=256)
def loss_trial(
    loss: str | Component,
    sizes: Sizes,
    shape: DataShape,
    ends: Ends,
) -> Trial:
    """Compute the loss of two rows.

    Args:
        loss: as the recipe has it.
        sizes: of one row of the output.
        shape: of the data.
        ends: the labels of the two rows.
    """
    heard: list[str] = []
    try:
        with keras.device("cpu:0"), no_weights(), hearing_warnings(heard.append):
            made = make(loss, Family.LOSSES, "compile.loss", Names(set()))
            if math.prod(sizes) <= _LARGEST_TRIAL:
                trial = _trial_model(sizes, loss=made)
                trial.compute_loss(y=_two_labels(shape, ends), y_pred=_two_predictions(sizes))
    except BuildError as error:
        return Trial(Finding(error.path, error.reason))
    except Exception as error:
        return Trial(Finding("compile.loss", one_line(error)))
    return Trial(None, tuple(heard))


@lru_cache(maxsize=256)
def metric_trial(
    metric: str | Component,
    path: str,
    sizes: Sizes,
    shape: DataShape,
    ends: Ends,
) -> Trial:
    """Compute a metric of two rows; ``path`` is its place, the rest as in ``loss_trial``."""
    heard: list[str] = []
    names: tuple[str, ...] = ()
    try:
        with keras.device("cpu:0"), no_weights(), hearing_warnings(heard.append):
            made = make_metric(metric, path)
            names = (made if isinstance(made, str) else made.name,)
            if math.prod(sizes) <= _LARGEST_TRIAL:
                trial, outputs = _trial_model(sizes, metrics=[made]), _two_predictions(sizes)
                labels = _two_labels(shape, ends)
                results = trial.compute_metrics(outputs, labels, outputs, sample_weight=None)
                names = tuple(name for name in results if name != "loss")
    except BuildError as error:
        return Trial(Finding(error.path, error.reason), names=names)
    except Exception as error:
        reason = f"does not fit the output or the labels: {one_line(error)}"
        return Trial(Finding(path, reason), names=names)
    return Trial(None, tuple(heard), names)


def _trial_model(sizes: Sizes, **compiled: Any) -> keras.Model:
    """A model that does nothing, to reach what ``compile`` makes of a loss or a metric."""
    tensor = keras.Input(shape=sizes, name="output")
    trial = keras.Model(tensor, tensor, name="trial")
    trial.compile(optimizer=None, **compiled)
    return trial


def _two_predictions(sizes: Sizes) -> Any:
    return keras.ops.convert_to_tensor(np.full((_ROWS, *sizes), 0.5, dtype=np.float32))


def _two_labels(shape: DataShape, ends: Ends) -> Any:
    """Two rows of labels: of the first and of the last class, or the least and the greatest."""
    labels = np.zeros((_ROWS, *shape.target_shape), dtype=shape.target_dtype)
    if shape.classes > 1 and shape.target_shape == (shape.classes,):
        labels[0, 0] = labels[-1, -1] = 1
    elif ends is not None:
        labels[0], labels[-1] = ends
    elif shape.classes and shape.target_shape == ():
        labels[-1] = shape.classes - 1
    return keras.ops.convert_to_tensor(labels)
