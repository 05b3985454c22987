"""What the parts of the workbench share: the recipe under edit, what is said of it, the columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from textual import on
from textual.screen import Screen

from kertasks.data.description import Description
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.forms.field_form import FieldForm
from kertui.live.training_column import TrainingColumn
from kertui.session import Session
from kertui.workbench.draft.draft import RecipeDraft
from kertui.workbench.draft.recipe_check import Verdict
from kertui.workbench.layers.layer_list import Waiting
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.recipe_files import RecipeFiles
from kertui.workbench.workbench_checks import ModelChecker

_Arguments = ParamSpec("_Arguments")
_Bench = TypeVar("_Bench", bound="WorkbenchBase")


def after_typing(
    action: Callable[Concatenate[_Bench, _Arguments], None],
) -> Callable[Concatenate[_Bench, _Arguments], None]:
    """An action for which the value that is being typed must be in the draft first.

    Where that value is not allowed, this is said and nothing else happens.
    """

    @wraps(action)
    def act(bench: _Bench, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
        bench._settle(partial(action, bench, *args, **kwargs))

    return act


class WorkbenchBase(Screen[None]):
    """The state of a workbench, and what its parts ask of the whole.

    Args:
        session: its service checks and trains.
        task: the task.
        recipe: what the edit starts from.
        path: the file it was read from, if any.
    """

    _checker: ModelChecker
    """Asks Keras; there once the screen is mounted."""

    def __init__(self, session: Session, task: Task, recipe: Recipe, path: Path | None) -> None:
        super().__init__()
        self._session = session
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
        self._settling = False
        """Whether something waits for the value that was being typed."""

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
    def _column(self) -> RecipeColumn:
        return self.query_one(RecipeColumn)

    @property
    def _training(self) -> TrainingColumn:
        return self.query_one(TrainingColumn)

    @property
    def _typed_in(self) -> FieldForm | None:
        # Asked for while the screen is not composed yet, too.
        return next((column.typed_in for column in self.query(RecipeColumn)), None)

    def _settle(self, act: Callable[[], None], anyway: bool = False) -> None:
        """Act once the value that is being typed is in the draft.

        Args:
            act: what waits for it.
            anyway: whether to act too where the value is not allowed.
        """
        if self._settling:
            return  # asked again by a held key
        form = self._typed_in
        if form is None:
            act()
        else:
            self._settling = True
            form.settle(act, anyway)

    @on(FieldForm.Settled)
    def act_after_typing(self, event: FieldForm.Settled) -> None:
        """The value is in the draft now."""
        self._settling = False
        event.then()

    @on(FieldForm.Refused)
    def tell_refused_value(self, event: FieldForm.Refused) -> None:
        """Say why nothing happens."""
        self._settling = False
        title = f"{event.field.label} cannot be {event.typed or 'nothing'}"
        self.notify(f"Allowed: {event.allowed}.", title=title, severity="error", markup=False)

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
