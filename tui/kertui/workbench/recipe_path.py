"""Dialogs that ask for a recipe's file: open one, save one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kertasks.errors import UserError
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.toml_file import load_recipe, save_recipe
from kertasks.registry import find_task
from kertui.dialogs.ask_path import (
    AlreadyThere,
    AskPathScreen,
    Mistake,
    not_written,
    toml_target,
)


class OpenRecipeScreen(AskPathScreen[tuple[Recipe, Path]]):
    """Open a recipe file. Gives the recipe and its path, or None.

    Args:
        path: what is proposed.
        task: the task it must be for; None: any task.
        catalog: judges layers and arguments; None judges only the rest.
    """

    def __init__(self, path: str, task: str | None, catalog: Catalog | None) -> None:
        super().__init__("Open a recipe file", "open", "reading", path)
        self._of_task = task
        self._catalog = catalog

    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> tuple[Recipe, Path] | Mistake:
        """Read the recipe in the file."""
        del confirmed, wanted  # reading changes nothing
        try:
            recipe = load_recipe(path, self._catalog)
            find_task(recipe.task)
        except UserError as error:
            return Mistake(str(error))
        if self._of_task is not None and recipe.task != self._of_task:
            return Mistake(
                f"{path.name} is a recipe for the task {recipe.task}, and this is {self._of_task}. "
                f"Choose {recipe.task} among the tasks to use it."
            )
        return recipe, path


class SaveRecipeScreen(AskPathScreen[tuple[Recipe, Path]]):
    """Save a recipe as a file. Gives the recipe and its path, or None.

    Args:
        path: what is proposed.
        recipe: what is saved.
        own: the file the recipe came from, which is written over without asking.
    """

    def __init__(self, path: str, recipe: Recipe, own: Path | None) -> None:
        super().__init__("Save the recipe", "save", "writing", path)
        self._recipe = recipe
        self._own = own

    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> tuple[Recipe, Path] | Mistake | AlreadyThere:
        """Write it; another file that is already there only after asking."""
        try:
            target = toml_target(path, confirmed, self._own)
            if not isinstance(target, Path):
                return target
            path = target
            if wanted():
                save_recipe(self._recipe, path)
        except OSError as error:
            return not_written(path, error)
        return self._recipe, path
