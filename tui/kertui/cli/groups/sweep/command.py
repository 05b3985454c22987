"""``kertui sweep TASK``: a recipe with many values of its settings, ranked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kertasks.data.folds.fold import MOST_FOLDS
from kertui.cli.groups.how import How
from kertui.cli.groups.where import where_options
from kertui.cli.options import detach_option, home_of, home_option, tasks_option
from kertui.cli.own_data.said_of_table import SaidOfTable, table_options

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.groups.record import OnRay
    from kertasks.groups.sweep.wishes import Wishes

_MOST_TRIALS = 10_000
_MOST_SEEDS = 100


@click.command(short_help="Train a task with many values of its settings, ranked.")
@click.argument("task", metavar="[TASK|FILE]", required=False)
@click.argument("arguments", metavar="[-- ARGUMENTS]", nargs=-1, type=click.UNPROCESSED)
@table_options
@click.option(
    "--script",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A Keras program of your own in place of TASK, run as kertui run runs it.",
)
@click.option(
    "--arg",
    "script_arguments",
    multiple=True,
    metavar="NAME=VALUES",
    help="What is varied of the program, spelled as with --set: lr=0.1,0.01 gives it --lr 0.1 in "
    "one trial. A name that has dashes is as it is.",
)
@click.option(
    "--seed-arg",
    "seed_argument",
    metavar="NAME",
    help="The argument of the program that says its seed, for --seeds and --seed.",
)
@click.option(
    "--recipe",
    "recipe_names",
    multiple=True,
    metavar="NAME|FILE",
    help="A recipe's name or TOML file. Again for more, which are compared.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUES",
    help="What is varied: a list, layers.1.units=4,32, or a range, "
    "compile.optimizer.learning_rate=1e-4..1e-1:log. One value is for all trials.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, _MOST_TRIALS),
    metavar="N",
    help="How many choices of values are tried (20, or all of a grid).",
)
@click.option(
    "--search",
    type=click.Choice(["grid", "random", "tpe"]),
    help="How they are chosen: all, at random, or by what came of earlier ones. By itself grid "
    "where there are lists alone, else tpe.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, _MOST_SEEDS),
    default=1,
    show_default=True,
    metavar="N",
    help="Runs of each trial, which differ by their seed.",
)
@click.option(
    "--folds", type=click.IntRange(2, MOST_FOLDS), metavar="N", help="Cross-validate each trial."
)
@click.option(
    "--prune", is_flag=True, help="Give up early what is worse than the median of the others."
)
@click.option("--minimize", metavar="METRIC", help="What decides, such as val_loss.")
@click.option("--maximize", metavar="METRIC", help="What decides, such as val_accuracy.")
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", help="The seed of the search and the runs."
)
@where_options
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the best trial's recipe to a new TOML file.",
)
@click.option(
    "--storage",
    metavar="ADDRESS",
    help="Write the trials as a study of Optuna's to a database, postgresql://USER@HOST/DATABASE, "
    "in place of the group's folder. The password is in PGPASSWORD or ~/.pgpass.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be trained.")
@detach_option
@tasks_option
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print events, one a line; ranking last.")
@click.pass_context
def sweep(
    ctx: click.Context,
    /,
    task: str | None,
    arguments: tuple[str, ...],
    said: SaidOfTable,
    script: Path | None,
    script_arguments: tuple[str, ...],
    seed_argument: str | None,
    recipe_names: tuple[str, ...],
    changes: tuple[str, ...],
    seed: int | None,
    workers: int | None,
    on: OnRay | None,
    output: Path | None,
    dry_run: bool,
    detach: bool,
    as_json: bool,
    **search: Any,
) -> None:
    """Train TASK with many values of some settings, and rank them by the validation rows.

    With --script a program of your own is varied: kertui sweep --script train.py --arg
    lr=0.1,0.01 -- --epochs 5 gives it --lr and what stands after the two dashes. A trial is one
    run of it to its end, and its value the best of its last call of fit.

    A value that is a list by itself stands in brackets: --set layers.0.kernel_size=[3,3],[5,5].
    A trial is one choice of values; its runs are ordinary ones, which kertui show, attach and
    compare know. What is tried does not depend on how many are trained at once. Ctrl-C stops;
    what is finished stays, and kertui resume goes on. The exit status is 0 when it finished or
    was stopped, 1 when every trial failed, 2 when the command was wrong.
    """
    if detach and (as_json or output is not None):
        raise click.UsageError("--detach follows nothing: there is no end for --json or --output.")
    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there already.")
    from kertasks.groups.sweep.wishes import Wishes
    from kertui.cli.groups.sweep import asking

    storage = asking.storage_of(search["storage"])
    wishes = Wishes(**{**search, "folds": search["folds"] or 0, "storage": storage})
    how = How(workers=workers, dry_run=dry_run, detach=detach, as_json=as_json)
    if script is not None:
        from kertui.cli.groups.script_sweep.asking import require_none, script_sweep_of
        from kertui.cli.groups.script_sweep.command import sweep_script

        said.require_nothing(f"--script {script} is a program")
        require_none(
            {
                "--recipe": recipe_names,
                "--set": changes,
                "--folds": wishes.folds,
                "--prune": wishes.prune,
                "--output": output,
                "--on": on,
            }
        )
        further = arguments if task is None else (task, *arguments)
        of_script = script_sweep_of(
            script, script_arguments, further, wishes, seed=seed, seed_argument=seed_argument
        )
        sweep_script(ctx, of_script, wishes, how)
        return
    if task is None:
        raise click.UsageError("Missing argument 'TASK|FILE'; --script takes a program instead.")
    if arguments:
        raise click.UsageError(f"Got unexpected extra argument ({arguments[0]})")
    if script_arguments or seed_argument is not None:
        raise click.UsageError("--arg and --seed-arg are of a program: say --script FILE too.")
    group, status = _sweep_task(
        ctx, task, said, recipe_names, changes, wishes, how, seed=seed, on=on
    )
    if group is not None and output is not None:
        _save_best(group, output)
    ctx.exit(status)


def _sweep_task(
    ctx: click.Context,
    task: str,
    said: SaidOfTable,
    recipe_names: tuple[str, ...],
    changes: tuple[str, ...],
    wishes: Wishes,
    how: How,
    *,
    seed: int | None,
    on: OnRay | None,
) -> tuple[GroupFolder | None, int]:
    """Train a task with many values of settings.

    Args:
        ctx: of the command, as are the others.
        task: a name or a path.
        said: of a table.
        recipe_names: as ``--recipe`` has them.
        changes: as ``--set`` has them.
        wishes: what else is asked of the sweep.
        how: it is begun and followed.
        seed: of the search and the runs; None for that of the recipe.
        on: where it is trained; None for this machine.

    Returns:
        The group, None of a dry run, and the exit status.

    Raises:
        kertasks.UserError: something is asked that cannot be had.
    """
    from kertasks.data.sources.data_files import require
    from kertasks.groups.own_word import keep_mark
    from kertasks.groups.store import GroupStore
    from kertasks.groups.sweep.wishes import require_valid
    from kertasks.recipes.changes import with_changes
    from kertasks.runs.home.store import RunStore
    from kertui.cli.groups.beginning import begin_and_follow, choose_recipes
    from kertui.cli.groups.sweep import asking
    from kertui.cli.training.train import task_or_data

    dimensions, plain = asking.split_changes(changes)
    if seed is not None:
        plain.insert(0, f"seed={seed}")
    found, suggested = task_or_data(task, said, keeps=not how.dry_run)
    chosen, catalog = choose_recipes(ctx, found, recipe_names or (suggested,))
    recipes = [with_changes(recipe, plain, catalog) for recipe, _ in chosen]
    asked = asking.asked_of(asking.with_recipes(dimensions, recipes), recipes, plain, wishes)
    require_valid(asked.dimensions, recipes, catalog, "--set")
    if how.dry_run:
        from kertui.cli.groups.sweep.dry_run import DryRun

        DryRun(asked, recipes, RunStore(home_of(ctx)), how.workers).print(as_json=how.as_json)
        return None, 0
    for name in found.files:
        require(name)

    def make() -> GroupFolder:
        made = GroupStore(home_of(ctx)).create(
            recipes[0],
            asked,
            f"{asked.trials} trials",
            source=chosen[0][1],
            workers=how.workers,
            others=recipes[1:],
            judge=wishes.judge,
            on=on,
        )
        if asked.storage is not None:
            keep_mark(made, asked)
        return made

    return begin_and_follow(make, detach=how.detach, as_json=how.as_json)


def _save_best(group: GroupFolder, output: Path) -> None:
    """Write the recipe of the best trial, where there is one.

    Raises:
        kertasks.UserError: the file cannot be written.
    """
    from dataclasses import replace

    from kertasks.errors import UserError
    from kertasks.groups.history import GroupHistory
    from kertasks.groups.sweep.asked import recipe_of_trial
    from kertasks.groups.sweep.results import results_of, sweep_of
    from kertasks.recipes.toml_file import save_recipe

    history = GroupHistory.read(group)
    best, asked = results_of(history).best, sweep_of(history)
    if best is None:
        click.echo(f"{output} is not written: no trial is finished", err=True)
        return
    recipe = recipe_of_trial(group.recipes(), asked.dimensions, best.values)
    try:
        save_recipe(replace(recipe, name=output.stem, summary=""), output)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}") from error
    click.echo(f"{output} has the best: kertui train {recipe.task} --recipe {output}", err=True)
