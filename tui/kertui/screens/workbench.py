"""The workbench: layers and settings on the left, the training live on the right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertasks.data.description import Description
from kertasks.layers.catalog import Catalog, ClassInfo
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.editing.draft import Change, RecipeDraft
from kertui.editing.starting_values import starting_layer
from kertui.editing.verdict import Refusal, Verdict
from kertui.glyphs import glyphs_for
from kertui.screens.add_layer import AddLayerScreen
from kertui.screens.compare import CompareScreen
from kertui.screens.log import LogScreen
from kertui.screens.recipe_files import RecipeFiles
from kertui.screens.workbench_checks import ModelChecker, service_of
from kertui.screens.workbench_keys import WORKBENCH_KEYS
from kertui.training.run_folder import RunFolder
from kertui.training.service import SpareUnavailable
from kertui.widgets.key_line import KeyLine
from kertui.widgets.layer_form import LayerForm
from kertui.widgets.layer_list import INPUT_ROW, LayerList, Waiting
from kertui.widgets.live_pane import LivePane
from kertui.widgets.recipe_column import RecipeColumn, RecipeView
from kertui.widgets.run_status import RunStatus
from kertui.widgets.training_column import Phase, TrainingColumn
from kertui.widgets.training_settings import TrainingSettings


class WorkbenchScreen(Screen[None]):
    """Edit a recipe of a task and train it.

    The draft holds the recipe, the verdict what is said of it; the left column shows both, the
    right one trains. This screen passes between them.

    Args:
        task: the task.
        recipe: what the edit starts from.
        path: the file it was read from, if any.
    """

    CSS_PATH = "workbench.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = WORKBENCH_KEYS

    def __init__(self, task: Task, recipe: Recipe, path: Path | None = None) -> None:
        super().__init__()
        self._of_task = task
        self._run_status = RunStatus()
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
        self._has_curves = False

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
        service = service_of(self.app)
        self._checker = ModelChecker(self, service)
        self._column.focus_layers()
        self._checker.read_catalog()
        self._training.find_running(service, self._of_task.name)
        self._take_change(self.selected)
        self._show_tabs()

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
    def run(self) -> RunFolder | None:
        """The training shown, or the last one."""
        return self._training.run

    @property
    def _column(self) -> RecipeColumn:
        return self.query_one(RecipeColumn)

    @property
    def _training(self) -> TrainingColumn:
        return self.query_one(TrainingColumn)

    # The recipe and what is said of it

    def _take_change(self, selected: int) -> None:
        """The recipe is another one: show it, judge it, and have Keras judge it."""
        recipe = self._draft.recipe
        self._verdict.judge(recipe, self._catalog)
        service = service_of(self.app)
        if not service.spare:
            self._waiting = Waiting.OFF
        else:
            if not service.warm:
                self._waiting = Waiting.SPARE
            self._checker.check(recipe)
        asked = (recipe.data.variant, recipe.seed)
        if asked != self._described:
            self._described = asked
            self._checker.describe(self._of_task.name, *asked)
        self._training.cancel_wait()
        self._training.plan(recipe)
        self._show(selected)

    def _take_replaced(self) -> None:
        """The draft holds another recipe altogether."""
        self._take_change(0)

    def _show(self, selected: int | None = None) -> None:
        """Bring the left column and the title up to date."""
        if not self.is_mounted:
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
            self.action_start_training()

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
            self.action_start_training()

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

    # Layers

    @on(LayerList.LayerChosen)
    def follow_choice(self) -> None:
        """Other keys act on another row."""
        self.refresh_bindings()

    @on(LayerList.LayerOpened)
    def action_edit_layer(self) -> None:
        """Put the focus into the form."""
        self._show_tab("layers")
        self._column.focus_form()

    def action_edit_settings(self) -> None:
        """Put the focus into the training settings."""
        self._show_tab("layers")
        self._column.focus_settings()

    @on(LayerForm.ArgumentChanged)
    def set_argument(self, event: LayerForm.ArgumentChanged) -> None:
        """A layer's argument has another value."""
        self._draft.set_argument(event.index, event.path, event.value)
        self._take_change(event.index)

    @on(LayerForm.NameChanged)
    def set_name(self, event: LayerForm.NameChanged) -> None:
        """A layer has another name."""
        self._draft.set_name(event.index, event.name)
        self._take_change(event.index)

    @on(LayerForm.InputsChanged)
    def set_inputs(self, event: LayerForm.InputsChanged) -> None:
        """A layer reads other layers."""
        self._draft.set_inputs(event.index, event.inputs)
        self._take_change(event.index)

    @on(TrainingSettings.SettingChanged)
    def set_setting(self, event: TrainingSettings.SettingChanged) -> None:
        """A setting has another value."""
        self._draft.change(event.recipe, event.what)
        self._take_change(self.selected)

    def action_add_layer(self) -> None:
        """Search a layer and put it after the chosen one."""
        if self._catalog is None:
            self.notify("Keras's layers are still being read; they are here in a moment.")
            return
        after = "the input"
        if self.selected != INPUT_ROW:
            layer = self._draft.recipe.layers[self.selected]
            after = f"{layer.class_name}, layer {self.selected + 1}"
        self.app.push_screen(AddLayerScreen(self._catalog, after), self._add_chosen)

    def _add_chosen(self, info: ClassInfo | None) -> None:
        if info is None or self._catalog is None:
            return
        layer = starting_layer(info, self._catalog)
        self._take_change(self._draft.add_layer(self.selected + 1, layer))
        self._show_tab("layers")
        self._column.focus_form(("inputs",) if info.several_inputs else None)

    def action_delete_layer(self) -> None:
        """Take the chosen layer out."""
        self._take_change(self._draft.delete_layer(self.selected))

    def action_duplicate_layer(self) -> None:
        """Put a copy after the chosen layer."""
        self._take_change(self._draft.duplicate_layer(self.selected))

    def action_move_layer(self, by: int) -> None:
        """Move the chosen layer."""
        self._take_change(self._draft.move_layer(self.selected, by))

    def action_undo(self) -> None:
        """Take the last change back."""
        self._go_to(self._draft.undo())

    def action_redo(self) -> None:
        """Make the change again that was taken back."""
        self._go_to(self._draft.redo())

    def _go_to(self, change: Change | None) -> None:
        if change is not None:
            self._take_change(self.selected if change.layer is None else change.layer)

    # Files and other recipes

    def action_open_recipe(self) -> None:
        """Open a recipe file."""
        self._files.open(self._catalog)

    def action_save_recipe(self) -> None:
        """Save the recipe as a file."""
        self._files.save()

    def action_choose_recipe(self) -> None:
        """Take another recipe of the task."""
        self._files.choose()

    def action_compare(self) -> None:
        """See the recipe beside the one it came from."""
        origin, recipe = self._draft.origin, self._draft.recipe
        self.app.push_screen(CompareScreen(origin, recipe, f"{origin.name}, as it was", "as it is"))

    # Training

    def action_start_training(self) -> None:
        """Train the recipe, or say why it cannot be."""
        recipe = self._draft.recipe
        refusal = self._verdict.refusal()
        if refusal is not None:
            self._training.cancel_wait()
            self._tell_refusal(refusal)
            return
        if self._verdict.check is None and self._checker.busy:
            self._training.wait_for_check(recipe.fit.epochs)
        else:
            self._training.start(service_of(self.app), recipe, self._files.path)
        self._show_tab("live")

    def _tell_refusal(self, refusal: Refusal) -> None:
        """Say why, and go to where it can be mended."""
        where = "This"
        layers = self._draft.recipe.layers
        if refusal.layer is not None and refusal.layer < len(layers):
            where = f"Layer {refusal.layer + 1}, {layers[refusal.layer].class_name},"
            self._show(refusal.layer)
        self._show_tab("layers")
        title = f"{where} cannot be trained"
        self.notify(refusal.reason, title=title, severity="error", markup=False)

    def action_stop_training(self) -> None:
        """End the training and keep its weights."""
        self._training.stop()

    @on(TrainingColumn.PhaseChanged)
    def follow_phase(self) -> None:
        """Other keys act now."""
        self.refresh_bindings()

    @on(TrainingColumn.RunFound)
    def tell_of_run(self, event: TrainingColumn.RunFound) -> None:
        """A training goes on that this screen did not start."""
        self.notify(f"A training of {self._of_task.name} goes on: {event.run.id}", markup=False)

    @on(LivePane.Updated)
    def show_run_status(self, event: LivePane.Updated) -> None:
        """The status line follows the run."""
        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._run_status.show(event.history, event.state, event.planned)
        has_curves = event.history.epochs > 0
        if has_curves is not self._has_curves:
            self._has_curves = has_curves
            self.refresh_bindings()

    @on(LivePane.ShowLog)
    def show_log(self, event: LivePane.ShowLog) -> None:
        """Show what the trainer printed."""
        self.app.push_screen(LogScreen(event.run.log_path))

    def action_live(self, action: str) -> None:
        """Pass a key on to the live pane, wherever the focus is."""
        getattr(self.query_one(LivePane), f"action_{action}")()

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
        if not self.query(TrainingColumn):
            return True
        phase = self._training.phase
        match action:
            case "start_training":
                return phase is Phase.IDLE
            case "stop_training":
                return phase is Phase.RUNNING
            case "undo":
                return self._draft.can_undo
            case "redo":
                return self._draft.can_redo
            case "compare":
                return self._draft.origin != self._draft.recipe
            case "edit_layer" | "delete_layer" | "duplicate_layer" | "move_layer":
                return self.selected != INPUT_ROW
            case "show_tab":
                return self.has_class("-narrow")
            case "live":
                return self._has_curves or (parameters == ("log",) and self.run is not None)
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
        self._files.ask_before_leaving(leave)

    def _leave(self) -> None:
        if self._training.phase not in {Phase.IDLE, Phase.WAITING}:
            self.app.notify(
                f"The training of {self._of_task.name} goes on. Open the task again to see it.",
                markup=False,
            )
        self.dismiss(None)
