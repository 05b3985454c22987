"""A recipe and its data become a compiled Keras model."""

from __future__ import annotations

import re
import warnings

import keras

from kertasks.data.dataset import Dataset
from kertasks.data.value_reading import values_of
from kertasks.keras_catalog.catalog import Family
from kertasks.models.check import Finding, ModelCheck
from kertasks.models.check_build import check_model
from kertasks.models.keras_warnings import RecipeWarning
from kertasks.models.messages import BuildError, one_line
from kertasks.models.named_classes import catalog_for
from kertasks.models.network import Names, Network, make, make_metric
from kertasks.recipes.recipe import Recipe


def build_model(recipe: Recipe, data: Dataset, *, check: bool = True) -> keras.Model:
    """The recipe's network, compiled, its weights drawn from ``recipe.seed``.

    Seeds Python's, NumPy's and TensorFlow's global generators, so that two calls with the
    same recipe give equal weights, whatever was built before.

    Args:
        recipe: what to build.
        data: what it will be trained on. Rows of whole numbers (uint8 multi-hot) are cast inside
            the model.
        check: whether the recipe is held against the data first, as the workbench and the
            command line do; without it only Keras has a say, and of the data only the shape and
            dtype of a row are used.

    Returns:
        A functional model whose layers are called as in the recipe, or ``dense``,
        ``dense_1``, … in its order.

    Raises:
        BuildError: Keras refuses a part, or the check does; with everything that is refused.

    Warns:
        RecipeWarning: what the check says and does not refuse.
    """
    if not check:
        return _build(recipe, data)
    for finding in require_trainable(recipe, data):
        warnings.warn(str(finding), RecipeWarning, stacklevel=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras said it when the layers were checked
        return _build(recipe, data)


def check_recipe(recipe: Recipe, data: Dataset) -> ModelCheck:
    """Everything that is wrong with a recipe for its data, and shapes and counts of its layers.

    Its ``errors`` are refused by ``build_model``, its ``warnings`` are told.
    """
    return check_model(recipe, data.shape, values_of(data), catalog_for(recipe))


def require_trainable(recipe: Recipe, data: Dataset) -> tuple[Finding, ...]:
    """Hold a recipe against its data; no weight is drawn.

    Returns:
        What a person should know before training.

    Raises:
        BuildError: it is refused; with everything that is.
    """
    found = check_recipe(recipe, data)
    if found.errors:
        first, *more = found.errors
        raise BuildError(first.path, first.reason, *more)
    return found.warnings


def _build(recipe: Recipe, data: Dataset) -> keras.Model:
    keras.utils.set_random_seed(recipe.seed)
    network = Network(recipe, data.input_shape, str(data.train.x.dtype))
    if not recipe.layers:
        raise BuildError("layers", "there is no layer")
    for index in range(len(recipe.layers)):
        network.add(index)
    # Keras takes letters, digits and underscores.
    name = re.sub(r"\W+", "_", f"{recipe.task}_{recipe.name}", flags=re.ASCII).strip("_")
    try:
        model = keras.Model(network.input, network.output, name=name or "model")
    except Exception as error:
        raise BuildError("layers", one_line(error)) from error
    settings, names = recipe.compile, Names(set())
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
    return model
