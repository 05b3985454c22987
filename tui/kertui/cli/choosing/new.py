"""``kertui new TASK``: a recipe made from a template that fits the task's data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from kertui.cli.columns import in_columns
from kertui.cli.options import home_of, home_option, tasks_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kertasks.recipes.recipe import Recipe
    from kertasks.task import Task


@click.command(short_help="Print a new recipe, from a template that fits the data.")
@click.argument("task")
@click.option("--template", metavar="NAME", help="Which; without it those that fit are listed.")
@click.option("--variant", metavar="NAME", help="Of which form of the task's data.")
@tasks_option
@home_option
@click.pass_context
def new(ctx: click.Context, task: str, template: str | None, variant: str | None) -> None:
    """Print a recipe of TASK, fitted to its data: kertui new digits --template dense > my.toml.

    Without --template the templates that fit are listed, the one to try first at the head.
    """
    from kertasks.errors import describe_unknown
    from kertasks.recipes.toml_file import format_recipe
    from kertasks.registry import find_task

    recipes = fitted_recipes(home_of(ctx), find_task(task), variant)
    if template is None:
        click.echo("\n".join(_lines(recipes)))
        return
    named = {recipe.name: recipe for recipe in recipes}
    if template not in named:
        said = describe_unknown(f"template for {task}", template, list(named))
        raise click.UsageError(f"{said[:1].upper()}{said[1:]}")
    click.echo(format_recipe(named[template]), nl=False)


def fitted_recipes(home: Path, task: Task, variant: str | None) -> tuple[Recipe, ...]:
    """A recipe of every template that fits the task's data, which is looked at if need be.

    Raises:
        kertasks.UnknownVariant: the task has no such form of data.
        kertasks.UserError: the data is not here, or cannot be loaded.
    """
    from kertasks.data.sources.data_files import require
    from kertasks.recipes.recipe import DataSettings
    from kertasks.runs.home.store import RunStore
    from kertasks.templates.described_facts import facts_of
    from kertasks.templates.fitted_recipes import recipes_for
    from kertasks.user_folders import cache_dir
    from kertui.service.training_service import TrainingService

    of = task.variant(variant).name
    for name in task.files:
        require(name)
    service = TrainingService(RunStore(home), cache_dir(), spare=False)
    try:
        if service.remembered_description(task.name, of) is None:
            click.echo("looking at the data …", err=True)
        facts = facts_of(task, service.describe(task.name, of))
    finally:
        service.close()
    made = recipes_for(task.name, facts)
    if of == task.variants[0].name:
        return made
    return tuple(replace(recipe, data=DataSettings(of)) for recipe in made)


def _lines(recipes: Sequence[Recipe]) -> list[str]:
    """Name, summary and layers of each, in columns."""
    from kertasks.recipes.outline import outline

    rows = [(recipe.name, recipe.summary, outline(recipe)) for recipe in recipes]
    return in_columns(rows, "lll")
