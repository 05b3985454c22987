"""Two recipes of a task trained side by side: asks for the second, starts both, shows both."""

from __future__ import annotations

from functools import partial

from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.screens.dialog import Choice, Question
from kertui.screens.runs import RunsScreen
from kertui.training.service import TrainingService

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
    """Starts two trainings and opens their curves.

    Args:
        screen: over which it asks, and whose threads it uses.
        service: what starts trainings.
        task: whose recipes.
    """

    def __init__(self, screen: Screen[None], service: TrainingService, task: Task) -> None:
        self._screen = screen
        self._service = service
        self._task = task

    def ask(self, recipe: Recipe) -> None:
        """Train a recipe against another; ask against which, where there are several."""
        others = opponents(self._task, recipe)
        if len(others) == 1:
            self._start(recipe, others[0])
            return

        def answered(other: Recipe | None) -> None:
            if other is not None:
                self._start(recipe, other)

        question: Question[Recipe] = Question(
            f"Head to head: {self._task.name} {recipe.name!r} against",
            "Both are trained at once, each in a process of its own, on the same axes.",
            [Choice(other, other.name, other.summary or "no description") for other in others],
        )
        self._screen.app.push_screen(question, answered)

    def _start(self, recipe: Recipe, other: Recipe) -> None:
        # The attempt that goes wrong first, as everywhere.
        names = list(self._task.recipes)
        pair = sorted((recipe, other), key=lambda one: names.index(one.name))
        self._screen.run_worker(
            partial(self._train, pair), thread=True, group="start", name="head to head"
        )

    def _train(self, recipes: list[Recipe]) -> None:
        app = self._screen.app
        started: list[str] = []
        try:
            for recipe in recipes:
                last = recipe is recipes[-1]
                started.append(self._service.start(recipe, then_spare=last).id)
        except UserError as error:
            goes_on = f" {recipes[0].name!r} is trained alone." if started else ""
            said = f"{error}.{goes_on}" if goes_on else str(error)
            app.call_from_thread(app.notify, said, severity="error", markup=False)
        if started:
            app.call_from_thread(app.push_screen, RunsScreen(started, full=True))
