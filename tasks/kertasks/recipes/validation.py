"""Whether a recipe's values are ones that Keras and kertui take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kertasks.keras_catalog.catalog import Catalog, ClassInfo, Family
from kertasks.keras_catalog.excluded import EXCLUDED_ARGUMENTS, EXCLUDED_LAYERS, EXCLUDED_OTHERS
from kertasks.recipes.argument_rules import allowed_for, problem_with
from kertasks.recipes.recipe import Component, Recipe, Value
from kertasks.recipes.recipe_errors import Problem, describe_value, one_of, without_consequences
from kertasks.recipes.rules import problems_of_structure

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Layer

_LABELS = {
    Family.LAYERS: "a layer of Keras",
    Family.ACTIVATIONS: "an activation of Keras",
    Family.INITIALIZERS: "an initializer of Keras",
    Family.REGULARIZERS: "a regularizer of Keras",
    Family.CONSTRAINTS: "a constraint of Keras",
    Family.OPTIMIZERS: "an optimizer of Keras",
    Family.LOSSES: "a loss of Keras",
    Family.METRICS: "a metric of Keras",
}


def validate(recipe: Recipe, catalog: Catalog | None = None) -> tuple[Problem, ...]:
    """Every fault of a recipe's values; empty when there is none.

    Args:
        recipe: what to judge.
        catalog: Keras's classes. None judges only what needs no knowledge of them: names,
            inputs, epochs, layers that no recipe can have.
    """
    problems = (*problems_of_structure(recipe), *_problem_with_variant(recipe))
    found: list[Problem] = []
    for index, layer in enumerate(recipe.layers):
        path = f"layers.{index}"
        if catalog is None:
            if layer.class_name in EXCLUDED_LAYERS:
                found.append(_unknown(layer.class_name, Family.LAYERS, path, ()))
            continue
        found += _problems_of(layer, Family.LAYERS, path, catalog)
        found += _problems_of_input_count(layer, path, catalog)
    if catalog is not None:
        settings = recipe.compile
        found += _problems_of(settings.optimizer, Family.OPTIMIZERS, "compile.optimizer", catalog)
        found += _problems_of(settings.loss, Family.LOSSES, "compile.loss", catalog)
        for index, metric in enumerate(settings.metrics):
            found += _problems_of(metric, Family.METRICS, f"compile.metrics.{index}", catalog)
    return without_consequences(problems, found)


def _problem_with_variant(recipe: Recipe) -> Iterator[Problem]:
    # Imported here: the tasks themselves are made of recipes.
    from kertasks.registry import all_tasks

    variant = recipe.data.variant
    for task in all_tasks():
        names = [known.name for known in task.variants]
        if task.name == recipe.task and variant is not None and variant not in names:
            yield Problem("data.variant", describe_value(variant), one_of(names, variant))


def _problems_of(
    given: str | Component, family: Family, path: str, catalog: Catalog
) -> Iterator[Problem]:
    """Faults of one class and its arguments, nested ones included."""
    component = given if isinstance(given, Component) else Component(given)
    info = catalog.find(family, component.class_name)
    if info is None:
        names = [info.name for info in catalog.family(family)]
        aliases = [alias for info in catalog.family(family) for alias in info.identifiers]
        where = f"{path}.class" if family is Family.LAYERS else path
        yield _unknown(component.class_name, family, where, (*names, *aliases))
        return
    for argument in info.arguments:
        if argument.required and argument.name not in component.arguments:
            allowed = allowed_for(argument)
            yield Problem(f"{path}.{argument.name}", "nothing", f"{allowed}; {info.name} needs it")
    yield from _problems_of_arguments(component.arguments, info, path, catalog)


def _problems_of_arguments(
    arguments: Mapping[str, Value], info: ClassInfo, path: str, catalog: Catalog
) -> Iterator[Problem]:
    for name, value in arguments.items():
        here = f"{path}.{name}"
        argument = info.argument(name)
        if argument is None:
            if name != "name" or info.family is not Family.LAYERS:
                yield _unknown_argument(name, info, here)
            elif not isinstance(value, str):
                yield Problem(here, describe_value(value), "a string")
            continue
        problem = problem_with(value, argument, here)
        if problem is not None:
            yield problem
            continue
        family = argument.family or Family.LAYERS
        for place, component in _components(value, here, argument.family is not None):
            yield from _problems_of(component, family, place, catalog)


def _components(value: Value, path: str, names_too: bool) -> Iterator[tuple[str, str | Component]]:
    """The classes a value names, each with its place. A plain string is one only where the
    argument takes nothing else (``activation``, ``kernel_regularizer``)."""
    if isinstance(value, Component) or (names_too and isinstance(value, str)):
        yield path, value
    elif isinstance(value, (tuple, list)):
        for index, entry in enumerate(value):
            yield from _components(entry, f"{path}.{index}", names_too)


def _problems_of_input_count(layer: Layer, path: str, catalog: Catalog) -> Iterator[Problem]:
    info = catalog.find(Family.LAYERS, layer.class_name)
    if info is None or info.several_inputs or len(layer.inputs) < 2:
        return
    merging = [other.name for other in catalog.family(Family.LAYERS) if other.several_inputs]
    yield Problem(
        f"{path}.inputs",
        f"{len(layer.inputs)} layers",
        f"one: {info.name} reads one layer; several are read by {', '.join(merging)}",
    )


def _unknown(name: str, family: Family, path: str, names: tuple[str, ...]) -> Problem:
    excluded = EXCLUDED_LAYERS if family is Family.LAYERS else EXCLUDED_OTHERS
    if name in excluded:
        allowed = f"{_LABELS[family]} other than {name}: {excluded[name]}"
    else:
        allowed = f"{_LABELS[family]}; {one_of(names, name)}"
    return Problem(path, describe_value(name), allowed)


def _unknown_argument(name: str, info: ClassInfo, path: str) -> Problem:
    if info.family is Family.LAYERS and name in EXCLUDED_ARGUMENTS:
        return Problem(path, "an argument no recipe can give", EXCLUDED_ARGUMENTS[name])
    allowed = one_of([argument.name for argument in info.arguments], name, limit=24)
    return Problem(path, f"an argument {info.name} does not have", allowed)
