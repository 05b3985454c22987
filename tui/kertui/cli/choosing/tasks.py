"""``kertui tasks``: what there is to train."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

import click
from rich.cells import cell_len

from kertasks.task import Task
from kertui.cli.options import home_option, tasks_option, writes_utf8
from kertui.terminal.cells import padded
from kertui.text.fitting_text import wrap


@click.command(short_help="List the tasks and their recipes.")
@tasks_option
@home_option
@click.option("--json", "as_json", is_flag=True, help="A JSON array, for programs.")
def tasks(as_json: bool) -> None:
    """List the tasks, their recipes and whether their data is here."""
    from kertasks.registry import all_tasks, broken_tasks

    found = all_tasks()
    if as_json:
        click.echo(
            json.dumps([describe(task) for task in found], indent=2, ensure_ascii=not writes_utf8())
        )
        return
    names = max((cell_len(task.name) for task in found), default=0)
    titles = max((cell_len(task.title) for task in found), default=0)
    group = None
    for task in found:
        if task.group is not group:
            group = task.group
            click.echo(group.upper())
        row = f"  {padded(task.name, names)}  {padded(task.title, titles)}  "
        recipes = " | ".join(task.recipes)
        missing = "" if data_is_here(task) else f"  (no data here: kertui data get {task.name})"
        click.echo(_wrapped(row, recipes + missing))
    for broken in broken_tasks():
        click.echo(f"no task: {broken.why}", err=True)


def _wrapped(row: str, text: str) -> str:
    """The text beside the row's head, on a terminal in lines that fit; in a pipe one line."""
    if not sys.stdout.isatty():
        return row + text
    indent = cell_len(row)
    lines = wrap(text, max(24, shutil.get_terminal_size().columns - indent))
    return row + f"\n{' ' * indent}".join(lines)


def describe(task: Task) -> dict[str, Any]:
    """A task as plain data for programs."""
    return {
        "name": task.name,
        "title": task.title,
        "group": str(task.group),
        "kind": str(task.kind),
        "question": task.question,
        "unit": task.unit,
        "recipes": list(task.recipes),
        "default_recipe": task.default_recipe,
        "variants": [variant.name for variant in task.variants],
        "files": list(task.files),
        "data_here": data_is_here(task),
    }


def data_is_here(task: Task) -> bool:
    """Whether every file of the task is in Keras's cache and whole."""
    from kertasks.data.sources.data_files import FileState, state

    return all(state(name) is FileState.HERE for name in task.files)
