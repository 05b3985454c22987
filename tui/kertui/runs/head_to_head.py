"""Two recipes of a task trained side by side: asks for the second, starts both, shows both."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.models.messages import BuildError
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.dialogs.dialog import Choice, Question
from kertui.dialogs.too_small import is_on_top
from kertui.runs.runs_screen import RunsScreen
from kertui.session import Session

AS_ASKED, ANSWER = "as asked", "answer"
"""The attempt that goes wrong and the one that works: what one wants to see beside each other."""

_STARTING = "head to head"
"""The group of the worker that starts both."""


def opponents(task: Task, recipe: Recipe) -> list[Recipe]:
    """The recipes a recipe of the task may be trained against, the likeliest first.

    Against "as asked" that is "answer"; against any other "as asked" where there is one, else
    the task's default.
    """
    likely = (ANSWER,) if recipe.name == AS_ASKED else (AS_ASKED, ANSWER)
    first = [*likely, task.default_recipe]
    others = [other for other in task.recipes.values() if other.name != recipe.name]
    return sorted(others, key=lambda o: first.index(o.name) if o.name in first else len(first))


def train_head_to_head(
    session: Session,
    screen: Screen[Any],
    task: Task,
    recipe: Recipe,
    against: Recipe | None = None,
) -> None:
    """Train a recipe of a task beside another; ask against which, where there are several.

    One pair is started at a time.

    Args:
        session: its service trains.
        screen: over which it asks, and whose threads it uses.
        task: whose recipe it is.
        recipe: the first of the two.
        against: the second; None for another of the task's own.
    """
    if any(worker.group == _STARTING and not worker.is_finished for worker in screen.workers):
        screen.notify("Starting both: their curves are shown in a moment.")
        return

    def train(pair: list[Recipe]) -> None:
        screen.run_worker(partial(_train, session, screen, pair), thread=True, group=_STARTING)

    def start(other: Recipe | None) -> None:
        if other is not None:
            # The attempt that goes wrong first, as everywhere.
            names = list(task.recipes)
            train(sorted((recipe, other), key=lambda one: names.index(one.name)))

    if against is not None:
        train([recipe, against])
        return
    others = opponents(task, recipe)
    if len(others) == 1:
        start(others[0])
        return
    question: Question[Recipe] = Question(
        f"Head to head: {task.name} {recipe.name!r} against",
        "Both are trained at once, each in a process of its own, on the same axes.",
        [Choice(other, other.name, other.summary or "no description") for other in others],
    )
    screen.app.push_screen(question, start)


def _train(session: Session, screen: Screen[Any], recipes: list[Recipe]) -> None:
    started: list[str] = []
    failure: UserError | None = None
    try:
        _require_trainable(session, recipes)
        for recipe in recipes:
            last = recipe is recipes[-1]
            started.append(session.service.start(recipe, then_spare=last).id)
    except UserError as error:
        failure = error
    screen.call_later(_show, session, screen, recipes, started, failure)


def _require_trainable(session: Session, recipes: list[Recipe]) -> None:
    """See that all can be trained before one is started: one alone would be no comparison.

    Raises:
        UserError: with all that is refused, in the words of a training of one.
    """
    if not session.service.spare:
        return  # nobody can be asked: a run says it itself
    refused = []
    for recipe in recipes:
        try:
            session.service.require_trainable(recipe)
        except BuildError as error:
            refused += [f"{recipe.name!r}: {finding}" for finding in error.findings]
    if refused:
        raise UserError("Nothing is trained. " + "; ".join(refused))


def _show(
    session: Session,
    screen: Screen[Any],
    recipes: list[Recipe],
    started: list[str],
    failure: UserError | None,
) -> None:
    names = [repr(recipe.name) for recipe in recipes]
    if failure is not None:
        text = f"{failure}. {names[0]} is trained alone." if started else str(failure)
        screen.notify(text, severity="error", markup=False)
    if not started:
        return
    if is_on_top(screen):
        screen.app.push_screen(RunsScreen(session, started, full=True))
    elif failure is None:
        text = f"{recipes[0].task}: {' and '.join(names)} are being trained. F3 shows all runs."
        screen.notify(text, markup=False)
