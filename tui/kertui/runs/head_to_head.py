"""Two recipes of a task trained side by side: asks for the second, starts both, shows both."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.dialogs.dialog import Choice, Question
from kertui.dialogs.too_small import is_on_top
from kertui.runs.runs_screen import RunsScreen
from kertui.service.training_service import TrainingService
from kertui.session import Session

AS_ASKED, ANSWER = "as asked", "answer"
"""The attempt that goes wrong and the one that works: what one wants to see beside each other."""


def opponents(task: Task, recipe: Recipe) -> list[Recipe]:
    """The recipes a recipe of the task may be trained against, the likeliest first.

    Against "as asked" that is "answer"; against any other "as asked" where there is one, else
    the task's default.
    """
    likely = (ANSWER,) if recipe.name == AS_ASKED else (AS_ASKED, ANSWER)
    first = [*likely, task.default_recipe]
    others = [other for other in task.recipes.values() if other.name != recipe.name]
    return sorted(others, key=lambda o: first.index(o.name) if o.name in first else len(first))


class HeadToHead:
    """Starts two trainings and opens their curves; one pair at a time.

    Args:
        session: its service trains.
        screen: over which it asks, and whose threads it uses.
    """

    def __init__(self, session: Session, screen: Screen[Any]) -> None:
        self._session = session
        self._screen = screen
        self._starting = False

    def ask(self, task: Task, recipe: Recipe) -> None:
        """Train a recipe of a task against another; ask against which, where there are several."""
        if self._starting:
            self._screen.notify("Starting both: their curves are shown in a moment.")
            return
        others = opponents(task, recipe)
        if len(others) == 1:
            self._start(task, recipe, others[0])
            return

        def answered(other: Recipe | None) -> None:
            if other is not None:
                self._start(task, recipe, other)

        question: Question[Recipe] = Question(
            f"Head to head: {task.name} {recipe.name!r} against",
            "Both are trained at once, each in a process of its own, on the same axes.",
            [Choice(other, other.name, other.summary or "no description") for other in others],
        )
        self._screen.app.push_screen(question, answered)

    def _start(self, task: Task, recipe: Recipe, other: Recipe) -> None:
        self._starting = True
        # The attempt that goes wrong first, as everywhere.
        names = list(task.recipes)
        pair = sorted((recipe, other), key=lambda one: names.index(one.name))
        work = partial(self._train, self._session.service, pair)
        self._screen.run_worker(work, thread=True, group="start", name="head to head")

    def _train(self, service: TrainingService, recipes: list[Recipe]) -> None:
        started: list[str] = []
        failure: UserError | None = None
        try:
            for recipe in recipes:
                last = recipe is recipes[-1]
                started.append(service.start(recipe, then_spare=last).id)
        except UserError as error:
            failure = error
        self._screen.call_later(self._show, recipes, started, failure)

    def _show(self, recipes: list[Recipe], started: list[str], failure: UserError | None) -> None:
        self._starting = False
        names = [repr(recipe.name) for recipe in recipes]
        if failure is not None:
            said = f"{failure}. {names[0]} is trained alone." if started else str(failure)
            self._screen.notify(said, severity="error", markup=False)
        if not started:
            return
        if is_on_top(self._screen):
            self._screen.app.push_screen(RunsScreen(self._session, started, full=True))
        elif failure is None:
            said = f"{recipes[0].task}: {' and '.join(names)} are being trained. F3 shows all runs."
            self._screen.notify(said, markup=False)
