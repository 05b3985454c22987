"""A recipe as a plain Keras script. Imports neither Keras nor NumPy before it must."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kertasks.errors import UserError
from kertasks.export.script.expressions import comment, literal
from kertasks.export.script.layers_code import network_lines
from kertasks.export.script.training_code import (
    BATCHES,
    compile_lines,
    fit_lines,
    hold_out_lines,
    result_lines,
)
from kertasks.keras_catalog.catalog import Catalog
from kertasks.kinds import TaskKind
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.validation import validate
from kertasks.registry import find_task
from kertasks.task import Task


class NoScript(UserError):
    """A task does not say how its data is written in plain Python."""


def write_script(
    recipe: Recipe,
    catalog: Catalog,
    *,
    epochs: int | None = None,
    learning_rates: Mapping[int, float] | None = None,
    note: str | None = None,
    xla: bool = False,
) -> str:
    """A script of Keras and NumPy alone that trains the recipe and prints its metrics.

    It begins with the same weights and takes the rows in the same order as ``kertasks.fit``,
    so the numbers are the same up to rounding, which a few networks amplify. Whatever the
    recipe's strings hold, they are literals in the script.

    Args:
        recipe: what to train.
        catalog: Keras's classes.
        epochs: how many, the recipe's if not given.
        learning_rates: the optimizer's new learning rate by the epoch (from 0) it begins with.
        note: a sentence on the training for who reads the script.
        xla: whether to compile with XLA, as ``kertasks.fit`` does long runs: what it rounds
            otherwise adds up over thousands of epochs, and it draws Dropout otherwise.

    Raises:
        UnknownTask, UnknownVariant: the recipe's task is none.
        RecipeError: the recipe has a fault; every one is listed.
        NoScript: the task's data has no plain form.
    """
    task = find_task(recipe.task)
    variant = task.variant(recipe.data.variant).name
    problems = validate(recipe, catalog)
    if problems:
        raise RecipeError(problems)
    if task.script is None:
        raise NoScript(f"the task {task.name} does not say how its data is read without kertasks")
    data = task.script(variant)
    fit = recipe.fit
    data_lines = data.code.strip("\n").splitlines()
    has_validation = data.has_validation
    if not has_validation and fit.validation_split:
        data_lines += hold_out_lines(fit.validation_split)
        has_validation = True
    training = fit_lines(fit, has_validation, learning_rates or {}, note)
    results = result_lines(recipe.compile, data, task.kind is TaskKind.REGRESSION, task.unit)
    code = "\n".join([*data.imports, *data_lines, BATCHES, *training, *results])
    network = [
        *comment(_summary(task, recipe)),
        "# The seed decides the weights that training begins with.",
        "keras.utils.set_random_seed(SEED)",
        *network_lines(recipe.layers, catalog, {"keras", "layers", *re.findall(r"\w+", code)}),
        "model.summary()",
        *compile_lines(recipe.compile, catalog, xla),
    ]
    body = [
        f"SEED = {literal(recipe.seed)}",
        f"EPOCHS = {literal(fit.epochs if epochs is None else epochs)}",
        f"BATCH_SIZE = {literal(fit.batch_size)}",
        "",
        *data_lines,
        "",
        *network,
        *(["", "", *BATCHES.splitlines(), "", ""] if fit.shuffle else [""]),
        *training,
        "",
        *results,
    ]
    return "\n".join([f'"""{task.question}"""', "", *_imports(body, data.imports), "", *body, ""])


def _summary(task: Task, recipe: Recipe) -> str | None:
    """The task's own words on the recipe, as long as it is the task's own recipe."""
    own = task.recipes.get(recipe.name)
    if own is None or not own.summary or replace(own, seed=recipe.seed) != recipe:
        return None
    return f'The network "{own.name}": {own.summary}.'


def _imports(body: list[str], of_data: tuple[str, ...]) -> list[str]:
    """The import statements, sorted as ``ruff`` sorts them."""
    text = "\n".join(body)
    standard = [name for name in ("itertools", "math") if re.search(rf"\b{name}\.", text)]
    modules = ["import keras"]
    if re.search(r"\bnp\.", text):
        modules.append("import numpy as np")
    members = sorted(["from keras import layers", *of_data])
    first = [f"import {name}" for name in standard]
    return [*first, *([""] if first else []), *modules, *members]


def keras_script(recipe: Recipe, epochs: int | None = None) -> str:
    """A script of Keras and NumPy alone that trains the recipe and prints its metrics.

    Args:
        recipe: what to train.
        epochs: how many, the recipe's if not given.

    Raises:
        As ``kertasks.export.script.writing.write_script``.
    """
    from kertasks.keras_catalog.introspection import read_catalog  # imports Keras

    return write_script(recipe, read_catalog(), epochs=epochs)
