"""Looks at data of a person's own and tells what was seen in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.widget import Widget

from kertasks.errors import UserError
from kertasks.own_tasks import kept_tasks
from kertasks.own_tasks.data_task import DataTask, OwnData
from kertasks.registry import all_tasks, broken_tasks
from kertasks.tables.table_requests import DataLook
from kertui.service.table_process import TableProcess


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at in a thread."""

    path: Path
    data: OwnData | None
    """As it is to be used; None to find that out."""


class DataLooker(Widget):
    """Reads what a task's file says of data, and has a process of its own look at the data, one
    look at a time. Never seen itself."""

    DEFAULT_CSS = """
    DataLooker { display: none; }
    """

    @dataclass
    class TaskRead(Message):
        """The task's file was read, or why not."""

        task: DataTask | None
        trouble: str = ""

    @dataclass
    class Begun(Message):
        """It is known how large the file is that is looked at, and which names are taken."""

        bytes: int
        taken: frozenset[str]

    @dataclass
    class Looked(Message):
        """What was seen in the data."""

        asked: Asked
        look: DataLook

    @dataclass
    class NotLooked(Message):
        """Why nothing could be seen in the data."""

        asked: Asked
        trouble: str

    def __init__(self) -> None:
        super().__init__()
        self.asked: Asked | None = None
        """What is looked at now."""

        self.bytes = 0
        """Of the file that was looked at last; 0 for a folder."""

        self.taken: frozenset[str] = frozenset()
        """Names of tasks, as they were then."""

        self._process: TableProcess | None = None
        self._gone = False

    def on_unmount(self) -> None:
        """End the process: nobody waits for it any more."""
        self._gone = True
        if self._process is not None:
            self._process.close()

    @work(thread=True, group="task")
    def read_task(self, file: Path) -> None:
        """Read a task's file; a ``TaskRead`` answers."""
        try:
            task = kept_tasks.read_absolute(file)
        except UserError as error:
            read = self.TaskRead(None, str(error))
        else:
            read = self.TaskRead(task)
        self.post_message(read)

    def look(self, asked: Asked) -> None:
        """Look at data, unless something is looked at already: ask again when that is told."""
        if self.asked is None:
            self.asked = asked
            self._look_at(asked)

    @work(thread=True, group="look")
    def _look_at(self, asked: Asked) -> None:
        try:
            bytes = asked.path.stat().st_size if asked.path.is_file() else 0
        except (OSError, ValueError):
            bytes = 0  # whoever opens it says why
        names = [*(task.name for task in all_tasks()), *(task.name for task in broken_tasks())]
        self.post_message(self.Begun(bytes, frozenset(names)))
        try:
            if self._process is None:
                self._process = TableProcess()
            if self._gone:
                self._process.close()
                return
            look = self._process.look_at(asked.path, asked.data)
        except UserError as error:
            self.post_message(self.NotLooked(asked, str(error)))
        else:
            self.post_message(self.Looked(asked, look))

    @on(Begun)
    def _take_begin(self, event: Begun) -> None:
        self.bytes, self.taken = event.bytes, event.taken

    @on(Looked)
    @on(NotLooked)
    def _rest(self) -> None:
        self.asked = None
