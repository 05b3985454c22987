"""What the parts of the workbench share: the recipe under edit, what is said of it, the columns."""

from __future__ import annotations

from pathlib import Path

from textual.screen import Screen

from kertasks.data.description import Description
from kertasks.layers.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.editing.draft import RecipeDraft
from kertui.editing.verdict import Verdict
from kertui.screens.recipe_files import RecipeFiles
from kertui.screens.workbench_checks import ModelChecker
from kertui.widgets.layer_list import Waiting
from kertui.widgets.recipe_column import RecipeColumn
from kertui.widgets.training_column import TrainingColumn


class WorkbenchBase(Screen[None]):
    """The state of a workbench, and what its parts ask of the whole.

    Args:
        task: the task.
        recipe: what the edit starts from.
        path: the file it was read from, if any.
    """

    _checker: ModelChecker
    """Asks Keras; there once the screen is mounted."""

    def __init__(self, task: Task, recipe: Recipe, path: Path | None) -> None:
        super().__init__()
        self._of_task = task
        self._draft = RecipeDraft(recipe)
        self._files = RecipeFiles(
            self, task, self._draft, path, replaced=self._take_replaced, saved=self._show
        )
        self._verdict = Verdict()
        self._waiting = Waiting.NOTHING
        self._catalog: Catalog | None = None
        self._description: Description | None = None
        self._data_reason = ""
        self._described: tuple[str | None, int] | None = None

    @property
    def draft(self) -> RecipeDraft:
        """The recipe under edit."""
        return self._draft

    @property
    def verdict(self) -> Verdict:
        """What is said of the recipe."""
        return self._verdict

    @property
    def selected(self) -> int:
        """The chosen layer, ``INPUT_ROW`` for the data."""
        return self._column.selected

    @property
    def knows_catalog(self) -> bool:
        """Whether Keras's classes are here, so that forms can be made."""
        return self._catalog is not None

    @property
    def knows_data(self) -> bool:
        """Whether the data is described, or cannot be."""
        return self._description is not None or bool(self._data_reason)

    @property
    def _column(self) -> RecipeColumn:
        return self.query_one(RecipeColumn)

    @property
    def _training(self) -> TrainingColumn:
        return self.query_one(TrainingColumn)

    def _take_change(self, selected: int) -> None:
        """The recipe is another one: show it, judge it, and have Keras judge it."""
        raise NotImplementedError

    def _take_replaced(self) -> None:
        """The draft holds another recipe altogether."""
        self._training.forget_trouble()
        self._take_change(0)

    def _show(self, selected: int | None = None) -> None:
        """Bring the left column and the title up to date."""
        raise NotImplementedError

    def _show_tab(self, tab: str) -> None:
        """On a narrow terminal, show the layers or the curves."""
        raise NotImplementedError
