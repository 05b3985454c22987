"""The plain Keras script that repeats a run."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kertasks.export.formats import Export
from kertasks.export.script.writing import write_script
from kertasks.export.trained_task import trained_task
from kertasks.keras_catalog.catalog import Catalog
from kertasks.pretrained.kept_file import unusable_networks, with_kept_networks
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import (
    Event,
    Finished,
    LearningRate,
    Progress,
    Resumed,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory

_DIFFERS = "it reads the data as the run did; the task {task} has changed since"


@dataclass(frozen=True, slots=True)
class RunScript:
    """The script of a run."""

    text: str
    note: str = ""
    """What is to be known of it; mostly nothing."""


def write(export: Export) -> str:
    """Write the script of a run.

    Raises:
        UserError: as ``script_of``.
    """
    script = script_of(export.run, export.catalog())
    with export.file() as file:
        file.write(script.text.encode())
    return script.note


def script_of(run: RunFolder, catalog: Catalog) -> RunScript:
    """A script of Keras alone that trains what the run trained, for as many epochs.

    A run without an end (it trains still, or failed) gives the script of its recipe.

    Args:
        run: the run.
        catalog: Keras's classes.

    Raises:
        RunDamaged, kertasks.RecipeError: the run's recipe is not there or was changed, or its
            events cannot be read.
        kertasks.export.script.writing.NoScript: the task's data has no plain form.
    """
    run.require_recipe(
        "is no script to write", "{by} is what trained it; its history goes to a .csv or a folder."
    )
    recipe = with_kept_networks(run.recipe(catalog), run.path)
    run.require_events()
    events = EventReader(run.events_path).read_all()
    history = RunHistory()
    history.add_all(events)
    epochs = planned = history.planned or recipe.fit.epochs
    ended, note = history.ended, None
    if isinstance(ended, Finished):
        # Early stopping ends the script by itself, and before the end that was planned.
        stops_itself = recipe.fit.early_stopping is not None and ended.epochs < planned
        epochs = planned if stops_itself else ended.epochs
    elif isinstance(ended, Stopped) and ended.epochs:
        stopping = recipe.fit.early_stopping
        # Early stopping gives the best weights back at the end of the script, too.
        restored = None if stopping and stopping.restore_best_weights else ended.restored_epoch
        epochs = restored or ended.epochs
        note = f"The training was stopped by hand in epoch {ended.epochs} of {planned}"
        if restored:
            note += f"; the weights of epoch {epochs} were kept."
        elif _may_be_partial(events, history, epochs):
            note += ", maybe before its last row; here the whole of it is trained."
        else:
            note += "."
    trained = trained_task(run, recipe.task)
    text = write_script(
        recipe,
        catalog,
        epochs=epochs,
        learning_rates=_learning_rates(events, epochs),
        note=note,
        xla=bool(history.xla),
        task=trained.task,
    )
    notes = [_DIFFERS.format(task=recipe.task)] if trained.differs else []
    return RunScript(text, "; ".join([*notes, *unusable_networks(recipe)]))


def _learning_rates(events: list[Event], epochs: int) -> dict[int, float]:
    """The learning rates that were set, by the epoch (from 0) that they begin with."""
    changes: dict[int, float] = {}
    for event in events:
        if isinstance(event, LearningRate):
            # A change is told as it was asked for, and once more as float32 has it.
            before = next(reversed(changes.values()), math.nan)
            if not math.isclose(event.learning_rate, before, rel_tol=1e-6):
                changes[event.epoch - 1] = event.learning_rate
        elif isinstance(event, Resumed):
            # What a trainer that was lost did after its checkpoint did not happen.
            changes = {epoch: rate for epoch, rate in changes.items() if epoch <= event.epoch}
    return {epoch: rate for epoch, rate in changes.items() if epoch < epochs}


def _may_be_partial(events: list[Event], history: RunHistory, epoch: int) -> bool:
    """Whether the last that is known of an epoch's batches is that some were not done.

    A trainer stops between two calls. An epoch of one call has no progress to tell of.
    """
    steps = [event.step for event in events if isinstance(event, Progress) and event.epoch == epoch]
    whole = history.started.steps if history.started is not None else None
    return bool(steps) and whole is not None and steps[-1] < whole
