"""Reads, in threads, what the first screen shows: data, files, runs, the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeAlias

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.registry import all_tasks
from kertui.session import Session
from kertui.tasks_screen.data_status import DataStatus, Described, NotHere, Unreadable

if TYPE_CHECKING:
    from kertasks.runs.listing import RunSummaries
    from kertasks.runs.summary import RunSummary

DataKey: TypeAlias = tuple[str, str, int]
"""Task, variant, seed."""


class TaskReader:
    """Answers by messages. What may take long is done for one request at a time.

    A thread cannot be called back: those that wait for each other would only grow in number.

    Args:
        session: its service describes data, its store has the runs.
        screen: gets the messages, and lends its threads.
    """

    @dataclass
    class DataKnown(Message):
        """A task's data was described, or cannot be."""

        key: DataKey
        status: DataStatus

    @dataclass
    class FilesChecked(Message):
        """It is known which tasks' files are not here."""

        missing: dict[str, NotHere]
        """By task."""

    @dataclass
    class RunsRead(Message):
        """The runs, newest first."""

        runs: list[RunSummary]

    @dataclass
    class MachineKnown(Message):
        """What the machine is."""

        facts: list[str]

    def __init__(self, session: Session, screen: Screen[None]) -> None:
        self._screen = screen
        self._service = session.service
        self._over_runs = session.over_runs
        self._described: DataKey | None = None
        """What is being described."""

        self._reading_runs = False

    def _work(self, group: str, work: Callable[[], None], exclusive: bool = False) -> None:
        self._screen.run_worker(work, thread=True, group=group, name=group, exclusive=exclusive)

    # --- data

    def describe(self, key: DataKey) -> None:
        """Have data described; a ``DataKnown`` answers.

        While other data is described, only what is remembered is answered: ask again then.
        """
        if self._described is None:
            self._described = key
            self._work("describe", partial(self._describe, key))
        elif key != self._described:
            self._work("recall", partial(self._recall, key))

    def described(self, key: DataKey) -> None:
        """A ``DataKnown`` has come: other data can be described if it was the one awaited."""
        if key == self._described:
            self._described = None

    def _describe(self, key: DataKey) -> None:
        status: DataStatus
        try:
            status = Described(self._service.describe(*key))
        except UserError as error:
            status = Unreadable(str(error))
        self._screen.post_message(self.DataKnown(key, status))

    def _recall(self, key: DataKey) -> None:
        description = self._service.remembered_description(*key)
        if description is not None:
            self._screen.post_message(self.DataKnown(key, Described(description)))

    # --- files

    def look_at_files(self) -> None:
        """Look which files are here; a ``FilesChecked`` answers what was asked last."""
        self._work("files", self._look_at_files, exclusive=True)

    def _look_at_files(self) -> None:
        from kertasks.data.sources.data_files import FileState, find_file, state

        missing: dict[str, NotHere] = {}
        for task in all_tasks():
            try:
                states = {name: state(name) for name in task.files}
            except UserError:
                continue  # an unreadable cache shows when the data is described
            wanted = tuple(name for name, found in states.items() if found is not FileState.HERE)
            if wanted:
                bytes_wanted = sum(find_file(name).bytes for name in wanted)
                damaged = FileState.DAMAGED in states.values()
                missing[task.name] = NotHere(wanted, bytes_wanted, damaged)
        if not get_current_worker().is_cancelled:
            self._screen.post_message(self.FilesChecked(missing))

    # --- runs

    def read_runs(self) -> None:
        """Read the runs, if they are not being read; a ``RunsRead`` answers."""
        if not self._reading_runs:
            self._reading_runs = True
            self._work("runs", self._read_runs)

    def runs_taken(self) -> None:
        """A ``RunsRead`` has come: the runs can be read again."""
        self._reading_runs = False

    @cached_property
    def _summaries(self) -> RunSummaries:
        from kertasks.runs.listing import RunSummaries  # not needed before the first paint

        return RunSummaries(self._service.store, self._over_runs)

    def _read_runs(self) -> None:
        self._screen.post_message(self.RunsRead(self._summaries.read()))

    # --- machine

    def look_at_machine(self) -> None:
        """Look what the machine is; a ``MachineKnown`` answers."""
        self._work("machine", self._look_at_machine)

    def _look_at_machine(self) -> None:
        from kertui.terminal.machine import describe_machine

        self._screen.post_message(self.MachineKnown(describe_machine()))
