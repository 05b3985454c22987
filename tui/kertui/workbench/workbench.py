"""The workbench: layers and settings on the left, the training live on the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from kertui.comparison.compare import CompareScreen
from kertui.live.live_pane import LivePane
from kertui.live.training_column import Phase, TrainingColumn
from kertui.rows.key_line import KeyLine
from kertui.service.training_service import SpareUnavailable
from kertui.terminal.glyphs import glyphs_for
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList, Waiting
from kertui.workbench.recipe_column import RecipeColumn, RecipeView
from kertui.workbench.workbench_base import after_typing
from kertui.workbench.workbench_checks import ModelChecker
from kertui.workbench.workbench_keys import WORKBENCH_KEYS
from kertui.workbench.workbench_layers import LayerActions
from kertui.workbench.workbench_training import TrainingActions

_AFTER_CURVE = 1.0
"""Seconds a run that is opened has for itself, before its data is described."""


class WorkbenchScreen(LayerActions, TrainingActions):
    """Edit a recipe of a task and train it.

    The draft holds the recipe, the verdict what is said of it; the left column shows both, the
    right one trains. This screen passes between them.

    Args:
        session: its service checks and trains.
        task: the task.
        recipe: what the edit starts from.
        path: the file it was read from, if any.
        run: a training to show, live or over; for None one of the task's that goes on, if any.
        run_state: what it was doing when it was looked at.
    """

    CSS_PATH = "workbench.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-short"), (36, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = WORKBENCH_KEYS

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Horizontal(id="status"):
            yield Static(id="workbench-title", markup=False)
            yield self._run_status
        yield Static(id="tabs")
        with Horizontal(id="body"):
            first = 0 if self._draft.recipe.layers else INPUT_ROW
            yield RecipeColumn(self._of_task, first, id="recipe")
            yield TrainingColumn(id="live")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the recipe at once; what Keras knows arrives when it arrives."""
        service = self._session.service
        self._checker = ModelChecker(self, service)
        self._column.focus_layers()
        self._checker.read_catalog()
        self._take_change(self.selected)
        self._show_training(service)

    # The recipe and what is said of it

    def _take_change(self, selected: int) -> None:
        """The recipe is another one: show it, judge it, and have Keras judge it."""
        recipe = self._draft.recipe
        self._verdict.judge(recipe, self._catalog)
        service = self._session.service
        if not service.spare:
            self._waiting = Waiting.OFF
        else:
            if not service.warm:
                self._waiting = Waiting.SPARE
            self._checker.check(recipe)
        asked = (recipe.data.variant, recipe.seed)
        if asked != self._described:
            first, self._described = self._described is None, asked
            describe = partial(self._checker.describe, self._of_task.name, *asked)
            if first and self._given[0] is not None:
                # Who opens a run waits for its curve, and has mostly seen its data.
                self.set_timer(_AFTER_CURVE, describe)
            else:
                describe()
        self._training.cancel_wait()
        self._training.plan(recipe)
        self._show(selected)

    def _show(self, selected: int | None = None) -> None:
        """Bring the left column and the title up to date."""
        if not self.is_attached:
            return
        recipe = self._draft.recipe
        view = RecipeView(
            recipe,
            self._verdict,
            self._catalog,
            self._description,
            self._data_reason or "read in a moment",
            self._waiting,
        )
        self._column.show(view, selected)
        star = "*" if self._draft.changed else ""
        into = glyphs_for(self.app).into
        self.query_one("#workbench-title", Static).update(
            Content.assemble(
                (recipe.task, "bold $accent"), f" {into} ", (f"{recipe.name}{star}", "bold")
            )
        )
        self.refresh_bindings()

    @on(ModelChecker.Checked)
    def take_check(self, event: ModelChecker.Checked) -> None:
        """Keras's answer; a start that waited for it goes on, or says why not."""
        if self._verdict.hear(event.recipe, event.check):
            self._waiting = Waiting.NOTHING
            self._show()
        self._checker.answered()
        if self._training.phase is Phase.WAITING and self._verdict.check is not None:
            self._start_training()

    @on(ModelChecker.CheckRefused)
    def take_check_refusal(self, event: ModelChecker.CheckRefused) -> None:
        """Keras could not be asked: nothing is known of shapes."""
        self._checker.answered()
        if event.recipe != self._draft.recipe:
            return
        self._verdict.forget()
        off = isinstance(event.reason, SpareUnavailable)
        self._waiting = Waiting.OFF if off else Waiting.NOTHING
        self._show()
        if not off:
            self._column.tell(str(event.reason))
        if self._training.phase is Phase.WAITING:
            # What cannot be judged may still be trained; a fault is told by the run then.
            self._start_training()

    @on(ModelChecker.CatalogRead)
    def take_catalog(self, event: ModelChecker.CatalogRead) -> None:
        """Keras's classes are here: forms can be made and values judged."""
        self._catalog = event.catalog
        self._verdict.judge(self._draft.recipe, self._catalog)
        self._show()

    @on(ModelChecker.CatalogRefused)
    def tell_catalog_refusal(self, event: ModelChecker.CatalogRefused) -> None:
        """Without the classes the recipe can be trained but not edited."""
        title = "Layers cannot be edited"
        self.notify(str(event.reason), title=title, severity="error", markup=False)

    @on(ModelChecker.DataDescribed)
    def take_description(self, event: ModelChecker.DataDescribed) -> None:
        """What is known of the data."""
        if (event.variant, event.seed) == self._described:
            self._description = event.description
            self._data_reason = event.reason
            self._show()

    # Files and other recipes

    @after_typing
    def action_open_recipe(self) -> None:
        """Open a recipe file."""
        self._files.open(self._catalog)

    @after_typing
    def action_save_recipe(self) -> None:
        """Save the recipe as a file."""
        self._files.save()

    @after_typing
    def action_choose_recipe(self) -> None:
        """Take another recipe of the task."""
        self._files.choose()

    @after_typing
    def action_compare(self) -> None:
        """See the recipe beside the one it came from."""
        origin, recipe = self._draft.origin, self._draft.recipe
        self.app.push_screen(CompareScreen(origin, recipe, f"{origin.name}, as it was", "as it is"))

    # The screen itself

    def action_show_tab(self, tab: str) -> None:
        """On a narrow terminal, show the layers or the curves."""
        self._show_tab(tab)
        if tab == "live":
            self.query_one(LivePane).focus()
        else:
            self._column.focus_layers()

    def _show_tab(self, tab: str) -> None:
        self.set_class(tab == "live", "-show-live")
        self._show_tabs()

    def _show_tabs(self) -> None:
        live = self.has_class("-show-live")
        tabs = (("1 layers", "layers", not live), ("2 live", "live", live))
        self.query_one("#tabs", Static).update(
            Content("   ").join(
                Content.styled(words, "bold $accent")
                if chosen
                else Content.from_markup(f"[@click=screen.show_tab('{name}')]{words}[/]")
                for words, name, chosen in tabs
            )
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key acts now; the others are not shown."""
        if not self.is_mounted:
            return False  # its parts are not there to act on
        match action:
            case "start_training" | "steer" | "resume_run" | "live":
                return self.training_allows(action, parameters)
            case "undo":
                return self._draft.can_undo and self._typed_in is None
            case "redo":
                return self._draft.can_redo and self._typed_in is None
            case "compare":
                return self._draft.origin != self._draft.recipe
            case "edit_layer" | "delete_layer" | "duplicate_layer" | "move_layer":
                return self.selected != INPUT_ROW
            case "show_tab":
                return self.has_class("-narrow")
            case _:
                return True

    def action_go_back(self) -> None:
        """From a form to the layers, from there to the tasks."""
        layers = self.query_one(LayerList)
        if self.focused is None or self.focused is layers:
            self._files.ask_before_leaving(self._leave)
        else:
            self._show_tab("layers")
            layers.focus()

    def ask_before_leaving(self, leave: Callable[[], None]) -> None:
        """Leave, unless there are changes in no file and the person wants to stay."""
        self._settle(partial(self._files.ask_before_leaving, leave), anyway=True)

    def _leave(self) -> None:
        self.say_what_goes_on()
        self.dismiss(None)
