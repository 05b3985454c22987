"""Runs that no recipe trained: of a person's own script, and of a file that something else writes.

They are written at once, by this process in the script's place.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Epoch, Event, Started
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin, manifest_of_process

BEGAN = 1_800_000_000.0
"""When a run began, Unix seconds."""

GONE = 2**22 + 1
"""The number of a process that is nowhere."""


def begin(
    store: RunStore,
    events: Iterable[Event] = (),
    *,
    by: str = "train.py",
    called: str = "my net",
    origin: Origin = Origin.SCRIPT,
    group: str | None = None,
    began: float = BEGAN,
    lives: bool = True,
    printed: str = "",
) -> RunFolder:
    """A run without a recipe, with what was told of it.

    Args:
        store: where.
        events: in their order.
        by: the script, or the file.
        called: what the run is called.
        origin: script or file.
        group: id of the first run of the script; None where this is the first.
        began: Unix seconds.
        lives: whether the script does, as this process.
        printed: what it printed.
    """
    run = store.create_without_recipe(f"{by} {called}")
    run.write_manifest(
        manifest_of_process(
            os.getpid() if lives else GONE,
            id=run.id,
            task=by,
            recipe=called,
            seed=0,
            created=began,
            versions={},
            device="CPU",
            origin=origin,
            group=group or run.id,
        )
    )
    tell(run, events)
    if printed:
        run.log_path.write_text(printed)
    return run


def tell(run: RunFolder, events: Iterable[Event]) -> None:
    """Write more of a run, as whatever trains it does."""
    log = EventLog(run.events_path)
    for event in events:
        log.add(event)
    log.close()


def adversarial(
    epochs: int = 20, done: int = 12, began: float = BEGAN, steps: int | None = None
) -> Iterator[Event]:
    """Two networks against each other: no loss, no learning rate of one optimizer, and perhaps a
    generator's rows, of which nobody knows how many batches they are."""
    yield Started(began, epochs, steps, 4_242, "CPU")
    for number in range(1, done + 1):
        metrics = {"d_loss": 0.5 + 1 / (number + 1), "g_loss": 0.8 + math.sin(number) / 4}
        yield Epoch(began + number, number, metrics, math.nan, 1.0)


def learns(epochs: int = 20, done: int = 12, began: float = BEGAN) -> Iterator[Event]:
    """A usual training, with rows held out."""
    yield Started(began, epochs, 32, 4_242, "CPU")
    for number in range(1, done + 1):
        loss = 1.2 * math.exp(-number / 6)
        metrics = {
            "loss": loss,
            "accuracy": 1 - loss / 2,
            "val_loss": loss + 0.1 + 0.002 * number**1.5,
            "val_accuracy": 0.95 - loss / 2,
        }
        yield Epoch(began + number, number, metrics, 1e-3, 1.0)
