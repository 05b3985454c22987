"""A dialog that asks for a path and says what is wrong with it in place.

Folders and files are read and written in threads, because some answer late or never: those of a
network. A late answer to what was asked before does nothing.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from kertasks.text.numbers import short_path
from kertui.dialogs.dialog import Dialog
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for

_MOST_LINES = 6
_MOST_NAMES = 24
_PATIENCE = 0.3
"""Seconds before it is said that something is being read or written."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why the path cannot be used."""

    text: str


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """Another file has the path, and would be written over."""

    path: Path


def toml_target(
    path: Path, confirmed: Path | None, own: Path | None = None
) -> Path | Mistake | AlreadyThere:
    """Where a TOML file is to be written: the path, with the ending it lacks.

    Args:
        path: what a person named.
        confirmed: the file that they agreed to have written over, if any.
        own: a file that is written over without asking.

    Raises:
        OSError: it cannot be looked at.
    """
    if path.is_dir():
        return Mistake(f"{short_path(path)} is a folder; a file name is needed")
    if path.suffix != ".toml":
        path = path.with_name(f"{path.name}.toml")
    is_own = own is not None and os.path.realpath(path) == os.path.realpath(own)
    if path.exists() and path != confirmed and not is_own:
        return AlreadyThere(path)
    return path


def not_written(path: Path, error: OSError) -> Mistake:
    """Why a path cannot be written."""
    return Mistake(f"{short_path(path)} cannot be written: {(error.strerror or 'unknown').lower()}")


@dataclass(frozen=True, slots=True)
class Completed:
    """The path as far as it can be completed, and what would fit."""

    text: str
    names: Sequence[str]
    """The names that fit what was typed."""


Used = TypeVar("Used")
"""What came of using a path."""

Answer: TypeAlias = Used | Mistake | AlreadyThere | Completed


@dataclass(frozen=True, slots=True)
class _Job:
    """What is being done about a path in a thread."""

    doing: str
    text: str


