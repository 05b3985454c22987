"""How much memory a recipe's network holds while it is trained, counted without taking any."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kertasks.data.dataset import Dataset
from kertasks.keras_catalog.catalog import Family
from kertasks.models.network import Names, Network, make
from kertasks.models.no_weights import no_weights
from kertasks.recipes.recipe import Component, Recipe


def bytes_held(recipe: Recipe, data: Dataset) -> int:
    """Of the weights and of what the optimizer keeps beside them: the least training takes.

    Activations and gradients come on top; they depend on the batch.

    Raises:
        BuildError: Keras refuses a layer or the optimizer.
    """
    with no_weights():
        network = Network(recipe, data.input_shape, str(data.train.x.dtype))
        layers = [network.add(index) for index in range(len(recipe.layers))]
    weights = _bytes(weight for layer in layers for weight in layer.weights)
    trained = _bytes(weight for layer in layers for weight in layer.trainable_weights)
    return weights + trained * _kept_for_each(recipe.compile.optimizer)


def _kept_for_each(settings: str | Component) -> int:
    """How many numbers the optimizer keeps for each weight: 2 for Adam, 0 for plain SGD."""
    optimizer = make(settings, Family.OPTIMIZERS, "compile.optimizer", Names(set()))
    # Large enough that its own few numbers, such as the count of steps, do not add up to one.
    weight = keras.Variable(np.zeros((32, 32), dtype=np.float32))
    optimizer.build([weight])
    kept = sum(math.prod(variable.shape) for variable in optimizer.variables)
    return int(kept // math.prod(weight.shape))


def _bytes(variables: Iterable[Any]) -> int:
    return sum(math.prod(one.shape) * tf.as_dtype(one.dtype).size for one in variables)
