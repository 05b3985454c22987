"""Commands to a run's trainer: written in threads, and remembered until they are answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual.message import Message
from textual.widget import Widget

from kertasks.errors import UserError
from kertasks.runs.commands import Ask
from kertasks.runs.events import Control
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory

_NOT_DONE = {
    Ask.PAUSE: "not paused",
    Ask.RESUME: "it does not go on",
    Ask.EPOCH: "no epoch was trained",
    Ask.BATCH: "no batch was trained",
    Ask.LEARNING_RATE: "the learning rate was not changed",
    Ask.EPOCHS: "the number of epochs was not changed",
    Ask.SAVE: "not saved",
    Ask.STOP: "not stopped",
    Ask.STOP_BEST: "not stopped",
    Ask.KILL: "not killed",
}


@dataclass(eq=False, slots=True)
class Asking:
    """A command on its way."""

    name: Ask
    number: int | None = None
    """None until it is in the control file."""


class RunCommands:
    """Asks, and knows what is not answered yet.

    Args:
        widget: whose thread workers write, and who gets the messages.
    """

    @dataclass
    class Asked(Message):
        """A command is in the control file."""

        run: RunFolder
        asking: Asking
        number: int

    @dataclass
    class NotAsked(Message):
        """A command could not even be written."""

        run: RunFolder
        asking: Asking
        reason: UserError

    @dataclass
    class Killed(Message):
        """The trainer's process is gone."""

        run: RunFolder
        asking: Asking

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._open: list[Asking] = []

    @property
    def latest(self) -> Ask | None:
        """What was asked last of that which is not answered yet."""
        return self._open[-1].name if self._open else None

    def forget(self) -> None:
        """Another run is shown: the answers of this one are nobody's here."""
        self._open.clear()

    def ask(self, run: RunFolder, name: Ask, value: float | None = None) -> None:
        """Write a command; one of the same name that is not answered yet is enough."""
        if any(asking.name is name for asking in self._open):
            return
        asking = Asking(name)
        self._open.append(asking)
        work = partial(self._kill, run, asking) if name is Ask.KILL else None
        self._work(work or partial(self._ask, run, asking, value))

    def _work(self, work: Callable[[], None]) -> None:
        self._widget.run_worker(work, name="command", group="command", thread=True)

    def _ask(self, run: RunFolder, asking: Asking, value: float | None) -> None:
        try:
            number = run.ask(asking.name, value).number
        except UserError as error:
            self._widget.post_message(self.NotAsked(run, asking, error))
        else:
            self._widget.post_message(self.Asked(run, asking, number))

    def _kill(self, run: RunFolder, asking: Asking) -> None:
        from kertasks.runs.ask_and_wait import kill

        try:
            kill(run)
        except UserError as error:
            self._widget.post_message(self.NotAsked(run, asking, error))
        else:
            self._widget.post_message(self.Killed(run, asking))

    def written(self, event: Asked) -> None:
        """A command is written; its answer may have come before this was known."""
        event.asking.number = event.number

    def close(self, asking: Asking) -> None:
        """Nothing more is awaited of a command."""
        if asking in self._open:
            self._open.remove(asking)

    def take_answers(self, history: RunHistory) -> list[Control]:
        """The answers in a history to what was asked here, each once."""
        answers = []
        for asking in list(self._open):
            answer = _answer_to(asking, history)
            if answer is not None:
                self._open.remove(asking)
                answers.append(answer)
        return answers

    def take_end(self) -> list[Ask]:
        """What will not be answered any more, because the run is over."""
        over = [asking for asking in self._open if asking.name is not Ask.KILL]
        for asking in over:
            self._open.remove(asking)
        return [asking.name for asking in over]


def _answer_to(asking: Asking, history: RunHistory) -> Control | None:
    if asking.number is None:
        return None
    for control in reversed(history.controls):
        if control.number == asking.number:
            return control
        if control.number < asking.number:
            break
    return None


def not_done(name: str, reason: str) -> str:
    """One line on a command that was not carried out."""
    words = _NOT_DONE.get(Ask(name), name) if name in set(Ask) else name
    return f"{words[:1].upper()}{words[1:]}: {reason}"
