"""Opens a workbench on a run that is there already, or on its recipe alone."""

from __future__ import annotations

from functools import partial

from textual.app import App

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.task import Task
from kertui.screens.workbench import WorkbenchScreen
from kertui.training.run_folder import RunFolder
from kertui.training.run_state import RunState


def open_run(app: App[None], run: RunFolder) -> None:
    """Show a run, live or over, with its recipe; or say why it cannot be shown."""
    app.run_worker(
        partial(_read, app, run), thread=True, group="open run", name=run.id, exclusive=True
    )


def _read(app: App[None], run: RunFolder) -> None:
    try:
        recipe = run.recipe()
        task = find_task(recipe.task)
        state = run.state()
    except UserError as error:
        app.call_from_thread(
            app.notify,
            str(error),
            title=f"Run {run.id} cannot be shown",
            severity="error",
            markup=False,
        )
    else:
        app.call_from_thread(_show, app, task, recipe, run, state)


def _show(app: App[None], task: Task, recipe: Recipe, run: RunFolder, state: RunState) -> None:
    for screen in app.screen_stack:
        if isinstance(screen, WorkbenchScreen) and screen.run == run:
            while app.screen is not screen:
                app.pop_screen()
            return
    app.push_screen(WorkbenchScreen(task, recipe, run=run, run_state=state))


def open_recipe(app: App[None], recipe: Recipe | UserError) -> None:
    """Show the recipe of a run, to train it anew or change it; or say why it cannot be shown."""
    try:
        if isinstance(recipe, UserError):
            raise recipe
        task = find_task(recipe.task)
    except UserError as error:
        app.notify(str(error), severity="error", markup=False)
    else:
        app.push_screen(WorkbenchScreen(task, recipe))
