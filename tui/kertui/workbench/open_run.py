"""Opens a workbench on a run that is there already, or on its recipe alone."""

from __future__ import annotations

from typing import Any

from textual.worker import Worker, get_current_worker

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.task import Task
from kertui.dialogs.too_small import is_on_top
from kertui.session import FollowRun, OpenRun, Session
from kertui.workbench.workbench import WorkbenchScreen


def open_run(session: Session, asked: OpenRun) -> None:
    """Show a run, live or over, with its recipe; ask for the screen of one that has none; or say
    why it cannot be shown.

    Args:
        session: handed to the workbench.
        asked: for which run. What its screen asked before and has not got yet is not opened any
            more, and nothing is once another screen is on top of it.
    """
    screen, run, recipe_only = asked.over, asked.run, asked.recipe_only
    app = screen.app  # a thread finds no app through a screen that was left

    def read() -> None:
        worker: Worker[Any] = get_current_worker()
        try:
            if run.origin is not Origin.RECIPE and not recipe_only:
                found = FollowRun(screen, run, run.manifest(), run.state(), asked.follows)
                screen.call_later(follow, worker, found)
                return
            run.require_recipe("has no recipe to open", "Change {by} itself, and start it again.")
            recipe = run.recipe()
            task = find_task(recipe.task)
            state = None if recipe_only else run.state()
        except UserError as error:
            title = f"Run {run.id} cannot be shown"
            app.notify(str(error), title=title, severity="error", markup=False)
        else:
            screen.call_later(show, worker, task, recipe, state)

    def show(worker: Worker[Any], task: Task, recipe: Recipe, state: RunState | None) -> None:
        # A thread cannot be called back: one that was cancelled answers all the same.
        if worker.is_cancelled or not is_on_top(screen):
            return
        if state is None:
            app.push_screen(WorkbenchScreen(session, task, recipe))
            return
        for shown in app.screen_stack:
            if isinstance(shown, WorkbenchScreen) and shown.shows(run):
                while app.screen is not shown:
                    app.pop_screen()
                return
        app.push_screen(WorkbenchScreen(session, task, recipe, run=run, run_state=state))

    def follow(worker: Worker[Any], found: FollowRun) -> None:
        if not worker.is_cancelled:
            screen.post_message(found)

    screen.run_worker(read, thread=True, group="open", name=f"open {run.id}", exclusive=True)
