"""Begins a group from the command line: its recipes, and the process that works for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from kertasks.groups.folder import GroupFolder, GroupRefused
from kertasks.groups.store import remove
from kertasks.runs.home.store import RunStore
from kertasks.user_folders import cache_dir
from kertui.cli.groups.following import follow_group
from kertui.cli.options import home_of
from kertui.cli.progress.following import CtrlC
from kertui.cli.training.train import choose_recipe
from kertui.service.group_process import RunnerNotStarted, start_runner
from kertui.service.training_service import TrainingService

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.recipes.recipe import Recipe
    from kertasks.task import Task


def choose_recipes(
    ctx: click.Context, task: Task, names: Sequence[str | None]
) -> tuple[list[tuple[Recipe, str | None]], Catalog | None]:
    """The recipes of these names or in these files, each with its file, and Keras's classes as far
    as they are remembered: the first trainer asks Keras for the rest.

    Args:
        ctx: of the command.
        task: whose recipes.
        names: of recipes or files; None for the task's own choice.

    Raises:
        UnknownRecipe, kertasks.RecipeError, BuildError: as of ``choose_recipe``.
    """
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=True)
    try:
        chosen = [choose_recipe(task, name, service) for name in names]
        return chosen, service.catalog() if service.knows_catalog else None
    finally:
        service.close()


def begin_and_follow(
    make: Callable[[], GroupFolder], *, detach: bool, as_json: bool
) -> tuple[GroupFolder, int]:
    """Make a group, start the process that works for it, and follow it to its end.

    Args:
        make: makes the group.
        detach: whether to print its id and leave it alone instead.
        as_json: whether events are all that is printed.

    Returns:
        The group, and the exit status.

    Raises:
        GroupRefused: no run could be begun; nothing is left of the group.
        RunnerNotStarted: no process works for it; nothing is left of it.
    """
    pressed = CtrlC()
    with pressed.caught():  # from here on there is a group that a Ctrl-C must stop
        group = make()
        try:
            runner = start_runner(group)
            if detach:
                click.echo(group.id)
                return group, 0
            return group, follow_group(group, runner, pressed, as_json=as_json)
        except (GroupRefused, RunnerNotStarted):
            remove(group)
            raise
