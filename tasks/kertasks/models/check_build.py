"""What Keras says of a recipe, asked without training and without drawing a weight.

Keras takes some mismatches of an output and the labels without a word (it repeats the smaller one)
and refuses others only at the first label that is too large; a person wants to know before.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from kertasks.keras_catalog.catalog import Family
from kertasks.models.build import Names, Network, make, make_metric, no_weights
from kertasks.models.check import DataShape, LayerCheck, ModelCheck
from kertasks.models.messages import BuildError, one_line
from kertasks.models.monitor import monitor_of
from kertasks.recipes.recipe import Component, Recipe
from kertasks.recipes.recipe_errors import Problem
from kertasks.recipes.validation import validate

_NOTHING = LayerCheck(output_shape=None, parameters=None, trainable_parameters=None)


def check_model(recipe: Recipe, shape: DataShape) -> ModelCheck:
    """Shapes and parameters of every layer, or the first one that is refused, and why.

    Keras makes and calls each layer; no weight is drawn, so that a layer of a billion
    parameters is counted as fast as one of ten. Then Keras tries the loss and the metrics
    on two rows of zeros. Takes some 2 ms a layer.

    Args:
        recipe: what to check; it may break every rule.
        shape: of the data it is to be trained on.
    """
    problems = validate(recipe)
    layers: list[LayerCheck] = []
    failure: BuildError | None = None
    output: tuple[int | None, ...] = ()
    with no_weights():
        try:
            network = Network(recipe, shape.input_shape, shape.input_dtype)
            for index in range(len(recipe.layers)):
                _raise_first(problems, f"layers.{index}")
                layers.append(_check_layer(network, index))
            if network.output is not None:
                output = tuple(network.output.shape[1:])
            _raise_first(problems, "")
        except BuildError as error:
            failure = error
    if failure is None:
        failure = check_training(recipe, output, shape)
    return _model_check(recipe, shape, layers, failure)


def _check_layer(network: Network, index: int) -> LayerCheck:
    layer = network.add(index)
    return LayerCheck(
        output_shape=tuple(network.output.shape[1:]),
        parameters=int(layer.count_params()),
        trainable_parameters=sum(math.prod(weight.shape) for weight in layer.trainable_weights),
    )


def _model_check(
    recipe: Recipe, shape: DataShape, layers: list[LayerCheck], failure: BuildError | None
) -> ModelCheck:
    complete = len(layers) == len(recipe.layers)
    if not complete and failure is not None:
        place = len(layers)
        reason = failure.reason
        argument = failure.path.removeprefix(f"layers.{place}").lstrip(".")
        if argument:
            reason = f"{argument}: {reason}"
        layers = [*layers, LayerCheck(None, None, None, error=reason)]
    layers += [_NOTHING] * (len(recipe.layers) - len(layers))
    parameters = [layer.parameters or 0 for layer in layers]
    trainable = [layer.trainable_parameters or 0 for layer in layers]
    return ModelCheck(
        input_shape=shape.input_shape,
        layers=tuple(layers),
        parameters=sum(parameters) if complete else None,
        trainable_parameters=sum(trainable) if complete else None,
        error=failure.reason if failure is not None else None,
        error_path=failure.path if failure is not None else None,
    )


def _raise_first(problems: tuple[Problem, ...], path: str) -> None:
    """Raise the first problem at or under ``path``."""
    for problem in problems:
        if not path or problem.path == path or problem.path.startswith(f"{path}."):
            raise BuildError(problem.path, f"found {problem.found}; allowed: {problem.allowed}")


_ROWS = 2
_LARGEST_TRIAL = 1_000_000
"""Outputs larger than this a row are not tried: that would cost more than it tells."""


def check_training(
    recipe: Recipe, output: tuple[int | None, ...], shape: DataShape
) -> BuildError | None:
    """The first thing that keeps a network with this output from being trained.

    Args:
        recipe: its compile and fit settings are judged.
        output: shape of one row of the network's output.
        shape: of the data.

    Returns:
        The fault with its path and one line, or None.
    """
    settings = recipe.compile
    sizes = tuple(size or 1 for size in output)
    fault = _optimizer_fault(settings.optimizer) or _loss_fault(settings.loss, sizes, shape)
    for index, metric in enumerate(settings.metrics):
        fault = fault or _metric_fault(metric, f"compile.metrics.{index}", sizes, shape)
    return fault or _monitor_fault(recipe)


@lru_cache(maxsize=256)
def _optimizer_fault(optimizer: Component) -> BuildError | None:
    try:
        with keras.device("cpu:0"):
            make(optimizer, Family.OPTIMIZERS, "compile.optimizer", Names(set()))
    except BuildError as error:
        return _without_traceback(error)
    return None


@lru_cache(maxsize=256)
def _loss_fault(
    loss: str | Component, sizes: tuple[int, ...], shape: DataShape
) -> BuildError | None:
    path = "compile.loss"
    try:
        with keras.device("cpu:0"), no_weights():
            made = make(loss, Family.LOSSES, path, Names(set()))
            mismatch = mismatch_of_sizes(loss, sizes, shape)
            if mismatch is not None:
                return BuildError(path, mismatch)
            if math.prod(sizes) <= _LARGEST_TRIAL:
                trial = _trial_model(sizes, loss=made)
                trial.compute_loss(y=_two_labels(shape), y_pred=_two_predictions(sizes))
    except BuildError as error:
        return _without_traceback(error)
    except Exception as error:
        return BuildError(path, one_line(error))
    return None


@lru_cache(maxsize=256)
def _metric_fault(
    metric: str | Component, path: str, sizes: tuple[int, ...], shape: DataShape
) -> BuildError | None:
    try:
        with keras.device("cpu:0"), no_weights():
            made = make_metric(metric, path)
            if math.prod(sizes) <= _LARGEST_TRIAL:
                trial, outputs = _trial_model(sizes, metrics=[made]), _two_predictions(sizes)
                trial.compute_metrics(outputs, _two_labels(shape), outputs, sample_weight=None)
    except BuildError as error:
        return _without_traceback(error)
    except Exception as error:
        reason = f"does not fit the output or the labels: {one_line(error)}"
        return BuildError(path, reason)
    return None


def _without_traceback(error: BuildError) -> BuildError:
    """The same error to keep: its traceback would hold all that Keras made until then."""
    return BuildError(error.path, error.reason)


def _trial_model(sizes: tuple[int, ...], **compiled: Any) -> keras.Model:
    """A model that does nothing, to reach what ``compile`` makes of a loss or a metric."""
    tensor = keras.Input(shape=sizes, name="output")
    trial = keras.Model(tensor, tensor, name="trial")
    trial.compile(optimizer=None, **compiled)
    return trial


def _two_predictions(sizes: tuple[int, ...]) -> Any:
    return keras.ops.convert_to_tensor(np.full((_ROWS, *sizes), 0.5, dtype=np.float32))


def _two_labels(shape: DataShape) -> Any:
    """Two rows of labels: of the first and of the last class."""
    labels = np.zeros((_ROWS, *shape.target_shape), dtype=shape.target_dtype)
    if shape.classes and shape.target_shape == ():
        labels[-1] = shape.classes - 1
    elif shape.target_shape == (shape.classes,):
        labels[0, 0] = labels[-1, -1] = 1
    return keras.ops.convert_to_tensor(labels)


def _monitor_fault(recipe: Recipe) -> BuildError | None:
    try:
        monitor_of(recipe)
    except BuildError as error:
        return error
    return None


def mismatch_of_sizes(
    loss: str | Component, sizes: tuple[int, ...], shape: DataShape
) -> str | None:
    """What does not fit, in one line, or None.

    Args:
        loss: the recipe's loss.
        sizes: of one row of the output.
        shape: of the data.
    """
    name = loss.class_name if isinstance(loss, Component) else loss
    last = sizes[-1] if sizes else 1
    target = shape.target_shape
    if name.lower() == "ctc":
        return None
    if name in ("crossentropy", "ce"):  # Keras chooses so
        is_sparse = last > 1 and len(target) < len(sizes)
    else:
        is_sparse = name.lower().startswith("sparse")
    if is_sparse:
        return _mismatch_of_class_numbers(sizes, last, shape)
    if _squeezed(sizes) == _squeezed(target):
        return None
    mismatch = f"the output has {_written(sizes)} a row, the labels have {_written(target)}"
    if not target and last == shape.classes and "categorical" in name.lower():
        mismatch += "; sparse_categorical_crossentropy takes class numbers"
    return mismatch


def _mismatch_of_class_numbers(sizes: tuple[int, ...], last: int, shape: DataShape) -> str | None:
    target = shape.target_shape
    if target and target == sizes:
        return (
            f"takes class numbers, the labels are one-hot with {_written(target)} a row; "
            "categorical_crossentropy takes those"
        )
    if _squeezed(target) != sizes[:-1]:
        return f"the output has {_written(sizes)} a row, the labels have {_written(target)}"
    if shape.classes > last:
        return (
            f"the output has {_written(sizes)} a row, too few for {shape.classes} classes; "
            f"the last layer needs {shape.classes} units"
        )
    return None


def _squeezed(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """A last axis of one value counts as none, as in Keras's losses."""
    return sizes[:-1] if sizes and sizes[-1] == 1 else sizes


def _written(sizes: tuple[int, ...]) -> str:
    if len(sizes) > 1:
        return f"shape ({', '.join(map(str, sizes))})"
    count = sizes[0] if sizes else 1
    return "one value" if count == 1 else f"{count} values"
