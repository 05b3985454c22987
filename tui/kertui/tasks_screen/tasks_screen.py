"""The first screen: choose a task, see its data, choose a recipe."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from functools import cached_property, partial
from time import time
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.own_tasks.found_tasks import BrokenTask
from kertasks.recipes.recipe import Recipe
from kertasks.registry import all_tasks
from kertasks.task import Task, Variant
from kertui.dialogs.too_small import is_on_top
from kertui.rows.header_line import HeaderLine
from kertui.rows.key_line import KeyLine
from kertui.session import OpenWorkbench, Session, TrainHeadToHead
from kertui.tasks_screen.own_tasks import OwnTasks, broken_words, own_file
from kertui.tasks_screen.recipe_list import RecipeList
from kertui.tasks_screen.task_card import (
    DataPicture,
    DataStatus,
    Described,
    NotHere,
    Reading,
    TaskCard,
    Unreadable,
    count_of,
)
from kertui.tasks_screen.task_list import TaskFilter, TaskList

if TYPE_CHECKING:
    from pathlib import Path

    from kertasks.runs.listing import RunSummaries
    from kertasks.runs.summary import RunSummary
    from kertasks.scores.run_baselines import RunBaselines

DataKey: TypeAlias = tuple[str, str, int]
"""What data a description is of: task, variant and seed."""

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

    What takes time is read in threads, which answer by messages. A thread cannot be called back,
    so that what may take long is done for one request at a time: requests that wait for each
    other would only grow in number.

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

    @dataclass
    class DataKnown(Message):
        """A task's data was described, or cannot be."""

        key: DataKey
        status: DataStatus

    @dataclass
    class BaselinesKnown(Message):
        """It is known what learns next to nothing on the data of a recipe, or cannot be."""

        recipe: Recipe
        baselines: RunBaselines | None

    @dataclass
    class FilesChecked(Message):
        """It is known which tasks' files are not here."""

        missing: dict[str, NotHere]
        """What is missing, by the name of the task."""

    @dataclass
    class RunsRead(Message):
        """The summaries of all runs were read, or could not be."""

        runs: list[RunSummary]
        """The newest run comes first."""

        readable: bool = True
        """Whether the folder of the runs can be listed."""

    @dataclass
    class MachineKnown(Message):
        """It is known what the machine is."""

        facts: list[str]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._chosen_task: Task | None = None
        self._chosen_broken: BrokenTask | None = None
        self._recipe: Recipe | None = None
        self._variant: Variant | None = None
        self._missing: dict[str, NotHere] = {}
        self._known: dict[DataKey, DataStatus] = {}
        self._described: DataKey | None = None
        """The data that a thread is describing now, if any."""

        self._outdated: DataKey | None = None
        """The same, where it is of a task's data as it was before."""

        self._baselines: dict[Recipe, RunBaselines | None] = {}
        """What to compare networks with, by the recipe whose data it is of."""

        self._compared: Recipe | None = None
        """The recipe whose baselines a thread looks for now, if any."""

        self._runs: list[RunSummary] = []
        self._runs_readable = True
        self._reading_runs = False
        self._machine: list[str] = []
        self._begun = False
        """Whether somebody has seen the screen: data and runs are read from then on."""

    def compose(self) -> ComposeResult:
        """Build the header, the list with its filter, the card and the footer."""
        own = OwnTasks()
        yield HeaderLine("kertui")
        yield own
        with Horizontal(id="body"):
            with Vertical(id="picker"):
                yield TaskFilter()
                yield TaskList(own.tasks, own.broken, id="tasks")
            yield TaskCard(id="card")
        yield KeyLine()

    def on_mount(self) -> None:
        """Ask for what takes time once the screen is there to look at."""
        self.query_one(TaskList).focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.look_at_files()
        # Where a run is opened first, nobody sees this screen yet, and the run's curve is awaited.
        if not self._session.opens_run:
            self._refresh_runs()
        self._look_at_machine()
        self.set_interval(_READ_RUNS_EVERY, self._refresh_runs)

    def on_screen_resume(self) -> None:
        """Runs and files may have changed while another screen was on top."""
        if self._begun:
            self.query_one(OwnTasks).look()
            self.look_at_files()
            self._refresh_runs()

    def on_resize(self) -> None:
        """Show only names where there is little room."""
        self.query_one(TaskList).narrow = self.size.width < 100

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
        for key in [key for key in self._known if key[0] in event.other]:
            del self._known[key]
        for recipe in [recipe for recipe in self._baselines if recipe.task in event.other]:
            del self._baselines[recipe]
        if self._described is not None and self._described[0] in event.other:
            self._outdated = self._described
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
        return None if key is None else self._missing.get(key[0]) or self._known.get(key)

    def _show_data(self) -> None:
        key = self._key
        if key is None:
            return
        status = self._missing.get(key[0]) or self._known.get(key)
        if status is None:
            service = self._session.service
            status = Reading(warming_up=service.spare and not service.warm)
            self.set_timer(_DESCRIBE_AFTER, partial(self._describe_if_still, key))
        self.query_one(TaskCard).show_data(status)
        self._show_baselines()
        self.refresh_bindings()

    def _describe_if_still(self, key: DataKey) -> None:
        wanted = key[0] not in self._missing and key not in self._known
        if wanted and key == self._key and self._begun:
            self.describe(key)

    def describe(self, key: DataKey) -> None:
        """Have data described in a thread, which answers by a ``DataKnown``.

        While other data is described, only what is remembered is answered: ask again then.
        """
        if self._described is None:
            self._described = key
            self._describe(key)
        elif key != self._described:
            self._recall(key)

    @work(thread=True, group="describe")
    def _describe(self, key: DataKey) -> None:
        status: DataStatus
        try:
            status = Described(self._session.service.describe(*key))
        except UserError as error:
            status = Unreadable(str(error))
        self.post_message(self.DataKnown(key, status))

    @work(thread=True, group="recall")
    def _recall(self, key: DataKey) -> None:
        description = self._session.service.remembered_description(*key)
        if description is not None:
            self.post_message(self.DataKnown(key, Described(description)))

    @on(DataKnown)
    def _keep_data(self, event: DataKnown) -> None:
        if event.key == self._described:
            self._described = None
        if event.key == self._outdated:
            self._outdated = None
        elif isinstance(event.status, Described):
            self._known[event.key] = event.status
        key = self._key
        if key is not None and key != event.key:
            self._describe_if_still(key)  # it had to wait for what is described now
        elif event.key[0] not in self._missing:
            self.query_one(TaskCard).show_data(event.status)
            self._show_baselines()
            self.refresh_bindings()

    # --- what is to beat

    @property
    def _trained(self) -> Recipe | None:
        """The chosen recipe on the chosen data, once that is described."""
        recipe, variant, key = self._recipe, self._variant, self._key
        described = key is not None and isinstance(self._known.get(key), Described)
        if recipe is None or variant is None or not described:
            return None
        return replace(recipe, data=replace(recipe.data, variant=variant.name))

    def _show_baselines(self) -> None:
        """Show what is known of the data's baselines; have them looked for where nothing is."""
        recipe = self._trained
        if recipe is None:
            return
        if recipe in self._baselines:
            self.query_one(TaskCard).show_baselines(self._baselines[recipe])
        elif self._compared is None:
            self._compared = recipe
            self._look_for_baselines(recipe)

    @work(thread=True, group="baselines")
    def _look_for_baselines(self, recipe: Recipe) -> None:
        service = self._session.service
        found = service.remembered_baselines(recipe)
        # Computing them beside Keras's import would have everything else wait.
        if found is None and service.warm:
            with contextlib.suppress(UserError):  # whoever trains on the data is told
                found = service.baselines(recipe)
        self.post_message(self.BaselinesKnown(recipe, found))

    @on(BaselinesKnown)
    def _keep_baselines(self, event: BaselinesKnown) -> None:
        self._compared = None
        service = self._session.service
        if event.baselines is None and service.spare and not service.warm:
            self.set_timer(_LOOK_WHETHER_WARM, self._show_baselines)
            return
        self._baselines[event.recipe] = event.baselines
        self._show_baselines()

    # --- files, runs, machine

    @work(thread=True, group="files", exclusive=True)
    def look_at_files(self) -> None:
        """Look which files are here; a ``FilesChecked`` answers what was asked last."""
        from kertasks.data.sources.data_files import FileState, find_file, state

        missing: dict[str, NotHere] = {}
        for task in all_tasks():
            states = {name: state(name) for name in task.files}
            if FileState.UNREADABLE in states.values():
                continue  # which shows when the data is described
            wanted = tuple(name for name, found in states.items() if found is not FileState.HERE)
            if wanted:
                bytes_wanted = sum(find_file(name).bytes for name in wanted)
                damaged = FileState.DAMAGED in states.values()
                missing[task.name] = NotHere(wanted, bytes_wanted, damaged)
        if not get_current_worker().is_cancelled:
            self.post_message(self.FilesChecked(missing))

    @on(FilesChecked)
    def _keep_files(self, event: FilesChecked) -> None:
        before, self._missing = self._missing, event.missing
        self._mark_tasks()
        task = self._chosen_task
        if task is not None and before.get(task.name) != event.missing.get(task.name):
            self._show_data()

    def _refresh_runs(self) -> None:
        # Not ``is_current``: that holds under an opaque screen too (Textual 8.2), and what is
        # redrawn there has the screen above sent whole.
        if self.app.screen is self:
            if not self._begun:
                self._begun = True
                self._show_data()
            self.read_runs()
            self.query_one(OwnTasks).look()

    def read_runs(self) -> None:
        """Read the runs, if they are not being read; a ``RunsRead`` answers."""
        if not self._reading_runs:
            self._reading_runs = True
            self._read_runs()

    @cached_property
    def _summaries(self) -> RunSummaries:
        from kertasks.runs.listing import RunSummaries  # not needed before the first paint

        return RunSummaries(self._session.service.store, self._session.over_runs)

    @work(thread=True, group="runs")
    def _read_runs(self) -> None:
        try:
            read = self.RunsRead(self._summaries.read())
        except UserError:  # the screen of the runs says why
            read = self.RunsRead([], readable=False)
        self.post_message(read)

    @on(RunsRead)
    def _keep_runs(self, event: RunsRead) -> None:
        self._reading_runs = False
        if event.runs != self._runs or not self._runs:
            self._runs, self._runs_readable = event.runs, event.readable
            self._mark_tasks()
            self._show_runs()
            self._draw_header()

    @work(thread=True, group="machine")
    def _look_at_machine(self) -> None:
        from kertui.terminal.machine import describe_machine

        self.post_message(self.MachineKnown(describe_machine()))

    @on(MachineKnown)
    def _keep_machine(self, event: MachineKnown) -> None:
        self._machine = event.facts
        self._draw_header()

    def _mark_tasks(self) -> None:
        training = {run.task for run in self._runs if run.state.goes_on}
        self.query_one(TaskList).mark(without_data=self._missing, training=training)

    def _show_runs(self) -> None:
        name = self._chosen_task.name if self._chosen_task is not None else ""
        runs = [run for run in self._runs if run.task == name][:_RUNS_SHOWN]
        self.query_one(TaskCard).show_runs(runs, time())

    def _draw_header(self) -> None:
        running = sum(run.state.goes_on for run in self._runs)
        count = count_of(len(self._runs), running)
        facts = (*self._machine, count if self._runs_readable else "runs cannot be read: R")
        self.query_one(HeaderLine).facts = facts

    # --- actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that would do something now."""
        del parameters
        task = self._chosen_task
        match action:
            case "choose_recipe" | "scroll_card":
                return task is not None
            case "get_data":
                return task is not None and task.name in self._missing
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

    @on(TaskList.FilterChanged)
    def _show_filter(self, event: TaskList.FilterChanged) -> None:
        self.query_one(TaskFilter).query_text = event.text

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
        elif task.name in self._missing:
            self.action_get_data()
        else:
            if variant is not task.variant(recipe.data.variant):
                recipe = replace(recipe, data=replace(recipe.data, variant=variant.name))
            self._open_workbench(task, recipe)

    def _open_workbench(self, task: Task, recipe: Recipe, path: Path | None = None) -> None:
        self.post_message(OpenWorkbench(self, task, recipe, path))

    def action_open_file(self) -> None:
        """Ask for a file of the person's own and open what it is."""
        self.query_one(OwnTasks).ask_for_file(self.query_one(TaskList).filter_text)

    def action_choose_template(self) -> None:
        """Begin a recipe with a template that fits the data on the card."""
        from kertui.tasks_screen.choose_template import ChooseTemplateScreen

        task, variant, status = self._chosen_task, self._variant, self._status
        if task is None or variant is None or not isinstance(status, Described):
            return
        of = None if variant is task.variants[0] else variant.name

        def opened(recipe: Recipe | None) -> None:
            if recipe is not None:
                self._open_workbench(task, recipe)

        self.app.push_screen(ChooseTemplateScreen(task, of, status.description), opened)

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
            has_runs = any(run.task == task.name for run in self._runs)
            self.query_one(OwnTasks).ask_to_delete(task.name, file, has_runs)

    def action_head_to_head(self) -> None:
        """Train two recipes of the task side by side."""
        if self._chosen_task is None or self._recipe is None:
            return
        if self._chosen_task.name in self._missing:
            self.action_get_data()
        else:
            self.post_message(TrainHeadToHead(self, self._chosen_task, self._recipe))

    def action_get_data(self) -> None:
        """Download the files of the chosen task that are missing."""
        from kertui.tasks_screen.download_screen import DownloadScreen

        if self._chosen_task is not None and self._chosen_task.name in self._missing:
            files = self._missing[self._chosen_task.name].files
            self.app.push_screen(DownloadScreen(self._chosen_task.name, files))
