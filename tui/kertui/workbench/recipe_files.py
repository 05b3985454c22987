"""Where a draft's recipe comes from and goes to: files, and the task's other recipes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertasks.text.numbers import short_path
from kertui.dialogs.recipe_path import OpenRecipeScreen, SaveRecipeScreen
from kertui.dialogs.unsaved_changes import Answer, UnsavedChangesScreen
from kertui.workbench.choose_recipe import ChooseRecipeScreen
from kertui.workbench.draft.draft import RecipeDraft


class RecipeFiles:
    """Asks for files and recipes over a screen, and changes the draft by the answers.

    Args:
        screen: over which it asks.
        task: whose recipes.
        draft: what is opened into and saved.
        path: the file the draft came from, if any.
        replaced: called after the draft holds another recipe.
        saved: called after the draft was saved.
    """

    def __init__(
        self,
        screen: Screen[None],
        task: Task,
        draft: RecipeDraft,
        path: Path | None,
        replaced: Callable[[], None],
        saved: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._task = task
        self._draft = draft
        self._replaced = replaced
        self._saved = saved
        self.path = path
        """The file of the present recipe, None for one of the task's own."""

    def open(self, catalog: Catalog | None) -> None:
        """Open a recipe file; the present recipe can be had back with undo."""

        def opened(answer: tuple[Recipe, Path] | None) -> None:
            if answer is not None:
                self._take(*answer)

        start = f"{short_path(self.path.parent)}/" if self.path else ""
        self._screen.app.push_screen(OpenRecipeScreen(start, self._task.name, catalog), opened)

    def choose(self) -> None:
        """Take another recipe of the task."""

        def chosen(recipe: Recipe | None) -> None:
            if recipe is not None:
                self._take(recipe, None)

        current = self._draft.origin.name
        self._screen.app.push_screen(ChooseRecipeScreen(self._task, current), chosen)

    def _take(self, recipe: Recipe, path: Path | None) -> None:
        self.path = path
        self._draft.replace(recipe)
        self._replaced()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save the recipe as a file.

        Args:
            then: called when it was saved, not when the person gave up.
        """
        recipe = self._draft.recipe
        name = f"{recipe.task}-{recipe.name}.toml".replace(" ", "-").replace("/", "-")

        def saved(answer: tuple[Recipe, Path] | None) -> None:
            if answer is None:
                return
            self.path = answer[1]
            self._draft.mark_saved(answer[0])
            self._screen.notify(f"Saved as {answer[1]}.", markup=False)
            self._saved()
            if then is not None:
                then()

        proposed = short_path(self.path) if self.path else name
        self._screen.app.push_screen(SaveRecipeScreen(proposed, recipe, self.path), saved)

    def ask_before_leaving(self, leave: Callable[[], None]) -> None:
        """Leave at once when nothing would be lost; else ask first."""

        def answered(answer: Answer | None) -> None:
            if answer == "save":
                self.save(then=leave)
            elif answer == "leave":
                leave()

        if not self._draft.changed:
            leave()
            return
        screen = UnsavedChangesScreen(self._draft.recipe.name, len(self._draft.differences))
        self._screen.app.push_screen(screen, answered)
