"""The workbench: layers and settings on the left, the training live on the right."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertasks.data.description import Description
from kertasks.layers.catalog import Catalog, ClassInfo
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.editing.draft import RecipeDraft
from kertui.editing.settings_fields import DataFacts
from kertui.editing.starting_values import starting_layer
from kertui.editing.verdict import Refusal, Verdict
from kertui.glyphs import Glyphs, glyphs_for
from kertui.screens.add_layer import AddLayerScreen
from kertui.screens.choose_recipe import ChooseRecipeScreen
from kertui.screens.compare import CompareScreen
from kertui.screens.log import LogScreen
from kertui.screens.recipe_path import OpenRecipeScreen, SaveRecipeScreen
from kertui.screens.unsaved_changes import Answer, UnsavedChangesScreen
from kertui.screens.workbench_checks import ModelChecker, service_of
from kertui.screens.workbench_keys import WORKBENCH_KEYS
from kertui.screens.workbench_run import Phase, RunKeeper
from kertui.training.events import Failed
from kertui.training.run_folder import RunFolder
from kertui.training.service import SpareUnavailable
from kertui.widgets.key_line import KeyLine
from kertui.widgets.layer_form import LayerForm
from kertui.widgets.layer_list import INPUT_ROW, LayerList, Waiting
from kertui.widgets.layer_rows import layer_rows, shape_words, total_problem
from kertui.widgets.live_pane import LivePane
from kertui.widgets.run_status import RunStatus
from kertui.widgets.run_trouble import RunTrouble, advice_on
from kertui.widgets.training_settings import TrainingSettings


class WorkbenchScreen(Screen[None]):
    """Edit a recipe of a task and train it.

    The draft holds the recipe, the verdict what is said of it, the keeper the training; this
    screen passes between them and the widgets.

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
        self._draft = RecipeDraft(recipe)
        self._file = path
        self._selected = 0 if recipe.layers else INPUT_ROW
        self._verdict = Verdict()
        self._waiting = Waiting.NOTHING
        self._catalog: Catalog | None = None
        self._description: Description | None = None
        self._data_words = "read in a moment"
        self._described: tuple[str | None, int] | None = None
        self._starts_when_checked = False
        self._run_recipe: Recipe | None = None

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Horizontal(id="status"):
            yield Static(id="workbench-title", markup=False)
            yield RunStatus()
        yield Static(id="tabs")
        with Horizontal(id="body"):
            with Container(id="recipe"):
                with Vertical(id="network"):
                    yield LayerList()
                    yield Static(id="layer-actions")
                yield LayerForm()
                yield TrainingSettings()
            with Vertical(id="live"):
                yield LivePane()
                yield RunTrouble(markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the recipe at once; what Keras knows arrives when it arrives."""
        service = service_of(self.app)
        self._checker = ModelChecker(self, service)
        self._keeper = RunKeeper(self, service)
        signs = glyphs_for(self.app)
        self.query_one("#layer-actions", Static).update(_layer_actions(signs))
        self.query_one(LayerList).focus()
        self.query_one(LivePane).clear(self._draft.recipe.fit.epochs)
        self._checker.read_catalog()
        self._keeper.find_running(self._of_task.name)
        self._take_change(self._selected)
        self._show_tabs()

    @property
    def draft(self) -> RecipeDraft:
        """The recipe under edit."""
        return self._draft

    @property
    def selected(self) -> int:
        """The chosen layer, ``INPUT_ROW`` for the data."""
        return self._selected

    @property
    def verdict(self) -> Verdict:
        """What is said of the recipe."""
        return self._verdict

    @property
    def run(self) -> RunFolder | None:
        """The training shown, or the last one."""
        return self._keeper.run

    # The recipe and what is said of it

    def _take_change(self, selected: int) -> None:
        """The recipe is another one: show it, judge it, and have Keras judge it."""
        recipe = self._draft.recipe
        self._selected = max(INPUT_ROW, min(selected, len(recipe.layers) - 1))
        self._verdict.judge(recipe, self._catalog)
        service = service_of(self.app)
        if not service.spare:
            self._waiting = Waiting.OFF
        elif not service.warm:
            self._waiting = Waiting.SPARE
        if service.spare:
            self._checker.check(recipe)
        asked = (recipe.data.variant, recipe.seed)
        if asked != self._described:
            self._described = asked
            self._checker.describe(self._of_task.name, *asked)
        if self._keeper.phase is Phase.IDLE and self._keeper.run is None:
            self.query_one(LivePane).planned = recipe.fit.epochs
        self._starts_when_checked = False
        self._show()

    def _show(self) -> None:
        """Bring every widget of the left column up to date."""
        if not self.is_mounted:
            return
        recipe, verdict = self._draft.recipe, self._verdict
        signs = glyphs_for(self.app)
        layers = self.query_one(LayerList)
        layers.show_rows(layer_rows(recipe, verdict, self._catalog, signs.times), self._selected)
        layers.input_shape = shape_words(verdict.input_shape, signs.times)
        check = verdict.check
        layers.total = check.parameters if check else None
        layers.fixed = _fixed(check.parameters, check.trainable_parameters) if check else 0
        layers.problem = total_problem(verdict)
        layers.waiting = self._waiting
        self._show_title(signs)
        self._show_form()
        self.query_one(TrainingSettings).show_settings(
            recipe, self._catalog, self._data_facts(), verdict.problems, verdict.setting_reason()
        )
        self.refresh_bindings()

    def _show_title(self, signs: Glyphs) -> None:
        recipe = self._draft.recipe
        star = "*" if self._draft.changed else ""
        self.query_one("#workbench-title", Static).update(
            Content.assemble(
                (recipe.task, "bold $accent"), f" {signs.into} ", (f"{recipe.name}{star}", "bold")
            )
        )

    def _show_form(self) -> None:
        form = self.query_one(LayerForm)
        if self._selected == INPUT_ROW:
            form.show_data(self._of_task, self._description, self._data_words)
            return
        form.show_layer(
            self._draft.recipe,
            self._selected,
            self._catalog,
            self._verdict.problems,
            self._verdict.layer_reason(self._selected),
        )

    def _data_facts(self) -> DataFacts:
        variants = tuple((variant.name, variant.summary) for variant in self._of_task.variants)
        rows = None
        if self._description is not None:
            held = [one.rows for one in self._description.splits if one.name == "validation"]
            rows = held[0] if held else 0
        return DataFacts(variants, rows)

    @on(ModelChecker.Checked)
    def take_check(self, event: ModelChecker.Checked) -> None:
        """Keras's answer; a start that waited for it goes on, or says why not."""
        if self._verdict.hear(event.recipe, event.check):
            self._waiting = Waiting.NOTHING
            self._show()
        self._checker.answered()
        if self._starts_when_checked and self._verdict.check is not None:
            self._starts_when_checked = False
            self.action_start_training()

    @on(ModelChecker.CheckRefused)
    def take_check_refusal(self, event: ModelChecker.CheckRefused) -> None:
        """Keras could not be asked: nothing is known of shapes."""
        self._checker.answered()
        if event.recipe != self._draft.recipe:
            return
        self._verdict.forget()
        self._waiting = (
            Waiting.OFF if isinstance(event.reason, SpareUnavailable) else Waiting.NOTHING
        )
        self._show()
        if self._waiting is Waiting.NOTHING:
            self.query_one(LayerList).problem = str(event.reason)
        if self._starts_when_checked:
            self._starts_when_checked = False
            self._start()

    @on(ModelChecker.CatalogRead)
    def take_catalog(self, event: ModelChecker.CatalogRead) -> None:
        """Keras's classes are here: forms can be made and values judged."""
        self._catalog = event.catalog
        self._verdict.judge(self._draft.recipe, self._catalog)
        self._show()

    @on(ModelChecker.CatalogRefused)
    def tell_catalog_refusal(self, event: ModelChecker.CatalogRefused) -> None:
        """Without the classes the recipe can be trained but not edited."""
        self.notify(
            str(event.reason), title="Layers cannot be edited", severity="error", markup=False
        )

    @on(ModelChecker.DataDescribed)
    def take_description(self, event: ModelChecker.DataDescribed) -> None:
        """What is known of the data."""
        if (event.variant, event.seed) == self._described:
            self._description = event.description
            self._data_words = event.reason
            self._show()

    # Layers

    @on(LayerList.LayerChosen)
    def choose_layer(self, event: LayerList.LayerChosen) -> None:
        """The form follows the cursor."""
        self._selected = event.index
        self._show_form()
        self.refresh_bindings()

    @on(LayerList.LayerOpened)
    def action_edit_layer(self) -> None:
        """Put the focus into the form."""
        self._show_tab("layers")
        self.query_one(LayerForm).focus_field()

    def action_edit_settings(self) -> None:
        """Put the focus into the training settings."""
        self._show_tab("layers")
        self.query_one(TrainingSettings).focus_field()

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
        self._take_change(self._selected)

    def action_add_layer(self) -> None:
        """Search a layer and put it after the chosen one."""
        if self._catalog is None:
            self.notify(
                "Keras's layers are still being read; they are here in a moment.", markup=False
            )
            return
        layers = self._draft.recipe.layers
        after = "the input"
        if self._selected != INPUT_ROW:
            after = f"{layers[self._selected].class_name}, layer {self._selected + 1}"
        self.app.push_screen(AddLayerScreen(self._catalog, after), self._add_chosen)

    def _add_chosen(self, info: ClassInfo | None) -> None:
        if info is None or self._catalog is None:
            return
        layer = starting_layer(info, self._catalog)
        self._take_change(self._draft.add_layer(self._selected + 1, layer))
        self._show_tab("layers")
        self.query_one(LayerForm).focus_field(("inputs",) if info.several_inputs else None)

    def action_delete_layer(self) -> None:
        """Take the chosen layer out."""
        self._take_change(self._draft.delete_layer(self._selected))

    def action_duplicate_layer(self) -> None:
        """Put a copy after the chosen layer."""
        self._take_change(self._draft.duplicate_layer(self._selected))

    def action_move_layer(self, by: int) -> None:
        """Move the chosen layer."""
        self._take_change(self._draft.move_layer(self._selected, by))

    def action_undo(self) -> None:
        """Take the last change back."""
        change = self._draft.undo()
        if change is not None:
            self._take_change(self._selected if change.layer is None else change.layer)

    def action_redo(self) -> None:
        """Make the change again that was taken back."""
        change = self._draft.redo()
        if change is not None:
            self._take_change(self._selected if change.layer is None else change.layer)

    # Files and other recipes

    def action_open_recipe(self) -> None:
        """Open a recipe file; the present recipe can be had back with undo."""
        start = f"{self._file.parent}/" if self._file else ""
        self.app.push_screen(
            OpenRecipeScreen(start, self._of_task.name, self._catalog), self._take_opened
        )

    def _take_opened(self, opened: tuple[Recipe, Path] | None) -> None:
        if opened is not None:
            recipe, self._file = opened
            self._draft.replace(recipe)
            self._take_change(0)

    def action_save_recipe(self) -> None:
        """Save the recipe as a file."""
        self._ask_where_to_save(None)

    def _ask_where_to_save(self, then: Answer | None) -> None:
        recipe = self._draft.recipe
        proposed = str(self._file or f"{recipe.task}-{recipe.name.replace(' ', '-')}.toml")

        def saved(where: tuple[Recipe, Path] | None) -> None:
            if where is None:
                return
            self._file = where[1]
            self._draft.mark_saved(where[0])
            self._show()
            self.notify(f"Saved as {where[1]}.")
            if then == "leave":
                self.dismiss(None)

        self.app.push_screen(SaveRecipeScreen(proposed, recipe, self._file), saved)

    def action_compare(self) -> None:
        """See the recipe beside the one it came from."""
        origin, recipe = self._draft.origin, self._draft.recipe
        self.app.push_screen(CompareScreen(origin, recipe, f"{origin.name}, as it was", "as it is"))

    def action_choose_recipe(self) -> None:
        """Take another recipe of the task."""
        screen = ChooseRecipeScreen(self._of_task, self._draft.origin.name)
        self.app.push_screen(screen, self._take_recipe)

    def _take_recipe(self, recipe: Recipe | None) -> None:
        if recipe is not None:
            self._file = None
            self._draft.replace(recipe)
            self._take_change(0)

    # Training

    def action_start_training(self) -> None:
        """Train the recipe, or say why it cannot be."""
        refusal = self._verdict.refusal()
        if refusal is not None:
            self._tell_refusal(refusal)
            return
        if self._verdict.check is None and self._checker.busy:
            self._starts_when_checked = True
            self.query_one(LivePane).clear(
                self._draft.recipe.fit.epochs, "starts as soon as Keras is here"
            )
            self._show_tab("live")
            return
        self._start()

    def _tell_refusal(self, refusal: Refusal) -> None:
        """Say why, and go to where it can be mended."""
        where = "The model"
        if refusal.layer is not None and refusal.layer < len(self._draft.recipe.layers):
            layer = self._draft.recipe.layers[refusal.layer]
            where = f"Layer {refusal.layer + 1}, {layer.class_name},"
            self._selected = refusal.layer
            self._show()
        self._show_tab("layers")
        self.notify(
            refusal.reason, title=f"{where} cannot be trained", severity="error", markup=False
        )

    def _start(self) -> None:
        recipe = self._draft.recipe
        self._run_recipe = recipe
        self.query_one(RunTrouble).clear()
        self.query_one(LivePane).clear(recipe.fit.epochs, "starting")
        self._keeper.start(recipe, self._file)
        self._show_tab("live")
        self.refresh_bindings()

    def action_stop_training(self) -> None:
        """End the training and keep its weights."""
        self._keeper.stop()
        self.refresh_bindings()

    @on(RunKeeper.RunStarted)
    def follow_run(self, event: RunKeeper.RunStarted) -> None:
        """Show the training that began, or one that was found under way."""
        if event.found:
            if self._keeper.phase is not Phase.IDLE or self._keeper.run is not None:
                return
            self.notify(f"A training of {self._of_task.name} goes on: {event.run.id}")
        self._keeper.follow(event.run)
        self.query_one(LivePane).follow(event.run)
        self.refresh_bindings()

    @on(RunKeeper.StartRefused)
    def tell_start_refusal(self, event: RunKeeper.StartRefused) -> None:
        """Say why there is no training."""
        self._keeper.ended()
        self.query_one(LivePane).clear(self._draft.recipe.fit.epochs)
        self.query_one(RunTrouble).show("Training did not start", str(event.reason))
        self.refresh_bindings()

    @on(RunKeeper.StopRefused)
    def tell_stop_refusal(self, event: RunKeeper.StopRefused) -> None:
        """Say why it goes on."""
        if self._keeper.run is not None:
            self._keeper.follow(self._keeper.run)
        self.query_one(RunTrouble).show("The training could not be stopped", str(event.reason))
        self.refresh_bindings()

    @on(LivePane.Updated)
    def show_run_status(self, event: LivePane.Updated) -> None:
        """The status line follows the run."""
        self.query_one(RunStatus).show(event.history, event.state, event.planned)
        self.refresh_bindings()

    @on(LivePane.RunEnded)
    def take_end(self, event: LivePane.RunEnded) -> None:
        """The run is over; say what can be done where it failed."""
        if event.run != self._keeper.run:
            return
        self._keeper.ended()
        if isinstance(event.ended, Failed) or event.ended is None:
            reason = event.ended.reason if event.ended is not None else "the trainer is gone"
            self.query_one(RunTrouble).advise(advice_on(reason), str(event.run.log_path))
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
            self.query_one(LayerList).focus()

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

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002 - Textual's signature
    ) -> bool | None:
        """Whether a key acts now; the others are not shown."""
        if not self.is_mounted or not hasattr(self, "_keeper"):
            return True
        phase = self._keeper.phase
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
                return self._selected != INPUT_ROW
            case "show_tab":
                return self.has_class("-narrow")
            case "live":
                return self.query_one(LivePane).history.epochs > 0
            case _:
                return True

    def action_go_back(self) -> None:
        """From a form to the layers, from there to the tasks."""
        layers = self.query_one(LayerList)
        if self.focused is not layers and layers.focusable and self.focused is not None:
            self._show_tab("layers")
            layers.focus()
            return
        if self._draft.changed:
            count = len(self._draft.differences)
            self.app.push_screen(
                UnsavedChangesScreen(self._draft.recipe.name, count), self._leave_or_stay
            )
            return
        self._leave()

    def _leave_or_stay(self, answer: Answer | None) -> None:
        if answer == "save":
            self._ask_where_to_save("leave")
        elif answer == "leave":
            self._leave()

    def _leave(self) -> None:
        if self._keeper.phase is not Phase.IDLE:
            self.app.notify(
                f"The training of {self._of_task.name} goes on. Open the task again to see it."
            )
        self.dismiss(None)


def _fixed(parameters: int | None, trainable: int | None) -> int:
    return (parameters or 0) - (trainable or 0)


def _layer_actions(signs: Glyphs) -> Content:
    """What the mouse can do to the chosen layer."""
    return Content.from_markup(
        f"[@click=screen.add_layer]{signs.add} add[/]   [@click=screen.duplicate_layer]duplicate[/]"
        f"   [@click=screen.delete_layer]delete[/]   [@click='screen.move_layer(-1)']{signs.up}[/]"
        f" [@click='screen.move_layer(1)']{signs.down}[/]"
    )
