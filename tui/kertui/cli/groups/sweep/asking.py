"""What a person asks of a sweep, held against what there is before a group is made."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import RECIPE, Choices, Dimension, read_dimension
from kertasks.groups.sweep.storage import (
    PASSWORD,
    StorageRefused,
    read_address,
    require_driver,
)
from kertasks.groups.sweep.wishes import DoesNotGoTogether, Wishes, sweep_of
from kertasks.recipes.changes import Change
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError


def split_changes(written: Sequence[str]) -> tuple[list[Dimension], list[str]]:
    """The settings that are varied, and what is said of all trials alike.

    Args:
        written: each as ``--set`` has it.

    Raises:
        RecipeError: one has no value, or a wrong list or range.
    """
    dimensions: list[Dimension] = []
    plain = []
    for one in written:
        try:
            change = Change.read(one)
            found = None if change.adds else read_dimension(change.path, change.text)
        except RecipeError as error:
            raise RecipeError(error.problems, "--set") from error
        if found is None:
            plain.append(one)
        elif any(other.path == found.path for other in dimensions):
            raise click.UsageError(f"{found.path} is varied twice: put all values in one --set.")
        else:
            dimensions.append(found)
    return dimensions, plain


def with_recipes(dimensions: Sequence[Dimension], recipes: Sequence[Recipe]) -> list[Dimension]:
    """The dimensions, before them the recipes where there are several."""
    if len(recipes) == 1:
        return list(dimensions)
    names = [recipe.name for recipe in recipes]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"two recipes are called {name}: each needs a name of its own.")
    return [Choices(RECIPE, tuple(names)), *dimensions]


def asked_of(
    dimensions: Sequence[Dimension],
    recipes: Sequence[Recipe],
    changes: Sequence[str],
    wishes: Wishes,
) -> Sweep:
    """The record of what was asked.

    Raises:
        click.UsageError: what was asked does not go together; saying what does.
    """
    if not dimensions:
        raise click.UsageError(
            "nothing is varied: give a setting several values, "
            "such as --set layers.0.units=4,32 or --set compile.optimizer.learning_rate="
            "1e-4..1e-1:log, or several recipes."
        )
    if wishes.minimize and wishes.maximize:
        raise click.UsageError("--minimize and --maximize: one metric decides.")
    try:
        return sweep_of(dimensions, recipes, wishes, changes)
    except DoesNotGoTogether as error:
        raise click.UsageError(str(error)) from error


def storage_of(text: str | None) -> str | None:
    """The address of the database that the study is written to, without its password; the
    processes that this one starts are told that, as PostgreSQL's own programs are.

    Args:
        text: as it was typed; None where nothing was.

    Raises:
        click.UsageError: it is no such address; saying what is.
        StorageRefused: what speaks with PostgreSQL is not installed.
    """
    if text is None:
        return None
    try:
        address, password = read_address(text)
    except StorageRefused as error:
        raise click.UsageError(f"--storage: {error}.") from error
    require_driver()
    if password is not None:
        os.environ[PASSWORD] = password
    return address
