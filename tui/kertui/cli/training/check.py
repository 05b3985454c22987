"""``kertui check TASK``: what is wrong with a recipe, before it is trained or after a short try."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click
import msgspec

from kertasks.errors import UserError
from kertasks.runs.advice.finding import Finding
from kertasks.text.numbers import counted
from kertui.cli.options import (
    recipe_option,
    recipe_or_file,
    require_task,
    tasks_option,
    writes_utf8,
)
from kertui.cli.training.advice_process import ask_for_advice

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe
    from kertasks.task import Task

_SECONDS = 10.0
"""A short training, with what compiling takes."""

_WIDE = 88


@click.command(short_help="Say what is wrong with a recipe, and what mends it.")
@click.argument("task")
@recipe_option
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change anything of the recipe before, for example layers.0.units=16. Again for more.",
)
@click.option("--train", "trains", is_flag=True, help="Train a copy for ten seconds as well.")
@click.option("--fix", "fixes", is_flag=True, help="Try by training what mends it.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    default=3.0,
    show_default=True,
    help="How long each training of --fix goes on at most.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FIXED.toml",
    help="Write the recipe with the fixes that help; does what --fix does.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@tasks_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of findings.")
@click.pass_context
def check(
    ctx: click.Context,
    task: str,
    recipe_name: str | None,
    changes: tuple[str, ...],
    trains: bool,
    fixes: bool,
    seconds: float,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Look for what keeps a recipe of TASK from learning, and say what mends it.

    Nothing is trained unless asked for, and no run is begun. --fix trains the recipe for a few
    seconds without and with each fix, from three seeds, the worst finding first, and keeps
    what helps. The exit status is 0 with no warning and no error, 1 with one, 2 when the
    command was wrong.
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
    train = _SECONDS if trains else 0.0
    if fixes or output is not None:
        findings = _fix(recipe, seconds, train, output, force, as_json)
    else:
        findings = ask_for_advice(recipe, train)
        if as_json:
            _print_json(msgspec.to_builtins(findings))
        else:
            click.echo("\n".join(_lines(recipe, findings)))
    ctx.exit(1 if any(finding.is_alarm for finding in findings) else 0)


def _fix(
    recipe: Recipe, seconds: float, train: float, output: Path | None, force: bool, as_json: bool
) -> list[Finding]:
    """Try fixes, say what came of them, and write the recipe with those that help.

    Raises:
        click.UsageError: the file is there already, or in no folder.
        kertasks.UserError: it cannot be written.
    """
    from kertasks.recipes.toml_file import save_recipe
    from kertui.cli.training import fix

    if output is not None and not force and os.path.lexists(output):
        raise click.UsageError(f"{output} is there already; --force replaces it")
    if output is not None and not output.parent.is_dir():
        raise click.UsageError(f"{output} cannot be written: {output.parent} is no folder")
    fixes = fix.ask_for_fixes(recipe, seconds, train)
    if as_json:
        _print_json(fix.as_json(fixes))
    else:
        lines = _lines(recipe, fixes.findings, lambda one: fix.tried_lines(fixes, one, _WIDE))
        click.echo("\n".join([*lines, "", *fix.result_lines(fixes, _WIDE)]))
    if output is None:
        return fixes.findings
    if not fixes.mended.changes:
        click.echo(f"{output} is not written: no fix helps", err=True)
        return fixes.findings
    try:
        save_recipe(replace(fixes.recipe, name=output.stem, summary=""), output)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}") from error
    if not as_json:
        click.echo(f"{output} has it: kertui train {recipe.task} --recipe {output}")
    return fixes.findings


def _print_json(plain: object) -> None:
    click.echo(json.dumps(plain, indent=2, ensure_ascii=not writes_utf8()))


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


def _lines(
    recipe: Recipe,
    findings: list[Finding],
    more: Callable[[Finding], list[str]] = lambda _: [],
) -> list[str]:
    """All of it for a person.

    Args:
        recipe: what was looked at.
        findings: what was found.
        more: lines to put under a finding.
    """
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
        lines += more(finding)
    return lines
