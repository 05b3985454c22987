"""The workbench: layers and settings on the left, the training live on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import ClassVar, Concatenate, ParamSpec

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertasks.groups.sweep.dimension import Dimension
from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.task import Task
from kertasks.text.numbers import short_path
from kertui.advice.advice_panel import AdvicePanel
from kertui.comparison.compare import CompareScreen
from kertui.dialogs.unsaved_changes import UnsavedAnswer, UnsavedChangesScreen
from kertui.forms.field_form import FieldForm
from kertui.live.pane import LivePane
from kertui.live.status import RunStatus
from kertui.live.steering import first_learning_rate
from kertui.live.tab import named_tabs
from kertui.live.training_column import Phase, TrainingColumn
from kertui.rows.key_line import KeyLine
from kertui.session import CrossValidate, Session, StartSweep
from kertui.terminal.glyphs import glyphs_for
from kertui.workbench.choose_recipe import ChooseRecipeScreen
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.recipe_path import OpenRecipeScreen, SaveRecipeScreen
from kertui.workbench.workbench_keys import WORKBENCH_KEYS

_Arguments = ParamSpec("_Arguments")


def after_typing(
    action: Callable[Concatenate[WorkbenchScreen, _Arguments], None],
) -> Callable[Concatenate[WorkbenchScreen, _Arguments], None]:
    """Make an action wait until the value that is being typed is in the recipe.

    Where that value is not allowed, this is said and nothing else happens.
    """

    @wraps(action)
    def act(bench: WorkbenchScreen, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
        bench._column.settle(partial(action, bench, *args, **kwargs))

    return act


class WorkbenchScreen(Screen[None]):
    """Edit a recipe of a task and train it.

    The left column edits the recipe and has it checked, the right one trains. This screen
    passes between them, carries out the keys, and asks for files and for other recipes.

    Args:
        session: its service checks and trains.
        task: the task.
        recipe: what the edit starts from.
        path: the file it was read from; None for one of the task's own recipes.
        run: a training to show, live or over; for None one of the task's that goes on, if any.
        run_state: what it was doing when it was looked at.
    """

    CSS_PATH = "workbench.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-short"), (36, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = WORKBENCH_KEYS

    def __init__(
        self,
        session: Session,
        task: Task,
        recipe: Recipe,
        path: Path | None = None,
        run: RunFolder | None = None,
        run_state: RunState = RunState.RUNNING,
    ) -> None:
        super().__init__()
        self._service = session.service
        self._of_task = task
        self._path = path
        self._given = (run, run_state)
        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._column = RecipeColumn(
            session.service, task, recipe, beside_run=run is not None, id="recipe"
        )
        self.draft, self.check = self._column.draft, self._column.check
        """The recipe under edit, and what is said of it."""

        self._training = TrainingColumn(session.service, id="live")
        self._advice = AdvicePanel(session.service, task, recipe)
        self._run_status = RunStatus()
        self._awaited: Recipe | None = None
        """The recipe that is trained as soon as it is checked."""

        self._has_curves = False

    def compose(self) -> ComposeResult:
        """Lay out the status line, the tabs of a narrow terminal, the columns and the keys."""
        with Horizontal(id="status"):
            yield Static(id="workbench-title", markup=False)
            yield self._run_status
        yield Static(id="tabs")
        with Horizontal(id="body"):
            yield self._column
            yield self._training
        yield self._advice
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the run that was asked for, or one of the task's that goes on."""
        self._column.focus_layers()
        self._training.plan(self.draft.recipe)
        run, state = self._given
        if run is None:
            self._training.find_running(self._of_task.name)
            self._show_half("recipe")
        else:
            self._service.take_up(run)
            self._training.show(run, state, self.draft.origin)
            self._show_half("live")

    @property
    def run(self) -> RunFolder | None:
        """The training shown, or the last one."""
        return self._training.run

    def shows(self, run: RunFolder) -> bool:
        """Whether it is the run shown, or the one that will be once the screen is there."""
        return run == (self.run if self.is_mounted else self._given[0])

    # The recipe

    @after_typing
    def action_edit(self, edit: str, *arguments: object) -> None:
        """Have the left column carry out a change of the recipe, by the name of its method."""
        getattr(self._column, edit)(*arguments)

    @on(LayerList.LayerOpened)
    def action_edit_layer(self) -> None:
        """Put the focus into the form of the chosen layer."""
        self._show_half("recipe")
        self._column.focus_form()

    def action_edit_settings(self) -> None:
        """Put the focus into the training settings."""
        self._show_half("recipe")
        self._column.focus_settings()

    @on(RecipeColumn.LayerAdded)
    def show_added_layer(self, event: RecipeColumn.LayerAdded) -> None:
        """Put the focus into the form of a new layer."""
        self._show_half("recipe")
        self._column.focus_form(event.first_field)

    @on(RecipeColumn.RecipeChanged)
    def follow_recipe(self, event: RecipeColumn.RecipeChanged) -> None:
        """Let the training wait no more for another recipe's check; plan this one."""
        if event.replaced:
            self._training.forget_trouble()
        if event.recipe != self._awaited:
            self._training.cancel_wait()
        self._training.plan(event.recipe)

    @on(LayerList.LayerChosen)
    @on(RecipeColumn.Updated)
    def show_title(self) -> None:
        """Name the task and the recipe; other keys may act now."""
        recipe, star = self.draft.recipe, "*" if self.draft.changed else ""
        into = glyphs_for(self.app).into
        self.query_one("#workbench-title", Static).update(
            Content.assemble(
                (recipe.task, "bold $accent"), f" {into} ", (f"{recipe.name}{star}", "bold")
            )
        )
        refused = self.check.refusal() is not None
        self._advice.follow(recipe, self._column.catalog, refused=refused)
        self._follow_findings()
        self.refresh_bindings()

    # What is wrong with it

    @after_typing
    def action_advice(self, action: str) -> None:
        """Pass a key on to the advice."""
        getattr(self._advice, action)()

    @on(AdvicePanel.FixChosen)
    def take_fix(self, event: AdvicePanel.FixChosen) -> None:
        """Change the recipe as a finding says."""
        self._column.change(event.recipe, event.layer)
        self._show_half("recipe")
        self.notify(f"{event.change}. u takes it back.", title="Fixed", markup=False)

    @on(AdvicePanel.Updated)
    def offer_advice(self) -> None:
        """Offer the keys that act now."""
        self.refresh_bindings()

    # Files and other recipes

    @after_typing
    def action_open_recipe(self) -> None:
        """Open a recipe file; the present recipe can be had back with undo."""

        def opened(answer: tuple[Recipe, Path] | None) -> None:
            if answer is not None:
                recipe, self._path = answer
                self._column.replace(recipe)

        start = f"{short_path(self._path.parent)}/" if self._path else ""
        dialog = OpenRecipeScreen(start, self._of_task.name, self._column.catalog)
        self.app.push_screen(dialog, opened)

    @after_typing
    def action_choose_recipe(self) -> None:
        """Take another recipe of the task."""

        def chosen(recipe: Recipe | None) -> None:
            if recipe is not None:
                self._path = None
                self._column.replace(recipe)

        self.app.push_screen(ChooseRecipeScreen(self._of_task, self.draft.origin.name), chosen)

    @after_typing
    def action_save_recipe(self) -> None:
        """Save the recipe as a file."""
        self._save_recipe()

    def _save_recipe(self, after: Callable[[], None] | None = None) -> None:
        """Ask where to; what comes after it is left out where the person gives up."""
        recipe = self.draft.recipe
        name = f"{recipe.task}-{recipe.name}.toml".replace(" ", "-").replace("/", "-")

        def saved(answer: tuple[Recipe, Path] | None) -> None:
            if answer is None:
                return
            self._path = answer[1]
            self._column.mark_saved(answer[0])
            self.notify(f"Saved as {self._path}.", markup=False)
            if after is not None:
                after()

        proposed = short_path(self._path) if self._path else name
        self.app.push_screen(SaveRecipeScreen(proposed, recipe, self._path), saved)

    @after_typing
    def action_compare(self) -> None:
        """Show the recipe beside the one it came from."""
        origin, recipe = self.draft.origin, self.draft.recipe
        self.app.push_screen(CompareScreen(origin, recipe, f"{origin.name}, as it was", "as it is"))

    # Training

    @after_typing
    def action_start_training(self) -> None:
        """Train the recipe, or say why it cannot be."""
        self._start_training()

    def _start_training(self) -> None:
        recipe, self._awaited = self.draft.recipe, None
        if self._says_refusal():
            self._training.cancel_wait()
            return
        if self.check.model_check is None and self._column.checking:
            self._awaited = recipe
            self._training.wait_for_check(recipe.fit.epochs)
        else:
            self._training.start(recipe, self._path)
        self._show_half("live")

    def _says_refusal(self) -> bool:
        """Whether the recipe cannot be trained; if so, say why."""
        refusal = self.check.refusal()
        if refusal is not None:
            self._column.show_refusal(refusal)
            self._show_half("recipe")
        return refusal is not None

    @after_typing
    def action_cross_validate(self) -> None:
        """Train the recipe fold by fold, or say why it cannot be."""
        if not self._says_refusal():
            self.post_message(CrossValidate(self, self.draft.recipe, self._path))

    @on(FieldForm.SweepAsked)
    def collect_dimension(self, event: FieldForm.SweepAsked) -> None:
        """Vary one more setting, and ask how."""
        self.draft.varied[event.dimension.path] = event.dimension
        self.action_sweep()

    @after_typing
    def action_sweep(self) -> None:
        """Train the recipe with many values, or say why it cannot be."""
        if self._says_refusal():
            return
        self._keep_varied(tuple(self.draft.varied.values()))
        self.post_message(
            StartSweep(
                self,
                self.draft.recipe,
                tuple(self.draft.varied.values()),
                self._column.catalog,
                self._keep_varied,
                self._path,
                None if self.check.model_check is None else self.check.model_check.told,
            )
        )

    def _keep_varied(self, dimensions: Sequence[Dimension]) -> None:
        """Vary these settings, and show them at their fields."""
        self.draft.varied = {one.path: one for one in dimensions}
        self._column.show_varied()
        self.refresh_bindings()

    @on(RecipeColumn.CheckEnded)
    def start_after_check(self, event: RecipeColumn.CheckEnded) -> None:
        """Go on with a start that waited for the check.

        What Keras cannot judge may still be trained: a fault is told by the run then.
        """
        if self._training.phase is Phase.WAITING and event.recipe == self._awaited:
            self._start_training()

    def action_steer(self, name: str) -> None:
        """Ask something of the training shown."""
        recipe, catalog = self._training.recipe, self._column.catalog
        rate = None if recipe is None else first_learning_rate(recipe, catalog)
        self._training.steer(SteeringCommand(name), rate)

    def action_resume_run(self) -> None:
        """Go on with the training shown, which is over."""
        self._training.resume()

    @after_typing
    def action_retrain(self) -> None:
        """Train a fresh network on all rows for the best epoch's number of epochs."""
        self._training.retrain()
        self._show_half("live")

    @on(TrainingColumn.Retrained)
    def show_retrained(self, event: TrainingColumn.Retrained) -> None:
        """Show the recipe that is trained now; undo brings the one before back."""
        self._path = None
        self._column.replace(event.recipe)

    def action_live(self, action: str, *arguments: object) -> None:
        """Pass a key on to the live pane, wherever the focus is."""
        self._training.pane.act(action, *arguments)

    @on(TrainingColumn.PhaseChanged)
    def follow_phase(self) -> None:
        """Offer the keys that act now."""
        self.refresh_bindings()

    @on(TrainingColumn.RunFound)
    def tell_of_run(self, event: TrainingColumn.RunFound) -> None:
        """Say that a training goes on that this screen did not start."""
        self.notify(f"A training of {self._of_task.name} goes on: {event.run.id}", markup=False)

    @on(LivePane.Updated)
    def show_run_status(self, event: LivePane.Updated) -> None:
        """Let the status line follow the run."""
        self._run_status.show(
            event.history, event.state, event.progress, event.asked, told=event.told
        )
        self._follow_findings()
        has_curves = event.history.epochs > 0
        if has_curves is not self._has_curves:
            self._has_curves = has_curves
            self.refresh_bindings()

    def _follow_findings(self) -> None:
        """Let the advice take in what was found in the training shown, if it is of this recipe."""
        same = self._training.recipe in (None, self.draft.recipe)
        self._advice.follow_run(self._training.history.findings if same else ())

    @on(LivePane.TabShown)
    def show_live_half(self) -> None:
        """On a narrow terminal, show the half that the tab is in; offer the keys that act now."""
        self._show_half("live")
        self.refresh_bindings()

    # The screen itself

    def action_show_recipe(self) -> None:
        """Go to the layers; on a narrow terminal their half takes the place of the training's."""
        self._show_half("recipe")
        self._column.focus_layers()

    def _show_half(self, half: str) -> None:
        """On a narrow terminal, show one of the halves that take turns; name it and the tabs."""
        live = half == "live"
        self.set_class(live, "-show-live")
        pane = self._training.pane
        entries = [("0 recipe", "show_recipe", not live)]
        entries += [
            (f"{tab.key} {tab.title}", f"live('choose_tab', '{tab.key}')", live and tab is shown)
            for shown in (pane.shown,)
            for tab in pane.tabs
        ]
        self.query_one("#tabs", Static).update(named_tabs(entries))

    def on_resize(self) -> None:
        """Have the tabs named once: over both halves where these take turns."""
        self.call_next(self._name_tabs_once)  # Textual sets the class after this

    def _name_tabs_once(self) -> None:
        self._training.pane.has_tab_row = not self.has_class("-narrow")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key acts now; the others are not shown."""
        if not self.is_mounted:
            return False  # its parts are not there to act on
        match action:
            case "start_training":
                return self._training.phase is Phase.IDLE
            case "steer":
                return self._training.allows(SteeringCommand(str(parameters[0])))
            case "resume_run":
                return self._training.can_resume
            case "retrain":
                return self._training.can_retrain
            case "live":
                return self._training.pane.allows(str(parameters[0]))
            case "advice":
                return self._advice.allows(str(parameters[0]))
            case "edit":
                return self._column.allows(str(parameters[0]))
            case "edit_layer":
                return self._column.selected != INPUT_ROW
            case "sweep":
                return bool(self.draft.varied)
            case "compare":
                return self.draft.origin != self.draft.recipe
            case _:
                return True

    def action_go_back(self) -> None:
        """Go from a form to the layers, from there to the tasks."""
        layers = self.query_one(LayerList)
        if self.focused is None or self.focused is layers:
            self.ask_before_leaving(self._leave)
        else:
            self._show_half("recipe")
            layers.focus()

    def ask_before_leaving(self, leave: Callable[[], None]) -> None:
        """Leave, unless there are changes in no file and the person wants to stay."""

        def answered(answer: UnsavedAnswer | None) -> None:
            if answer is UnsavedAnswer.SAVE:
                self._save_recipe(after=leave)
            elif answer is UnsavedAnswer.LEAVE:
                leave()

        def ask() -> None:
            if self.draft.changed:
                changes = len(self.draft.differences)
                dialog = UnsavedChangesScreen(self.draft.recipe.name, changes)
                self.app.push_screen(dialog, answered)
            else:
                leave()

        self._column.settle(ask, anyway=True)

    def _leave(self) -> None:
        """Leave the screen; say that a training does not end with it."""
        phase = self._training.phase
        if phase not in {Phase.IDLE, Phase.WAITING}:
            goes_on = "stays paused" if phase is Phase.PAUSED else "goes on"
            self.app.notify(
                f"The training of {self._of_task.name} {goes_on}. Open the task again to see it.",
                markup=False,
            )
        self.dismiss(None)
