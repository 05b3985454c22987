"""The training's side of the workbench: start, steer, resume, and say how it goes."""

from __future__ import annotations

from pathlib import Path

from textual import on

from kertasks.recipes.recipe import Recipe
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertasks.task import Task
from kertui.dialogs.too_small import is_on_top
from kertui.live.live_pane import LivePane
from kertui.live.run_status import RunStatus
from kertui.live.steering import first_learning_rate
from kertui.live.tabs.log import LogScreen
from kertui.live.training_column import Phase, TrainingColumn
from kertui.service.training_service import TrainingService
from kertui.session import Session
from kertui.terminal.glyphs import glyphs_for
from kertui.workbench.draft.recipe_check import Refusal
from kertui.workbench.settings.settings_fields import say_refusal
from kertui.workbench.workbench_base import WorkbenchBase, after_typing


class TrainingActions(WorkbenchBase):
    """Passes between the right column, its keys and the service.

    Args:
        session: its service checks and trains.
        task: the task.
        recipe: what would be trained.
        path: the file it was read from, if any.
        run: a training to show, live or over; for None one of the task's that goes on, if any.
        run_state: what it was doing when it was looked at.
    """

    def __init__(
        self,
        session: Session,
        task: Task,
        recipe: Recipe,
        path: Path | None = None,
        run: RunFolder | None = None,
        run_state: RunState = RunState.RUNNING,
    ) -> None:
        super().__init__(session, task, recipe, path)
        self._given = (run, run_state)
        self._run_status = RunStatus()
        self._has_curves = False

    @property
    def run(self) -> RunFolder | None:
        """The training shown, or the last one."""
        return self._training.run

    def shows(self, run: RunFolder) -> bool:
        """Whether it is the run shown, or the one that will be once the screen is there."""
        return run == (self.run if self.is_mounted else self._given[0])

    @after_typing
    def action_start_training(self) -> None:
        """Train the recipe, or say why it cannot be."""
        self._start_training()

    def _start_training(self) -> None:
        recipe = self._draft.recipe
        refusal = self._verdict.refusal()
        if refusal is not None:
            self._training.cancel_wait()
            self._tell_refusal(refusal)
            return
        if self._verdict.check is None and self._checker.busy:
            self._training.wait_for_check(recipe.fit.epochs)
        else:
            self._training.start(self._session.service, recipe, self._files.path)
        self._show_tab("live")

    def _tell_refusal(self, refusal: Refusal) -> None:
        """Say why, and go to where it can be mended."""
        where, reason = "This", refusal.reason
        layers = self._draft.recipe.layers
        if refusal.layer is not None and refusal.layer < len(layers):
            where = f"Layer {refusal.layer + 1}, {layers[refusal.layer].class_name},"
            self._show(refusal.layer)
        else:
            into = glyphs_for(self.app).into
            reason = say_refusal(refusal, self._draft.recipe, self._catalog, into)
        self._show_tab("layers")
        title = f"{where} cannot be trained"
        self.notify(reason, title=title, severity="error", markup=False)

    def _show_training(self, service: TrainingService) -> None:
        """Show the run that was asked for, or one of the task's that goes on."""
        run, state = self._given
        if run is None:
            self._training.find_running(service, self._of_task.name)
            self._show_tab("layers")
        else:
            service.take_up(run)
            self._training.show(run, state, self._draft.origin)
            self._show_tab("live")

    def _first_rate(self) -> float | None:
        recipe = self._training.recipe
        return None if recipe is None else first_learning_rate(recipe, self._catalog)

    def action_steer(self, name: str) -> None:
        """Ask something of the training shown."""
        self._training.steer(self._session.service, SteeringCommand(name), self._first_rate())

    def action_resume_run(self) -> None:
        """Go on with the training shown, which is over."""
        self._training.resume(self._session.service)

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
        self._run_status.show(event.history, event.state, event.planned, event.asked)
        has_curves = event.history.epochs > 0
        if has_curves is not self._has_curves:
            self._has_curves = has_curves
            self.refresh_bindings()

    @on(LivePane.ShowLog)
    def show_log(self, event: LivePane.ShowLog) -> None:
        """Show what the trainer printed."""
        if is_on_top(self):
            self.app.push_screen(LogScreen(event.run.log_path))

    def action_live(self, action: str) -> None:
        """Pass a key on to the live pane, wherever the focus is."""
        getattr(self.query_one(LivePane), f"action_{action}")()

    def training_allows(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Whether a key that starts, steers or shows a training acts now."""
        match action:
            case "start_training":
                return self._training.phase is Phase.IDLE
            case "steer":
                return self._training.allows(SteeringCommand(str(parameters[0])))
            case "resume_run":
                return self._training.can_resume
            case "live" if parameters == ("log",):
                return self._training.pane.has_log
            case _:
                return self._has_curves

    def say_what_goes_on(self) -> None:
        """Say, on leaving, that the training does not end with the screen."""
        phase = self._training.phase
        if phase not in {Phase.IDLE, Phase.WAITING}:
            goes_on = "stays paused" if phase is Phase.PAUSED else "goes on"
            self.app.notify(
                f"The training of {self._of_task.name} {goes_on}. Open the task again to see it.",
                markup=False,
            )
