"""The plain Keras script that repeats a run."""

from __future__ import annotations

from kertasks.layers.catalog import Catalog
from kertasks.scripts.writing import write_script
from kertui.training.event_reader import EventReader
from kertui.training.events import Event, Finished, Progress, Stopped
from kertui.training.history import RunHistory
from kertui.training.run_folder import RunFolder


def script_of(run: RunFolder, catalog: Catalog) -> str:
    """A script of Keras alone that trains what the run trained, for as many epochs.

    A run without an end (it trains still, or failed) gives the script of its recipe.

    Args:
        run: the run.
        catalog: Keras's classes.

    Raises:
        RunDamaged, kertasks.RecipeError: the run's recipe is not there or was changed.
        kertasks.scripts.writing.NoScript: the task's data has no plain form.
    """
    recipe = run.recipe()
    events = EventReader(run.events_path).read_all()
    history = RunHistory()
    history.add_all(events)
    planned = recipe.fit.epochs
    ended = history.ended
    epochs, note = planned, None
    if isinstance(ended, Finished):
        # Early stopping ends the script by itself, and before the end that was planned.
        stops_itself = recipe.fit.early_stopping is not None and ended.epochs < planned
        epochs = planned if stops_itself else ended.epochs
    elif isinstance(ended, Stopped) and ended.epochs:
        epochs = ended.epochs
        note = f"The training was stopped by hand in epoch {epochs} of {planned}."
        if _may_be_partial(events, history, epochs):
            note = f"{note[:-1]}, maybe before its last row; here the whole of it is trained."
    return write_script(
        recipe,
        catalog,
        epochs=epochs,
        learning_rates={
            change.epoch - 1: change.learning_rate for change in history.learning_rate_changes
        },
        note=note,
        xla=bool(history.xla),
    )


def _may_be_partial(events: list[Event], history: RunHistory, epoch: int) -> bool:
    """Whether the last that is known of an epoch's batches is that some were not done.

    A trainer stops between two calls. An epoch of one call has no progress to tell of.
    """
    steps = [event.step for event in events if isinstance(event, Progress) and event.epoch == epoch]
    return bool(steps) and history.started is not None and steps[-1] < history.started.steps