class AskPathScreen(Dialog[Used], Generic[Used]):
    """Asks for a path, and stays open until it can be used or the person gives up.

    Args:
        heading: what the path is for.
        verb: what Enter does with it.
        doing: what is being done while a thread uses it.
        path: what is proposed.
        suffix: the ending of the names that are completed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False, id="path.complete",
                tooltip="Complete the path as far as it is the only one."),
    ]  # fmt: skip
    AUTO_FOCUS = "Input"

    @dataclass
    class JobDone(Message):
        """A thread is done with a job; this is its answer."""

        job: _Job
        answer: Answer[Any]

    def __init__(
        self, heading: str, verb: str, doing: str, path: str, suffix: str = ".toml"
    ) -> None:
        keys = [("enter", verb), ("tab", "complete"), ("escape", "cancel")]
        super().__init__(heading, keys=keys)
        self._doing = doing
        self._path = path
        self._suffix = suffix
        self._pending: _Job | None = None
        """None once it is done, or its answer is not wanted any more."""

        self._late: AskPathScreen.JobDone | None = None
        """What was answered under another screen."""

        self._confirmed: Path | None = None
        """A file that was said to be there already."""

    def compose_body(self) -> ComposeResult:
        """Build the field, and room for what is said of its path."""
        yield TextField(self._path, compact=True, select_on_focus=False)
        yield Static(id="dialog-say", markup=False)

    def on_mount(self) -> None:
        """Put the cursor at the end of what is proposed."""
        self._input.cursor_position = len(self._path)

    @abstractmethod
    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> Used | Mistake | AlreadyThere:
        """Use the path, or say what is wrong. Runs in a thread.

        Args:
            path: what was typed.
            confirmed: a file that may be written over.
            wanted: whether the person still waits for it.
        """

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def say(self, text: str, wrong: bool) -> None:
        """Say something under the path; it stays until the path is changed."""
        style = "$error" if wrong else "$dim"
        lines = text.splitlines()
        if len(lines) > _MOST_LINES:
            left = len(lines) - _MOST_LINES
            lines = [*lines[:_MOST_LINES], f"and {left} more"]
        self.query_one("#dialog-say", Static).update(Content.styled("\n".join(lines), style))

    @on(Input.Changed)
    def change_path(self, event: Input.Changed) -> None:
        """Forget what was said of another path, and what was to be done with it."""
        event.stop()
        self._forget()

    def _forget(self) -> None:
        self._pending = self._confirmed = None
        self.say("", wrong=False)

    @on(Input.Submitted)
    def use_path(self, event: Input.Submitted) -> None:
        """Use the path that was typed, or say what is wrong with it."""
        event.stop()
        text = event.value.strip()
        if not text:
            self.say("a path is needed", wrong=True)
            return
        job = _Job(self._doing, text)
        confirmed, wanted = self._confirmed, partial(self._is_pending, job)
        self._start(job, lambda: self.try_path(typed_path(text), confirmed, wanted))

    def action_complete(self) -> None:
        """Complete the path as a shell does; say what there is where it is not unique."""
        text = self._input.value

        def find() -> Completed | Mistake:
            try:
                return Completed(*complete(text, self._suffix))
            except OSError as error:
                where = short_path(error.filename or text)
                return Mistake(f"{where} cannot be listed: {(error.strerror or 'unknown').lower()}")

        self._start(_Job("reading the folder", text), find)

    def action_cancel(self) -> None:
        """Leave the dialog; what is still pending is not wanted any more."""
        if self.app.screen is self:
            self._pending = None
            self.dismiss(None)

    # In a thread

    def _is_pending(self, job: _Job) -> bool:
        return self._pending == job

    def _start(self, job: _Job, find_answer: Callable[[], Answer[Used]]) -> None:
        if self._is_pending(job):
            return  # threads that wait for a network would pile up

        def work() -> None:
            self.post_message(self.JobDone(job, find_answer()))

        self._pending = job
        self.run_worker(work, thread=True, group="path", name=job.doing)
        self.set_timer(_PATIENCE, partial(self._say_doing, job))

    def _say_doing(self, job: _Job) -> None:
        if self._is_pending(job):
            self.say(f"{job.doing} {glyphs_for(self.app).ellipsis}", wrong=False)

    @on(JobDone)
    def take_answer(self, event: JobDone) -> None:
        """Use or tell the answer, unless another path was typed meanwhile."""
        if not self._is_pending(event.job):
            return
        if self.app.screen is not self:
            self._late = event  # leaving now would close the screen on top
            return
        self._pending = None
        match event.answer:
            case Mistake(text):
                self.say(text, wrong=True)
            case AlreadyThere(path):
                self._confirmed = path
                there = f"{short_path(path)} is already there. Enter once more writes over it."
                self.say(there, wrong=True)
            case Completed(text, names):
                self._show_completed(text, names)
            case used:
                self.dismiss(used)

    def on_screen_resume(self) -> None:
        """Use the answer that came while another screen was on top."""
        if self._late is not None:
            late, self._late = self._late, None
            self.take_answer(late)

    def _show_completed(self, text: str, names: Sequence[str]) -> None:
        if text != self._input.value:
            with self.prevent(Input.Changed):  # its handler comes after what is said here
                self._input.value = text
            self._forget()
        self._input.cursor_position = len(text)
        if len(names) > 1:
            left = len(names) - _MOST_NAMES
            more = f"   and {left} more" if left > 0 else ""
            self.say("   ".join(names[:_MOST_NAMES]) + more, wrong=False)


def typed_path(text: str) -> Path:
    """The path that is meant; a ``~`` of nobody stays as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - pathlib's raises for a ``~`` of nobody


def complete(text: str, suffix: str | tuple[str, ...] = ".toml") -> tuple[str, list[str]]:
    """The text with as much added as is certain, and the names that fit. Reads the folder.

    Folders count, and files that end in ``suffix`` or in one of them, in capitals or not; hidden
    ones only when a dot was typed.

    Raises:
        OSError: the folder is there and cannot be listed.
    """
    folder_text, name = os.path.split(text)
    try:
        with os.scandir(typed_path(folder_text)) as entries:
            fitting = sorted(
                entry.name + ("/" if _is_folder(entry) else "")
                for entry in entries
                if entry.name.startswith(name)
                and (name.startswith(".") or not entry.name.startswith("."))
                and (entry.name.casefold().endswith(suffix) or _is_folder(entry))
            )
    except FileNotFoundError:
        return text, []
    if not fitting:
        return text, []
    common = os.path.commonprefix(fitting)  # noqa: RUF071 - letters of one name, not folders
    # pathlib would drop the "./" or "~" that was typed.
    return os.path.join(folder_text, common) if folder_text else common, fitting  # noqa: PTH118


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Mostly known from the listing; a link is followed, and one to nowhere is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False
