"""A recipe and its data become a compiled Keras model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import keras

from kertasks.keras_catalog.catalog import Family
from kertasks.models.messages import BuildError, one_line
from kertasks.models.network import Names, Network, make
from kertasks.recipes.recipe import CompileSettings, Component, Recipe

if TYPE_CHECKING:
    from kertasks.data.dataset import Dataset

__all__ = ["BuildError", "build_model"]


def build_model(recipe: Recipe, data: Dataset) -> keras.Model:
    """The recipe's network, compiled, its weights drawn from ``recipe.seed``.

    Seeds Python's, NumPy's and TensorFlow's global generators, so that two calls with the
    same recipe give equal weights, whatever was built before.

    Args:
        recipe: what to build.
        data: what it will be trained on; only the shape and dtype of a row are used.
            Rows of whole numbers (uint8 multi-hot) are cast inside the model.

    Returns:
        A functional model whose layers are called as in the recipe, or ``dense``,
        ``dense_1``, … in its order.

    Raises:
        BuildError: Keras refuses a part; with its path and the reason in one line.
    """
    keras.utils.set_random_seed(recipe.seed)
    network = Network(recipe, data.input_shape, str(data.train.x.dtype))
    if not recipe.layers:
        raise BuildError("layers", "there is no layer")
    for index in range(len(recipe.layers)):
        network.add(index)
    try:
        model = keras.Model(network.input, network.output, name=_model_name(recipe))
    except Exception as error:
        raise BuildError("layers", one_line(error)) from error
    compile_model(model, recipe.compile)
    return model


def compile_model(model: keras.Model, settings: CompileSettings) -> None:
    """Compile a model as a recipe says.

    Raises:
        BuildError: Keras refuses the optimizer, the loss or a metric.
    """
    names = Names(set())
    optimizer = make(settings.optimizer, Family.OPTIMIZERS, "compile.optimizer", names)
    loss = make(settings.loss, Family.LOSSES, "compile.loss", names)
    metrics = [
        make_metric(metric, f"compile.metrics.{index}")
        for index, metric in enumerate(settings.metrics)
    ]
    try:
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics or None)
    except Exception as error:
        raise BuildError("compile", one_line(error)) from error


def make_metric(metric: str | Component, path: str) -> Any:
    """What ``compile`` gets for a metric.

    Raises:
        BuildError: Keras has no such metric, or refuses its arguments.
    """
    made = make(metric, Family.METRICS, path, Names(set()))
    # A plain name stays one: Keras then calls the metric by it ("mae", "acc").
    return metric if isinstance(metric, str) else made


def _model_name(recipe: Recipe) -> str:
    """A name Keras takes: letters, digits and underscores."""
    return re.sub(r"\W+", "_", f"{recipe.task}_{recipe.name}", flags=re.ASCII).strip("_") or "model"
