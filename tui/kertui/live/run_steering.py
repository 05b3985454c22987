"""The keys that steer the training shown, with the dialogs some of them ask in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from kertasks.runs.commands import Ask
from kertasks.runs.history import RunHistory
from kertasks.text.numbers import grouped
from kertui.dialogs.ask_number import AskNumberScreen, NumberWanted
from kertui.dialogs.dialog import Choice, Question
from kertui.live.steering_values import (
    current_learning_rate,
    format_learning_rate,
    parse_epochs,
    parse_learning_rate,
)
from kertui.live.training_column import TrainingColumn
from kertui.service.training_service import TrainingService


class RunSteering:
    """Carries out what a person asks of the training shown.

    Args:
        screen: over which it asks.
        service: writes the commands and resumes.
        first_rate: gives the learning rate the training shown begins with; None where it is
            not known.
    """

    def __init__(
        self,
        screen: Screen[None],
        service: TrainingService,
        first_rate: Callable[[], float | None],
    ) -> None:
        self._screen = screen
        self._service = service
        self._first_rate = first_rate

    @property
    def _training(self) -> TrainingColumn:
        return self._screen.query_one(TrainingColumn)

    def allows(self, name: str) -> bool:
        """Whether a command makes sense now."""
        if name == Ask.EPOCHS and self._training.can_extend:
            return True
        return self._training.allows(Ask(name))

    def carry_out(self, name: str) -> None:
        """Ask the trainer, after a dialog where a command needs one."""
        match ask := Ask(name):
            case Ask.LEARNING_RATE:
                self._ask_learning_rate()
            case Ask.EPOCHS:
                self._ask_epochs()
            case Ask.KILL:
                self._ask_to_kill()
            case _:
                self._send(ask)

    def resume(self) -> None:
        """Go on with a training that is over."""
        self._training.resume(self._service)

    def _send(self, name: Ask, value: float | None = None) -> None:
        self._training.ask(self._service, name, value)

    def _ask_learning_rate(self) -> None:
        now = current_learning_rate(self._training.history)
        if now is None:
            now = self._first_rate()
        said = "" if now is None else f"It is {format_learning_rate(now)} now. "
        wanted = NumberWanted(
            title="Learning rate",
            text=f"{said}The new one counts from the next batch on.",
            value="" if now is None else format_learning_rate(now),
            parse=parse_learning_rate,
            format=format_learning_rate,
            verb="change it",
        )

        def answered(value: float | None) -> None:
            if value is not None:
                self._send(Ask.LEARNING_RATE, value)

        self._screen.app.push_screen(AskNumberScreen(wanted), answered)

    def _ask_epochs(self) -> None:
        history = self._training.history
        done = history.last.epoch if history.last is not None else 0
        extends = self._training.can_extend
        wanted = NumberWanted(
            title="Epochs in all",
            text=_on_epochs(done, extends),
            value=str(history.planned or ""),
            parse=partial(parse_epochs, least=done + 1 if extends else 1),
            format=lambda value: str(int(value)),
            verb="train on" if extends else "change it",
        )

        def answered(value: float | None) -> None:
            if value is None:
                return
            # It may have ended, or gone on, while the person typed.
            if self._training.can_extend:
                self._training.resume(self._service, int(value))
            else:
                self._send(Ask.EPOCHS, int(value))

        self._screen.app.push_screen(AskNumberScreen(wanted), answered)

    def _ask_to_kill(self) -> None:
        question = Question(
            "Kill this training?",
            f"Its process ends at once; what it has not saved is gone. {_kept(self._history)}",
            [
                Choice(False, "Leave it as it is", "nothing changes"),
                Choice(True, "Kill it", "s stops it in good order instead, and keeps its weights"),
            ],
        )

        def answered(kill: bool | None) -> None:
            if kill:
                self._send(Ask.KILL)

        self._screen.app.push_screen(question, answered)

    @property
    def _history(self) -> RunHistory:
        return self._training.history


def _on_epochs(done: int, extends: bool) -> str:
    if extends:
        return f"{_count(done)} done. With more than that it trains on, from its last checkpoint."
    if not done:
        return "None is done yet. The epoch under way is always finished."
    return f"{_count(done)} done. With no more than that it ends after the epoch under way."


def _count(done: int) -> str:
    return f"{grouped(done)} {'is' if done == 1 else 'are'}"


def _kept(history: RunHistory) -> str:
    place = history.checkpoint
    if place is None:
        return "There is no checkpoint yet: it could only be begun again."
    within = f", step {grouped(place.step)}" if place.step else ""
    return (
        f"Its last checkpoint, of epoch {grouped(place.epoch)}{within}, stays: r resumes it there."
    )
