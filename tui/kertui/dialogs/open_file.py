"""The dialog that opens a file or folder of a person's own: a recipe, a task, or data."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kertasks.errors import UserError
from kertasks.files import read_small
from kertasks.own_tasks.data_task import read_data_task
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.toml_file import load_recipe
from kertasks.registry import find_task
from kertasks.task import Task
from kertasks.text.numbers import short_path
from kertui.dialogs.ask_path import AlreadyThere, AskPathScreen, Mistake


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """A file is a recipe."""

    recipe: Recipe
    path: Path
    task: Task


@dataclass(frozen=True, slots=True)
class DataTaskFile:
    """A file says what becomes of a person's data."""

    path: Path


@dataclass(frozen=True, slots=True)
class DataFile:
    """It is neither of them: a folder or a file of data, or whoever looks at it says why not."""

    path: Path


FoundFile: TypeAlias = RecipeFile | DataTaskFile | DataFile


class OpenFileScreen(AskPathScreen[FoundFile]):
    """Open a file or folder of a person's own. Gives what it is, or None.

    Args:
        path: what is proposed.
    """

    def __init__(self, path: str) -> None:
        said = "Open a table, folder, arrays, recipe or task"
        super().__init__(said, "open", "reading", path, suffix="")

    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> FoundFile | Mistake | AlreadyThere:
        """Find out what the file is."""
        del confirmed, wanted  # reading changes nothing
        try:
            return found_at(path)
        except UserError as error:
            return Mistake(str(error))


def found_at(path: Path) -> FoundFile | Mistake:
    """What a file is, or why it is nothing to open. Reads files: call it from a thread.

    Raises:
        UserError: a recipe or a task has a mistake; the text says where.
    """
    try:
        is_folder = path.is_dir()
        is_there = is_folder or path.exists()
    except (OSError, ValueError) as error:
        return Mistake(f"{short_path(path)} cannot be read: {error}")
    if not is_there:
        return Mistake(f"{short_path(path)}: no such file")
    if is_folder:
        return DataFile(path.absolute())
    if path.suffix == ".py":
        return Mistake(
            f"{path.name} is a program, which is not run from here: kertui --tasks with its "
            "folder lists the tasks in it"
        )
    if path.suffix != ".toml":
        return DataFile(path.absolute())
    if _says_data(path):
        read_data_task(path)
        return DataTaskFile(path.absolute())
    recipe = load_recipe(path)
    return RecipeFile(recipe, path, find_task(recipe.task))


def _says_data(path: Path) -> bool:
    """Whether a TOML file is of a task of data: a recipe's data has no kind."""
    try:
        said = tomllib.loads(read_small(path).decode())
    except (OSError, ValueError, RecursionError, UserError):
        return False  # whoever reads a recipe says what is wrong
    data = said.get("data")
    return isinstance(data, dict) and "kind" in data and "layers" not in said
