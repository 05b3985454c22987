"""The tasks there are, as their files come and go, and what is done with a person's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.widget import Widget

from kertasks.errors import UserError
from kertasks.kinds import Group
from kertasks.own_tasks.found_tasks import BrokenTask
from kertasks.registry import all_tasks, broken_tasks, built_in_tasks
from kertasks.task import Task
from kertasks.text.numbers import short_path
from kertui.session import OpenData, OpenWorkbench

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from kertui.dialogs.open_file import FoundFile


class OwnTasks(Widget):
    """Tells its screen which tasks there are, when that has changed; opens, edits and deletes those
    that are a person's own. Never seen."""

    DEFAULT_CSS = """
    OwnTasks { display: none; }
    """

    @dataclass
    class TasksFound(Message):
        """Other tasks are there than were told before."""

        other: frozenset[str]
        """The names of those that came or are not what they were."""

    class OwnKnown(Message):
        """It is known for the first time whether any task is a person's own."""

    @dataclass
    class _Looked(Message):
        tasks: tuple[Task, ...]
        broken: tuple[BrokenTask, ...]

    @dataclass
    class _Deleted(Message):
        text: str
        failed: bool

    def __init__(self) -> None:
        super().__init__()
        # To find a person's own may take processes, which no first screen waits for.
        self.tasks: tuple[Task, ...] = built_in_tasks()
        """All that were found, in the order to show: kertui's own before the first look."""

        self.broken: tuple[BrokenTask, ...] = ()
        """Those whose files are wrong."""

        self._looking = self._has_looked = False

    # Which there are

    @property
    def has_own(self) -> bool:
        """Whether any of them is a person's own, be its file wrong or not; before the first look
        one may be."""
        found = any(task.group is Group.YOURS for task in self.tasks)
        return found or bool(self.broken) or not self._has_looked

    def look(self) -> None:
        """Look again, in a thread, unless one does already."""
        if not self._looking:
            self._looking = True
            self._look()

    @work(thread=True, group="tasks")
    def _look(self) -> None:
        self.post_message(self._Looked(all_tasks(), broken_tasks()))

    @on(_Looked)
    def _take_tasks(self, event: _Looked) -> None:
        event.stop()
        self._looking = False
        before = {id(task) for task in self.tasks}
        gone = len(event.tasks) != len(self.tasks)
        other = frozenset(task.name for task in event.tasks if id(task) not in before)
        first, self._has_looked = not self._has_looked, True
        if other or gone or event.broken != self.broken:
            self.tasks, self.broken = event.tasks, event.broken
            self.post_message(self.TasksFound(other))
        if first:
            self.post_message(self.OwnKnown())

    # What is done with them

    def ask_for_file(self, typed: str) -> None:
        """Ask for a file of the person's own and open what it is.

        Args:
            typed: the path that is proposed, where it is one.
        """
        from kertui.dialogs.open_file import OpenFileScreen

        start = typed if "/" in typed or "." in typed else ""
        self.app.push_screen(OpenFileScreen(start), self.open)

    def open(self, found: FoundFile | None) -> None:
        """Show what a file is; nothing for None."""
        from kertui.dialogs.open_file import DataFile, DataTaskFile, RecipeFile

        match found:
            case RecipeFile(recipe, path, task):
                self._ask(OpenWorkbench(self.screen, task, recipe, path))
            case DataTaskFile(path):
                self.edit(path)
            case DataFile(path):
                self._ask(OpenData(self.screen, path))

    def edit(self, file: Path) -> None:
        """Show what a task's file says of its data, to be changed."""
        from kertasks.own_tasks.kept_tasks import file_of

        kept = file == file_of(file.stem)
        self._ask(OpenData(self.screen, file, file, is_kept=kept))

    def _ask(self, message: OpenWorkbench | OpenData) -> None:
        # A message that is made in a handler of the screen, as where Enter on a row asked for the
        # file, goes up no further than to the screen: it is the sender.
        self.screen.post_message(message)

    def ask_to_delete(self, name: str, file: Path, has_runs: bool) -> None:
        """Move a task's file among the deleted ones, after asking."""
        from kertui.dialogs.dialog import Choice, Question

        def answered(delete: bool | None) -> None:
            if delete:
                self._delete(name, file)

        runs = "Its data and its runs stay." if has_runs else "Its data stays."
        choices = [
            Choice(False, "Keep it", "nothing changes"),
            Choice(True, "Delete it", "its file is moved among the deleted ones"),
        ]
        self.app.push_screen(Question(f"Delete the task {name}?", runs, choices), answered)

    @work(thread=True, group="delete task")
    def _delete(self, name: str, file: Path) -> None:
        from kertasks.own_tasks.kept_tasks import delete

        try:
            place = delete(file)
            event = self._Deleted(f"{name} is deleted; {short_path(place)} keeps it.", False)
        except UserError as error:
            event = self._Deleted(str(error), True)
        self.post_message(event)

    @on(_Deleted)
    def _tell_deleted(self, event: _Deleted) -> None:
        event.stop()
        severity: SeverityLevel = "error" if event.failed else "information"
        self.notify(event.text, severity=severity, markup=False)
        self.look()


def own_file(task: Task | BrokenTask | None) -> Path | None:
    """The file of the home that says a task of data, as it was when the tasks were looked for; None
    where none does."""
    if isinstance(task, BrokenTask):
        return task.path if task.path.suffix == ".toml" else None
    return None if task is None else task.file


def broken_words(task: BrokenTask) -> str:
    """What is wrong with a task's file, and what a person can do about it."""
    what = "The list follows the file: mend it, and it is a task."
    if own_file(task) is not None:
        what += " Delete moves it away."
    return f"{task.why}\n\n{short_path(task.path)}\n{what}"
