"""What is known of the tasks' data: read in threads, kept, and told."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.registry import all_tasks
from kertasks.task import Task
from kertui.session import Session
from kertui.tasks_screen.task_card import DataStatus, Described, NotHere, Unreadable

if TYPE_CHECKING:
    from kertasks.scores.run_baselines import RunBaselines

DataKey: TypeAlias = tuple[str, str, int]
"""What data a description is of: task, variant and seed."""


class KnownData(Widget):
    """Has data described, compared with what learns next to nothing, and looked for; one request of
    each kind at a time, since a thread cannot be called back. Never seen itself.

    Args:
        session: its service describes data.
    """

    DEFAULT_CSS = """
    KnownData { display: none; }
    """

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

        before: Mapping[str, NotHere]
        """The same, as it was known before."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._service = session.service
        self.missing: Mapping[str, NotHere] = {}
        """What is missing of data, by the name of the task."""

        self.baselines: dict[Recipe, RunBaselines | None] = {}
        """What to compare networks with, by the recipe whose data it is of."""

        self._known: dict[DataKey, DataStatus] = {}
        self._described: DataKey | None = None
        """The data that a thread is describing now, if any."""

        self._outdated: DataKey | None = None
        """The same, where it is of a task's data as it was before."""

        self._compared: Recipe | None = None
        """The recipe whose baselines a thread looks for now, if any."""

    def status(self, key: DataKey) -> DataStatus | None:
        """What is known of data; None for nothing."""
        return self.missing.get(key[0]) or self._known.get(key)

    def is_described(self, key: DataKey) -> bool:
        """Whether its description is known, be its files still here or not."""
        return isinstance(self._known.get(key), Described)

    def forget(self, tasks: Collection[str]) -> None:
        """Know nothing of the data of tasks that are not what they were."""
        for key in [key for key in self._known if key[0] in tasks]:
            del self._known[key]
        for recipe in [recipe for recipe in self.baselines if recipe.task in tasks]:
            del self.baselines[recipe]
        if self._described is not None and self._described[0] in tasks:
            self._outdated = self._described

    # Descriptions

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
            status = Described(self._service.describe(*key))
        except UserError as error:
            status = Unreadable(str(error))
        self.post_message(self.DataKnown(key, status))

    @work(thread=True, group="recall")
    def _recall(self, key: DataKey) -> None:
        # Whoever asks again has it described, and is told of a task that is none any more.
        with contextlib.suppress(UserError):
            description = self._service.remembered_description(*key)
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

    # What is to beat

    def look_for_baselines(self, recipe: Recipe) -> None:
        """Have the baselines of a recipe's data looked for, unless those of another are."""
        if self._compared is None:
            self._compared = recipe
            self._look_for_baselines(recipe)

    @work(thread=True, group="baselines")
    def _look_for_baselines(self, recipe: Recipe) -> None:
        found: RunBaselines | None = None
        # Whoever trains on the data is told; the file of a person's own task may be gone by now.
        with contextlib.suppress(UserError):
            found = self._service.remembered_baselines(recipe)
            # Computing them beside Keras's import would have everything else wait.
            if found is None and self._service.warm:
                found = self._service.baselines(recipe)
        self.post_message(self.BaselinesKnown(recipe, found))

    @on(BaselinesKnown)
    def _keep_baselines(self, event: BaselinesKnown) -> None:
        self._compared = None
        is_early = self._service.spare and not self._service.warm
        if event.baselines is not None or not is_early:
            self.baselines[event.recipe] = event.baselines

    # Files

    @work(thread=True, group="files", exclusive=True)
    def look_at_files(self) -> None:
        """Look which files are here; a ``FilesChecked`` answers what was asked last."""
        missing: dict[str, NotHere] = {}
        for task in all_tasks():
            # What a task is wrong about shows when its data is described.
            with contextlib.suppress(UserError):
                if (not_here := _not_here(task)) is not None:
                    missing[task.name] = not_here
        if not get_current_worker().is_cancelled:
            self.post_message(self.FilesChecked(missing, self.missing))

    @on(FilesChecked)
    def _keep_files(self, event: FilesChecked) -> None:
        self.missing = event.missing


def _not_here(task: Task) -> NotHere | None:
    """What is missing of a task's files; None for nothing, and where that cannot be told.

    Raises:
        UnknownDataFile: a file is none that kertui knows.
    """
    from kertasks.data.sources.data_files import FileState, find_file, state

    states = {name: state(name) for name in task.files}
    if FileState.UNREADABLE in states.values():
        return None  # which shows when the data is described
    wanted = tuple(name for name, found in states.items() if found is not FileState.HERE)
    if not wanted:
        return None
    bytes_wanted = sum(find_file(name).bytes for name in wanted)
    return NotHere(wanted, bytes_wanted, damaged=FileState.DAMAGED in states.values())
