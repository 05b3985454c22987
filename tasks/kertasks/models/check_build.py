"""What Keras says of a recipe, asked without training and without drawing a weight."""

from __future__ import annotations

import math

from kertasks.models.check import DataShape, LayerCheck, ModelCheck
from kertasks.models.check_training import check_training
from kertasks.models.messages import BuildError
from kertasks.models.network import Network
from kertasks.models.weightless import no_weights
from kertasks.recipes.recipe import Recipe
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
