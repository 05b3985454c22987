"""``kertui check TASK``: what is wrong with a recipe, before it is trained or after a short try."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click
import msgspec

from kertasks.errors import UserError
from kertasks.runs.advice.finding import Finding
from kertasks.text.numbers import counted
from kertui.cli.options import recipe_or_file, require_task, writes_utf8
from kertui.service.keras_process import keras_command, keras_environment

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe
    from kertasks.task import Task

_SECONDS = 10.0
"""A short training, with what compiling takes."""

_WIDE = 88


class NoAdvice(UserError):
    """The process that looks at the recipe has not answered."""


@click.command(short_help="Say what is wrong with a recipe, and what mends it.")
@click.argument("task")
@click.option("--recipe", "recipe_name", metavar="NAME|FILE", help="A recipe's name or TOML file.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change anything of the recipe before, for example layers.0.units=16. Again for more.",
)
@click.option("--train", "trains", is_flag=True, help="Train a copy for ten seconds as well.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of findings.")
@click.pass_context
def check(
    ctx: click.Context,
    task: str,
    recipe_name: str | None,
    changes: tuple[str, ...],
    trains: bool,
    as_json: bool,
) -> None:
    """Look for what keeps a recipe of TASK from learning, and say what mends it.

    Nothing is trained unless asked for, and no run is begun. The exit status is 0 with no
    warning and no error, 1 with one, 2 when the command was wrong.
    """
    from kertasks.data.sources.data_files import require
    from kertasks.recipes.changes import with_changes
    from kertasks.registry import find_task

    found = find_task(task)
    recipe = _recipe_of(found, recipe_name)
    if changes:
        recipe = with_changes(recipe, changes)
    for name in found.files:
        require(name)
    answer = _ask(recipe, _SECONDS if trains else 0.0)
    findings = msgspec.json.decode(answer, type=list[Finding])
    if as_json:
        plain = json.loads(answer)
        click.echo(json.dumps(plain, indent=2, ensure_ascii=not writes_utf8()))
    else:
        click.echo("\n".join(_lines(recipe, findings)))
    ctx.exit(1 if any(finding.is_alarm for finding in findings) else 0)


def _recipe_of(task: Task, given: str | None) -> Recipe:
    """The recipe of that name or in that file.

    Raises:
        UnknownRecipe: no recipe has the name; the message names the nearest.
        kertasks.RecipeError: the file holds none.
    """
    from kertasks.recipes.toml_file import load_recipe

    path = recipe_or_file(task, given)
    if not isinstance(path, Path):
        return path
    recipe = load_recipe(path)
    require_task(recipe, task, path)
    return recipe


def _ask(recipe: Recipe, seconds: float) -> bytes:
    """The findings as JSON, from a process that has Keras."""
    from kertasks.recipes.json_form import to_json

    try:
        done = subprocess.run(
            keras_command("kertasks.advice", str(seconds)),
            input=msgspec.json.encode(to_json(recipe)),
            capture_output=True,
            env=keras_environment(),
            check=False,
        )
    except OSError as error:
        raise NoAdvice(f"no process can be started to ask: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise NoAdvice(said[-1] if said else "the process that looks at the recipe has ended")
    return done.stdout


def _lines(recipe: Recipe, findings: list[Finding]) -> list[str]:
    """All of it for a person."""
    alarms = sum(finding.is_alarm for finding in findings)
    rest = len(findings) - alarms
    told = [counted(alarms, "finding")] if alarms or not rest else []
    told += [f"{counted(rest, 'remark')}"] if rest else []
    lines = [f"{recipe.task} {recipe.name}: {', '.join(told) if findings else 'nothing found'}"]
    for finding in findings:
        lines.append("")
        lines += wrap(
            f"{finding.severity}  {finding.fault}: {finding.sentence}",
            _WIDE,
            subsequent_indent="  ",
        )
        if finding.explanation:
            lines += wrap(finding.explanation, _WIDE, initial_indent="  ", subsequent_indent="  ")
        if finding.patch:
            lines += [f"  --set '{change}'" for change in finding.patch]
    return lines
