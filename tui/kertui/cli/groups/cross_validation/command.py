"""``kertui cross-validate TASK``: a run for each fold of a task's rows, and what they say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from kertasks.data.folds.fold import MOST_FOLDS, MOST_REPEATS
from kertui.cli.groups.where import where_options
from kertui.cli.options import (
    changes_option,
    detach_option,
    home_of,
    home_option,
    recipe_option,
    tasks_option,
)
from kertui.cli.own_data.said_of_table import SaidOfTable, table_options

if TYPE_CHECKING:
    from kertasks.groups.record import OnRay


@click.command("cross-validate", short_help="Train a task fold by fold: how good, how sure.")
@click.argument("task", metavar="TASK|FILE")
@table_options
@recipe_option
@changes_option
@click.option(
    "--folds",
    type=click.IntRange(2, MOST_FOLDS),
    default=4,
    show_default=True,
    metavar="N",
    help="Into how many parts the rows are divided.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1, MOST_REPEATS),
    default=1,
    show_default=True,
    metavar="N",
    help="How often they are divided, each time in another way.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", help="The seed of folds, weights and order."
)
@where_options
@click.option(
    "--final",
    is_flag=True,
    help="Then train on all rows for as many epochs as were best, and test.",
)
@detach_option
@tasks_option
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print events, one a line; results last.")
@click.pass_context
def cross_validate(
    ctx: click.Context,
    task: str,
    said: SaidOfTable,
    recipe_name: str | None,
    changes: tuple[str, ...],
    folds: int,
    repeats: int,
    seed: int | None,
    workers: int | None,
    on: OnRay | None,
    final: bool,
    detach: bool,
    as_json: bool,
) -> None:
    """Divide the rows of TASK into folds, and train a network for each, which is validated on that
    fold and trained on the others. What is learned of rows, such as their scale, is learned of
    the others alone.

    Each fold is an ordinary run, which kertui show, attach and compare know. Ctrl-C stops; what
    is finished stays, and kertui resume goes on. The exit status is 0 when it finished or was
    stopped, 1 when a fold failed, 2 when the command was wrong.
    """
    if detach and as_json:
        raise click.UsageError("--detach follows nothing: there are no events for --json to print.")
    from kertasks.data.sources.data_files import require
    from kertasks.groups.cross_validation.asked import CrossValidation
    from kertasks.groups.store import GroupStore
    from kertasks.recipes.changes import with_changes
    from kertasks.recipes.recipe_errors import RecipeError
    from kertasks.recipes.validation import validate
    from kertui.cli.groups.beginning import begin_and_follow, choose_recipes
    from kertui.cli.training.train import task_or_data

    found, suggested = task_or_data(task, said)
    ((recipe, source),), catalog = choose_recipes(ctx, found, [recipe_name or suggested])
    wanted = [] if seed is None else [f"seed={seed}"]
    if wanted or changes:
        recipe = with_changes(recipe, [*wanted, *changes], catalog)
    if recipe.data.held_out_fold is not None:
        raise click.UsageError(
            f"the recipe holds out {recipe.data.held_out_fold} already; here each fold is held out "
            "in turn, and --folds says how many there are."
        )
    if problems := validate(recipe, catalog):
        raise RecipeError(problems, source)
    for name in found.files:
        require(name)
    asked = CrossValidation(folds, repeats, final)
    store = GroupStore(home_of(ctx))
    make = partial(
        store.create, recipe, asked, f"{folds} folds", source=source, workers=workers, on=on
    )
    _, status = begin_and_follow(make, detach=detach, as_json=as_json)
    ctx.exit(status)
