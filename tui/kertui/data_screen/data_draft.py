"""The task of data under edit: what it was before each change, and whether a file has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from kertasks.own_tasks.data_task import DataTask, OwnData
from kertasks.tables.table import Table


@dataclass
class DataDraft:
    """A task of data as a person has it now."""

    task: DataTask
    """Its data's path is absolute."""

    name: str
    """Of the task, once it is kept."""

    file: Path | None = None
    """The file of the home that it is kept in; None for one that is not kept yet."""

    saved: DataTask | None = None
    """What a file says, or what was found in the data; no change of it can be lost."""

    _before: list[tuple[DataTask, str]] = field(default_factory=list)

    @property
    def data(self) -> OwnData:
        """What is said of the data."""
        return self.task.data

    @property
    def table(self) -> Table:
        """The same of a table; nobody asks for it of anything else."""
        assert isinstance(self.task.data, Table)  # noqa: S101
        return self.task.data

    @property
    def changed(self) -> bool:
        """Whether there are changes that are in no file."""
        return self.saved is not None and self.saved != self.task and bool(self._before)

    @property
    def count(self) -> int:
        """How many changes can be taken back."""
        return len(self._before)

    def change(self, task: DataTask, name: str | None = None) -> None:
        """Have another task, which ``undo`` takes back."""
        name = self.name if name is None else name
        if (task, name) != (self.task, self.name):
            self._before.append((self.task, self.name))
            self.task, self.name = task, name

    def change_data(self, data: OwnData) -> None:
        """Take other data into the task, which can be undone."""
        self.change(replace(self.task, data=data))

    def take_seen(self, data: OwnData) -> None:
        """Have what was seen besides what a person said of it; no change of theirs."""
        unchanged = self.saved == self.task
        if type(data) is not type(self.data):
            self._before.clear()  # of what is no more said of this path
        self.task = replace(self.task, data=data)
        if unchanged:
            self.saved = self.task

    def undo(self) -> None:
        """Take the last change back."""
        if self._before:
            self.task, self.name = self._before.pop()
