"""Has advice given on the recipe under edit and its fixes tried, and tells what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from textual import on, work
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.tried_fix import TriedFix
from kertui.service.adviser import MadeWay
from kertui.service.training_service import TrainingService

_Answer = TypeVar("_Answer")

_AFTER_CHANGE = 0.3
"""Seconds after the last change of a recipe: who types on is not answered in between."""

_FINDINGS_STAND = 1.5
"""Seconds after which a fix is tried: who goes on editing wants other ones."""

_LOOK_AGAIN = 0.5
"""Seconds between two looks whether the process that advises may be started."""

_AFTER_TRAINING = 2.0
"""Seconds between two looks whether a training is over."""


class AdviceReader(Widget):
    """Asks about one recipe at a time, and of those that come meanwhile about the last. Never seen
    itself.

    Args:
        service: whose process gives the advice.
    """

    DEFAULT_CSS = """
    AdviceReader { display: none; }
    """

    @dataclass
    class AdviceRead(Message):
        """What was found in a recipe, or why nothing could be."""

        recipe: Recipe
        answer: tuple[Finding, ...] | UserError

    class TrialBegun(Message):
        """A fix is being tried: ``trial`` says which."""

    @dataclass
    class TrialEnded(Message):
        """A fix was tried, could not be, or was given up (None)."""

        recipe: Recipe
        finding: Finding
        answer: TriedFix | UserError | None

    def __init__(self, service: TrainingService) -> None:
        super().__init__()
        self._service = service
        self.recipe: Recipe | None = None
        """What advice is wanted on."""

        self.trial: tuple[Recipe, Finding] | None = None
        """Whose fix is being tried, and of which recipe."""

        self._asked: Recipe | None = None
        """What is being asked about."""

        self._timer: Timer | None = None
        self._trial_timer: Timer | None = None

    def want(self, recipe: Recipe | None) -> None:
        """Have advice given on this recipe from now on; on none for None."""
        if recipe == self.recipe:
            return
        self.recipe = recipe
        self._stop_timers()
        if recipe is None:
            return
        known = self._service.adviser.known(recipe)
        if known is not None:
            self.post_message(self.AdviceRead(recipe, known))
        elif self._has_adviser:
            self._timer = self.set_timer(_AFTER_CHANGE, self._ask_if_free)

    def try_soon(self, finding: Finding) -> None:
        """Have a fix of the recipe tried once the findings have stood for a while, and no training
        of this session goes on."""
        if self._has_adviser:
            self._try_after(_FINDINGS_STAND, finding)

    def try_now(self, finding: Finding) -> None:
        """Have a fix of the recipe tried as soon as the trial under way is over."""
        if self.recipe is None:
            return
        self._service.adviser.forget_trial(self.recipe, finding)
        self._stop_trial_timer()
        self._try_if_free(finding, asked=True)

    @property
    def _has_adviser(self) -> bool:
        return self._service.spare and self._service.advice

    def _stop_timers(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._stop_trial_timer()

    def _stop_trial_timer(self) -> None:
        if self._trial_timer is not None:
            self._trial_timer.stop()
            self._trial_timer = None

    # Advice

    def _ask_if_free(self) -> None:
        self._timer = None
        if self.recipe is None or self._asked is not None:
            return  # the answer that is awaited leads here again
        if self._service.may_advise:
            self._asked = self.recipe
            self._ask(self.recipe)
        else:
            self._timer = self.set_timer(_LOOK_AGAIN, self._ask_if_free)

    @work(thread=True, group="advise")
    def _ask(self, recipe: Recipe) -> None:
        service = self._service

        def advise() -> tuple[Finding, ...]:
            if service.adviser.pid is None and service.is_training():
                raise MadeWay  # importing Keras would slow it
            return service.adviser.advise(recipe)

        self.post_message(self.AdviceRead(recipe, _answer(advise)))

    @on(AdviceRead)
    def _go_on_asking(self, message: AdviceRead) -> None:
        if message.recipe == self._asked:
            self._asked = None
        if isinstance(message.answer, MadeWay):
            message.stop()
            self._timer = self.set_timer(_AFTER_TRAINING, self._ask_if_free)
        elif message.recipe != self.recipe:
            message.stop()
            self._ask_if_free()

    # Trials

    def _try_after(self, seconds: float, finding: Finding, *, asked: bool = False) -> None:
        self._stop_trial_timer()
        self._trial_timer = self.set_timer(
            seconds, partial(self._try_if_free, finding, asked=asked)
        )

    def _try_if_free(self, finding: Finding, *, asked: bool) -> None:
        self._trial_timer = None
        if self.recipe is None:
            return
        if self.trial is not None or not self._service.may_advise:
            self._try_after(_LOOK_AGAIN, finding, asked=asked)
            return
        self.trial = self.recipe, finding
        self._try(self.recipe, finding, asked)
        self.post_message(self.TrialBegun())

    @work(thread=True, group="try fix")
    def _try(self, recipe: Recipe, finding: Finding, asked: bool) -> None:
        service, worker = self._service, get_current_worker()

        def goes_on() -> bool:
            wanted = self.recipe == recipe and not worker.is_cancelled
            return wanted and (asked or not service.is_training())

        trial = partial(service.adviser.try_fix, recipe, finding, goes_on)
        self.post_message(self.TrialEnded(recipe, finding, _answer(trial)))

    @on(TrialEnded)
    def _take_trial(self, message: TrialEnded) -> None:
        self.trial = None
        if isinstance(message.answer, MadeWay):
            message.answer = None
        if message.answer is None and message.recipe == self.recipe:
            self._try_after(_AFTER_TRAINING, message.finding)


def _answer(ask: Callable[[], _Answer]) -> _Answer | UserError:
    """What is answered, or why nothing is."""
    try:
        return ask()
    except UserError as error:
        return error
