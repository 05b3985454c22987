"""The first screen: choose a task, see its data, choose a recipe."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from kertasks.own_tasks.found_tasks import BrokenTask
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task, Variant
from kertui.dialogs.too_small import is_on_top
from kertui.rows.key_line import KeyLine
from kertui.session import OpenWorkbench, Session, TrainHeadToHead
from kertui.tasks_screen.known_data import DataKey, KnownData
from kertui.tasks_screen.known_runs import KnownRuns
from kertui.tasks_screen.own_tasks import OwnTasks, broken_words, own_file
from kertui.tasks_screen.picker import Picker
from kertui.tasks_screen.recipe_list import RecipeList
from kertui.tasks_screen.task_card import DataPicture, DataStatus, Described, Reading, TaskCard
from kertui.tasks_screen.task_list import TaskList
from kertui.tasks_screen.tasks_header import TasksHeader

_DESCRIBE_AFTER = 0.12
"""Seconds the cursor rests on a task before its data is read: moving past costs nothing."""

_LOOK_WHETHER_WARM = 0.5
"""Seconds between two looks whether the process that computes has nothing more urgent to do."""

_OWN_FILE = "Enter opens what is your own: a table, folder, arrays, recipe or task (TOML)."
"""On the card while the cursor is on no task."""

_READ_RUNS_EVERY = 2.0
_RUNS_SHOWN = 3

SHOW_RUNS = Binding("R", "app.show_runs", "runs", id="tasks.runs",
                    tooltip="Show all runs: compare, name, delete, open.")  # fmt: skip
"""The app binds another key to the same, for every other screen."""


class TasksScreen(Screen[None]):
    """The tasks, and beside them the card of the one under the cursor.

    What takes time is read in threads by ``KnownData``, ``KnownRuns`` and ``OwnTasks``, which tell
    it by messages.

    Args:
        session: its service describes data, its store has the runs.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-roomy")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,g", "get_data", "download data", id="tasks.get",
                tooltip="Download the files the task's data is made from."),
        Binding("ctrl+r,r", "screen.choose_recipe(1)", "recipe", id="tasks.next_recipe",
                tooltip="Choose the next recipe of the task."),
        Binding("ctrl+d,d", "choose_next_variant", "data", id="tasks.data",
                tooltip="Choose the next form of the task's data."),
        Binding("ctrl+n,n", "show_next_sample", "next sample", id="tasks.sample",
                tooltip="Show other rows of the data."),
        Binding("ctrl+e,e", "edit_data", "edit data", id="tasks.edit",
                tooltip="Change what is said of the data of a task of yours."),
        Binding("ctrl+a,a", "choose_template", "new recipe", show=False, id="tasks.template",
                tooltip="Begin a recipe with a template that fits the task's data."),
        Binding("delete", "delete_task", "delete", show=False, id="tasks.delete",
                tooltip="Delete a task of yours, after asking; its data and its runs stay."),
        Binding("ctrl+o,o", "open_file", "open a file", show=False, id="tasks.file",
                tooltip="Open a table, folder, arrays, recipe or task."),
        SHOW_RUNS,
        Binding("H,f5", "head_to_head", "head to head", id="tasks.head_to_head",
                tooltip="Train two recipes at once, on the same axes."),
        Binding("tab", "app.focus_next", "recipes or tasks", show=False, id="tasks.focus",
                tooltip="Go from the tasks to the recipes and back."),
    ]  # fmt: skip

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._chosen_task: Task | None = None
        self._chosen_broken: BrokenTask | None = None
        self._recipe: Recipe | None = None
        self._variant: Variant | None = None
        self._data = KnownData(session)
        self._runs = KnownRuns(session)
        self._begun = False
        """Whether somebody has seen the screen: data and runs are read from then on."""

    def compose(self) -> ComposeResult:
        """Build the header, the list with its filter, the card and the footer."""
        own = OwnTasks()
        yield TasksHeader()
        yield own
        yield self._data
        yield self._runs
        with Horizontal(id="body"):
            yield Picker(own.tasks, own.broken)
            yield TaskCard(id="card")
        yield KeyLine()

    def on_mount(self) -> None:
        """Ask for what takes time once the screen is there to look at."""
        self.query_one(TaskList).focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._data.look_at_files()
        # Where a run is opened first, nobody sees this screen yet, and the run's curve is awaited.
        if not self._session.opens_run:
            self._refresh_runs()
        self.query_one(TasksHeader).look_at_machine()
        self.set_interval(_READ_RUNS_EVERY, self._refresh_runs)

    def on_screen_resume(self) -> None:
        """Runs and files may have changed while another screen was on top."""
        if self._begun:
            self.query_one(OwnTasks).look()
            self._data.look_at_files()
            self._refresh_runs()

    # --- the task, its recipe and its data

    @on(TaskList.TaskHighlighted)
    def _show_task(self, event: TaskList.TaskHighlighted) -> None:
        if event.task is self._chosen_task and event.broken is self._chosen_broken:
            return
        self._chosen_task, self._chosen_broken = event.task, event.broken
        if event.task is None:
            self._recipe = self._variant = None
            said = _OWN_FILE if event.broken is None else broken_words(event.broken)
            self.query_one(TaskCard).show_no_task(said)
            self.refresh_bindings()
            return
        recipe = event.task.recipes[event.task.default_recipe]
        card = self.query_one(TaskCard)
        card.show_task(event.task, recipe.name)
        self._take_recipe(recipe)
        self._show_runs()

    @on(OwnTasks.TasksFound)
    def _show_tasks(self, event: OwnTasks.TasksFound) -> None:
        """Show the tasks that there are now; of other data nothing is known yet."""
        own, tasks = self.query_one(OwnTasks), self.query_one(TaskList)
        self._data.forget(event.other)
        tasks.show_tasks(own.tasks, own.broken)
        self._show_task(TaskList.TaskHighlighted(tasks.chosen, tasks.chosen_broken))

    @on(RecipeList.RecipeChosen)
    def _choose_recipe(self, event: RecipeList.RecipeChosen) -> None:
        if event.recipe is not self._recipe:
            self._take_recipe(event.recipe)
            self.call_after_refresh(self.query_one(TaskCard).show_chosen_recipe)

    def _take_recipe(self, recipe: Recipe) -> None:
        assert self._chosen_task is not None  # noqa: S101 (a recipe is a task's)
        self._recipe = recipe
        self._take_variant(self._chosen_task.variant(recipe.data.variant))

    def _take_variant(self, variant: Variant) -> None:
        self._variant = variant
        self.query_one(TaskCard).show_variant(variant)
        self._show_data()

    @property
    def _key(self) -> DataKey | None:
        if self._chosen_task is None or self._variant is None or self._recipe is None:
            return None
        return self._chosen_task.name, self._variant.name, self._recipe.seed

    @property
    def _status(self) -> DataStatus | None:
        """What is known of the data on the card."""
        key = self._key
        return None if key is None else self._data.status(key)

    def _show_data(self) -> None:
        key = self._key
        if key is None:
            return
        status = self._data.status(key)
        if status is None:
            service = self._session.service
            status = Reading(warming_up=service.spare and not service.warm)
            self.set_timer(_DESCRIBE_AFTER, partial(self._describe_if_still, key))
        self.query_one(TaskCard).show_data(status)
        self._show_baselines()
        self.refresh_bindings()

    def _describe_if_still(self, key: DataKey) -> None:
        if self._data.status(key) is None and key == self._key and self._begun:
            self._data.describe(key)

    @on(KnownData.DataKnown)
    def _show_known(self, event: KnownData.DataKnown) -> None:
        key = self._key
        if key is not None and key != event.key:
            self._describe_if_still(key)  # it had to wait for what is described now
        elif event.key[0] not in self._data.missing:
            self.query_one(TaskCard).show_data(event.status)
            self._show_baselines()
            self.refresh_bindings()

    # --- what is to beat

    @property
    def _trained(self) -> Recipe | None:
        """The chosen recipe on the chosen data, once that is described."""
        recipe, variant, key = self._recipe, self._variant, self._key
        described = key is not None and self._data.is_described(key)
        if recipe is None or variant is None or not described:
            return None
        return replace(recipe, data=replace(recipe.data, variant=variant.name))

    def _show_baselines(self) -> None:
        """Show what is known of the data's baselines; have them looked for where nothing is."""
        recipe = self._trained
        if recipe is None:
            return
        if recipe in self._data.baselines:
            self.query_one(TaskCard).show_baselines(self._data.baselines[recipe])
        else:
            self._data.look_for_baselines(recipe)

    @on(KnownData.BaselinesKnown)
    def _show_known_baselines(self, event: KnownData.BaselinesKnown) -> None:
        if event.recipe in self._data.baselines:
            self._show_baselines()
        else:
            self.set_timer(_LOOK_WHETHER_WARM, self._show_baselines)

    # --- files and runs

    @on(KnownData.FilesChecked)
    def _show_files(self, event: KnownData.FilesChecked) -> None:
        self._mark_tasks()
        task = self._chosen_task
        if task is not None and event.before.get(task.name) != event.missing.get(task.name):
            self._show_data()

    def _refresh_runs(self) -> None:
        # Not ``is_current``: that holds under an opaque screen too (Textual 8.2), and what is
        # redrawn there has the screen above sent whole.
        if self.app.screen is self:
            if not self._begun:
                self._begun = True
                self._show_data()
            self._runs.read()
            self.query_one(OwnTasks).look()

    @on(KnownRuns.RunsRead)
    def _show_read_runs(self, event: KnownRuns.RunsRead) -> None:
        if event.changed:
            self._mark_tasks()
            self._show_runs()
            known = self._runs
            self.query_one(TasksHeader).show_runs(known.runs, readable=known.readable)
            self._greet()

    @on(OwnTasks.TasksFound)
    @on(OwnTasks.OwnKnown)
    def _greet(self) -> None:
        known, nothing_own = self._runs, not self.query_one(OwnTasks).has_own
        self.query_one(Picker).is_new = known.readable and not known.runs and nothing_own

    def _mark_tasks(self) -> None:
        training = {run.task for run in self._runs.runs if run.state.goes_on}
        self.query_one(TaskList).mark(without_data=self._data.missing, training=training)

    def _show_runs(self) -> None:
        name = self._chosen_task.name if self._chosen_task is not None else ""
        runs = [run for run in self._runs.runs if run.task == name][:_RUNS_SHOWN]
        self.query_one(TaskCard).show_runs(runs, time())

    # --- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that would do something now."""
        del parameters
        task = self._chosen_task
        match action:
            case "choose_recipe" | "scroll_card":
                return task is not None
            case "get_data":
                return task is not None and task.name in self._data.missing
            case "choose_next_variant":
                return task is not None and len(task.variants) > 1
            case "head_to_head":
                return task is not None and len(task.recipes) > 1
            case "choose_template":
                return isinstance(self._status, Described)
            case "edit_data":
                return task is not None and own_file(task) is not None
            case "delete_task":
                return own_file(task or self._chosen_broken) is not None
            case "show_next_sample":
                return self.is_mounted and self.query_one(DataPicture).has_samples
        return True

    def action_choose_recipe(self, step: int) -> None:
        """Choose the recipe so many places on, round the end."""
        self.query_one(RecipeList).choose_next(step)

    def action_choose_next_variant(self) -> None:
        """Choose the next form of the data, round the end."""
        if self._chosen_task is not None and self._variant is not None:
            place = self._chosen_task.variants.index(self._variant)
            self.action_choose_variant((place + 1) % len(self._chosen_task.variants))

    def action_choose_variant(self, place: int) -> None:
        """Choose a form of the data by its place."""
        if self._chosen_task is not None:
            self._take_variant(self._chosen_task.variants[place])

    def action_show_next_sample(self) -> None:
        """Show the samples from the next one on."""
        self.query_one(DataPicture).first_sample += 1

    def action_scroll_card(self, direction: int) -> None:
        """Scroll the card by most of its height."""
        card = self.query_one(TaskCard)
        card.scroll_relative(y=direction * max(3, card.size.height - 3), animate=False)

    @on(TaskList.TaskOpened)
    @on(RecipeList.RecipeOpened)
    def _open(self) -> None:
        task, recipe, variant = self._chosen_task, self._recipe, self._variant
        if not is_on_top(self):
            return
        if self._chosen_broken is not None:
            self.notify(self._chosen_broken.why, severity="warning", markup=False)
        elif task is None or recipe is None or variant is None:
            self.action_open_file()
        elif task.name in self._data.missing:
            self.action_get_data()
        else:
            if variant is not task.variant(recipe.data.variant):
                recipe = replace(recipe, data=replace(recipe.data, variant=variant.name))
            self.post_message(OpenWorkbench(self, task, recipe))

    def action_open_file(self) -> None:
        """Ask for a file of the person's own and open what it is."""
        self.query_one(OwnTasks).ask_for_file(self.query_one(TaskList).filter_text)

    def action_choose_template(self) -> None:
        """Begin a recipe with a template that fits the data on the card."""
        from kertui.tasks_screen.choose_template import ChooseTemplateScreen

        task, variant, status = self._chosen_task, self._variant, self._status
        if task is None or variant is None or not isinstance(status, Described):
            return

        def opened(recipe: Recipe | None) -> None:
            if recipe is not None:
                self.post_message(OpenWorkbench(self, task, recipe))

        self.app.push_screen(ChooseTemplateScreen(task, variant, status.description), opened)

    def action_edit_data(self) -> None:
        """Change what is said of the data of a task of the person's own."""
        file = own_file(self._chosen_task)
        if file is not None and is_on_top(self):
            self.query_one(OwnTasks).edit(file)

    def action_delete_task(self) -> None:
        """Delete a task of the person's own, after asking."""
        task = self._chosen_task or self._chosen_broken
        file = own_file(task)
        if task is not None and file is not None:
            has_runs = any(run.task == task.name for run in self._runs.runs)
            self.query_one(OwnTasks).ask_to_delete(task.name, file, has_runs)

    def action_head_to_head(self) -> None:
        """Train two recipes of the task side by side."""
        if self._chosen_task is None or self._recipe is None:
            return
        if self._chosen_task.name in self._data.missing:
            self.action_get_data()
        else:
            self.post_message(TrainHeadToHead(self, self._chosen_task, self._recipe))

    def action_get_data(self) -> None:
        """Download the files of the chosen task that are missing."""
        from kertui.tasks_screen.download_screen import DownloadScreen

        if self._chosen_task is not None and self._chosen_task.name in self._data.missing:
            files = self._data.missing[self._chosen_task.name].files
            self.app.push_screen(DownloadScreen(self._chosen_task.name, files))
