"""``kertui train TASK`` and ``kertui retrain RUN``: one training without the interface."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertasks.recipes.bounds import MOST_EPOCHS, MOST_KEPT, MOST_LEARNING_RATE
from kertasks.text.numbers import short_path
from kertasks.text.plain_text import visible
from kertui.cli.groups.where import hosts_options
from kertui.cli.options import (
    changes_option,
    detach_option,
    find_run,
    home_of,
    home_option,
    notify_option,
    on_end_option,
    read_catalog,
    recipe_option,
    recipe_or_file,
    require_task,
    tasks_option,
)
from kertui.cli.own_data.said_of_table import SaidOfTable, table_options
from kertui.cli.own_data.table_lines import look_with, missing_instead, table_path, understood

if TYPE_CHECKING:
    from kertasks.hosts.asked import AskedHosts
    from kertasks.recipes.recipe import Recipe
    from kertasks.task import Task
    from kertui.service.training_service import TrainingService


@click.command(short_help="Train a task, or a table of yours, and follow it.")
@click.argument("task", metavar="TASK|FILE")
@table_options
@recipe_option
@click.option("--epochs", type=click.IntRange(1, MOST_EPOCHS), metavar="N", help="How many epochs.")
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Rows a step.")
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, MOST_LEARNING_RATE, min_open=True),
    metavar="X",
    help="The optimizer's learning rate.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", help="The seed of data, weights and order."
)
@click.option(
    "--keep",
    type=click.IntRange(0, MOST_KEPT),
    metavar="N",
    help="Of how many epochs the weights are kept at most, to look back at (200); 0 for none.",
)
@click.option(
    "--devices",
    metavar="all|0,1",
    callback=lambda _ctx, _parameter, said: _devices(said),
    help="GPUs of this machine that share each batch (default: one trains it).",
)
@hosts_options
@changes_option
@detach_option
@notify_option
@on_end_option
@tasks_option
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print the run's events, one a line.")
@click.pass_context
def train(
    ctx: click.Context,
    task: str,
    said: SaidOfTable,
    recipe_name: str | None,
    epochs: int | None,
    batch_size: int | None,
    learning_rate: float | None,
    seed: int | None,
    keep: int | None,
    changes: tuple[str, ...],
    devices: str | None,
    hosts: AskedHosts | None,
    detach: bool,
    notify: bool,
    on_end: str | None,
    as_json: bool,
) -> None:
    """Train TASK and follow it, or a table or a folder of yours, which becomes a task.

    Ctrl-C stops and keeps the weights. The exit status is 0 when it finished or was
    stopped, 1 when it failed, 2 when the command was wrong.
    """
    if detach and as_json:
        raise click.UsageError("--detach follows nothing: there are no events for --json to print.")
    if detach and notify:
        raise click.UsageError("--detach leaves no terminal to tell: --on-end calls a command.")
    if hosts is not None and devices is not None:
        raise click.UsageError("--hosts and --devices are not to be had together.")
    from kertasks.data.sources.data_files import require
    from kertasks.recipes.changes import with_changes
    from kertasks.runs.home.store import RunStore
    from kertasks.user_folders import cache_dir
    from kertui.cli.own_data.understood_data import is_no_table
    from kertui.cli.progress.following import LEFT, CtrlC, follow
    from kertui.cli.telling.on_end import start_on_end
    from kertui.cli.telling.terminal_bell import ringing
    from kertui.service.training_service import TrainingService

    given = {
        "fit.epochs": epochs,
        "fit.batch_size": batch_size,
        "compile.optimizer.learning_rate": learning_rate,
        "seed": seed,
        "fit.keep": keep,
    }
    wanted = [f"{path}={value!r}" for path, value in given.items() if value is not None]
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=True)
    try:
        if path := data_path(task):
            # It imports Keras, and what reads a table, while the data is looked at.
            start = service.start_spare if is_no_table(path) else service.start_spare_for_table
            start()
        found, suggested = task_or_data(task, said)
        recipe, source = choose_recipe(found, recipe_name or suggested, service)
        if wanted or changes:
            catalog = service.catalog() if service.knows_catalog else None
            recipe = with_changes(recipe, [*wanted, *changes], catalog)
        for name in found.files:
            require(name)
        check(service, recipe, source)
        pressed = CtrlC()
        with pressed.caught():  # from here on there is a run that a Ctrl-C must stop
            run = service.start(recipe, source, then_spare=False, devices=devices, hosts=hosts)
            told = start_on_end(run, on_end)
            if detach:
                click.echo(run.id)
                return
            with ringing(run, notify=notify):
                status = follow(run, recipe.fit.epochs, pressed, as_json=as_json)
            if told is not None and status != LEFT:
                told.wait(pressed)
    finally:
        service.close()
    ctx.exit(status)


def _devices(said: str | None) -> str | None:
    if said is not None and re.fullmatch(r"all|[0-9]+(,[0-9]+)*", said) is None:
        raise click.BadParameter(f"{said!r} names none: all, or places such as 0,1, are allowed.")
    return said


def data_path(text: str) -> Path | None:
    """Where the data lies that a person means; None where they mean a task that there is."""
    from kertasks.registry import all_tasks

    return None if text in {known.name for known in all_tasks()} else table_path(text)


def task_or_data(text: str, said: SaidOfTable, *, keeps: bool = True) -> tuple[Task, str | None]:
    """The task that a person means: one that there is, or data of theirs, which becomes one.

    Args:
        text: the task's name, or a path.
        said: what they say of a table.
        keeps: whether a task of data is written down.

    Returns:
        The task, and the name of the recipe that is suggested for data.

    Raises:
        UnknownTask: there is no such task, and no such file.
        UserError: the data cannot be read, or not be trained as it stands.
    """
    from kertasks.registry import find_task

    path = data_path(text)
    if path is None:
        said.require_nothing(f"{text} is a task")
        return find_task(text), None
    task, recipe = keep_table(path, said, keeps=keeps)
    return task, recipe if recipe in task.recipes else None


def keep_table(path: Path, said: SaidOfTable, *, keeps: bool = True) -> tuple[Task, str]:
    """Look at a table or a folder, say what was understood, and keep it as a task of the
    person's own.

    Args:
        path: of it, or of a task's file that says what it is.
        said: what a person says of a table.
        keeps: whether it is written down; else the task is what it would be.

    Returns:
        The task, and the name of the recipe that is suggested.

    Raises:
        UserError: it cannot be read, or not be trained as it stands.
    """
    from msgspec.structs import replace

    from kertasks.own_tasks.data_task import DataTask, OwnData
    from kertasks.own_tasks.kept_tasks import keep, place_of, read_absolute
    from kertasks.own_tasks.task_of_data import task_of
    from kertasks.registry import all_tasks, broken_tasks, find_task
    from kertasks.tables.table import Table
    from kertui.cli.own_data.understood_data import is_no_table, require_ready, understand

    read = read_absolute(path) if path.suffix == ".toml" else None
    if read is not None and said.of_reading:
        reading = said.of_reading[0]
        raise click.UsageError(f"{path.name} says how its table is read: {reading} is of the table")
    path = path if read is None else Path(read.data.path)
    own = None if read is None else read.data
    data: OwnData
    if is_no_table(path, own):
        said.require_nothing(f"{path.name} is no table")
        found = understand(path, own)
        for line in found.lines:
            click.echo(visible(line), err=True)
        require_ready(path, found.look.problems)
        data, recipe = replace(found.look.data, path=str(path.absolute())), found.look.recipe
    else:
        look = look_with(path, own if isinstance(own, Table) else None, said)
        for line in understood(look):
            click.echo(visible(line), err=True)
        instead = missing_instead(look, str(path), said) if read is None else ""
        require_ready(path, look.problems, visible(instead))
        data, recipe = replace(look.table, path=str(path.absolute())), look.recipe
    task = DataTask(data) if read is None else replace(read, data=data)
    taken = frozenset([*(one.name for one in all_tasks()), *(one.name for one in broken_tasks())])
    if not keeps:
        return task_of(place_of(task, taken), task), recipe
    kept = keep(task, taken)
    click.echo(f"task {kept.stem}, in {short_path(kept)}", err=True)
    return find_task(kept.stem), recipe


@click.command(short_help="Train a run's network anew on all rows, to its best epoch.")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Every event as a line of JSON.")
@tasks_option
@home_option
@click.pass_context
def retrain(ctx: click.Context, run: str, as_json: bool) -> None:
    """Train a fresh network as RUN was, on its training and its validation rows, for as many
    epochs as were best on the latter; then test it once.

    RUN is an id, a part of one that only it has, or last. The new run names it. Exit status as
    of kertui train.
    """
    from kertasks.runs.home.store import RunStore
    from kertasks.user_folders import cache_dir
    from kertui.cli.progress.following import CtrlC, follow
    from kertui.service.training_service import TrainingService

    found = find_run(ctx, run)
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=True)
    try:
        read_catalog(service)
        pressed = CtrlC()
        with pressed.caught():  # from here on there is a run that a Ctrl-C must stop
            begun = service.retrain(found, then_spare=False)
            epochs = begun.recipe().fit.epochs
            click.echo(f"{found.id} was best after {epochs} epochs", err=True)
            status = follow(begun, epochs, pressed, as_json=as_json)
    finally:
        service.close()
    ctx.exit(status)


def choose_recipe(
    task: Task, given: str | None, service: TrainingService
) -> tuple[Recipe, str | None]:
    """The recipe of that name or in that file, and the file.

    Raises:
        UnknownRecipe: no recipe has the name; the message names the nearest.
        kertasks.RecipeError, BuildError: the file holds no recipe that can be trained; with
            everything that is wrong.
    """
    path = recipe_or_file(task, given)
    if not isinstance(path, Path):
        return path, None
    from kertasks.processes.trainer_process import RequestFailed, TrainerGone
    from kertasks.recipes.recipe_errors import RecipeError
    from kertasks.recipes.toml_file import load_recipe

    source = str(path.absolute())
    try:
        recipe = load_recipe(path, service.catalog() if service.knows_catalog else None)
    except RecipeError as error:
        if error.recipe is not None and error.recipe.task == task.name:
            # Without its data, or without Keras, what is known already is said.
            with contextlib.suppress(RequestFailed, TrainerGone):
                ask_keras(service, error.recipe, str(path))
        raise
    require_task(recipe, task, path)
    return recipe, source


def check(service: TrainingService, recipe: Recipe, source: str | None) -> None:
    """Hold the recipe against what Keras offers and against the data, before there is a run.

    Raises:
        kertasks.RecipeError, BuildError: with every fault.
    """
    from kertasks.recipes.recipe_errors import RecipeError
    from kertasks.recipes.validation import validate

    # What needs no Keras is said at once, before a process is started.
    problems = validate(recipe, service.catalog() if service.knows_catalog else None)
    if problems:
        raise RecipeError(tuple(problems), source)
    ask_keras(service, recipe, source)


def ask_keras(service: TrainingService, recipe: Recipe, source: str | None) -> None:
    """Hold the recipe against Keras and the data, in the process that trains it then.

    Raises:
        BuildError: with every fault, those of the recipe's own values too.
    """
    service.start_spare()
    read_catalog(service)
    service.require_trainable(recipe, source)
