"""Run folders as a trainer leaves them, written at once: for tests and benchmarks of lists."""

from __future__ import annotations

import fcntl
import math
import os
import platform
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from kertasks.recipes.recipe import Recipe
from kertasks.recipes.toml_file import format_recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import SLICE
from kertasks.runs.event_file.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Started,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Manifest
from kertasks.runs.signs.process import boot_id, process_start_time

NOON = 1_800_000_000.0
"""When the newest run of a list began, Unix seconds."""


def curve(
    epochs: int, began: float, *, held_out: bool = True, seed: int = 0, every: float = 0.01
) -> Iterator[Epoch]:
    """Epochs of a training that learns: a loss that falls, with some noise, an accuracy that
    rises, and on held-out rows a loss that rises again."""
    noise = random.Random(seed)
    for number in range(1, epochs + 1):
        done = number / epochs
        loss = math.exp(-(2 + seed % 3) * done) * (1 + noise.gauss(0, 0.02))
        metrics = {"loss": loss, "accuracy": 1 - loss / 2}
        if held_out:
            metrics["val_loss"] = loss + 0.1 + 0.3 * done * done
            metrics["val_accuracy"] = 0.95 - loss / 2
        yield Epoch(began + number * every, number, metrics, 1e-3, every)


def write_run(
    store: RunStore,
    task: str,
    recipe: str,
    *,
    epochs: int,
    began: float = NOON,
    end: str = "finished",
    held_out: bool = True,
    seed: int = 0,
    host: str = "gpu-box",
    device: str = "GPU H100",
    pid: int = 2**22 + 1,
    process_started: float = 0.0,
    trainer: bool = False,
) -> RunFolder:
    """A run of a task's own recipe.

    Args:
        end: ``"finished"``, ``"stopped"``, ``"failed"``, or ``""`` for one without an end.
        trainer: whether this process is its trainer.
    """
    if trainer:
        host, pid = platform.node(), os.getpid()
        process_started = process_start_time(pid) or 0.0
    found = find_task(task).recipes[recipe]
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(began))
    run = RunFolder(store.runs_path / f"{stamp}-{task}-{recipe.replace(' ', '-')}-{seed}")
    run.path.mkdir(mode=0o700, parents=True)
    run.recipe_path.write_text(_toml(found))
    boot = boot_id() if host == platform.node() else None
    run.write_manifest(
        Manifest(
            run.id, task, recipe, seed, began, {}, device, host, pid, process_started, boot=boot
        )
    )
    with run.events_path.open("w") as file:
        last: Epoch | None = None
        best: Epoch | None = None
        file.write(format_event(Started(began, max(epochs, found.fit.epochs), 4, 33, device)))
        for last in curve(epochs, began, held_out=held_out, seed=seed):
            file.write(format_event(last))
            name = "val_loss" if held_out else "loss"
            if best is None or last.metrics[name] < best.metrics[name]:
                best = last
        if end:
            file.write(format_event(_end(end, began, last, best)))
    return run


def write_running(store: RunStore, began: float = NOON - 9000, seed: int = 7) -> RunFolder:
    """A run of 20 epochs so far, whose trainer is this process."""
    return write_run(
        store,
        "xor",
        "answer",
        epochs=20,
        began=began,
        end="",
        held_out=False,
        seed=seed,
        trainer=True,
    )


def append(run: RunFolder, events: Iterable[Event]) -> None:
    """Write more, at once, as a trainer does."""
    with run.events_path.open("a") as file:
        file.write("".join(map(format_event, events)))


def fill_one_read(run: RunFolder) -> None:
    """Have a reader take all of the events at once and still not know that it has."""
    begin, end = '{"type": "of a later version", "t": 0, "fill": "', '"}\n'
    room = SLICE - run.events_path.stat().st_size - len(begin + end)
    with run.events_path.open("a") as file:
        file.write(begin + room * "x" + end)


@contextmanager
def locked(run: RunFolder) -> Iterator[None]:
    """Hold the lock on a run's events, as its trainer does on whichever host."""
    with run.events_path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def unanswered(path: Path) -> Iterator[None]:
    """Whoever opens the file waits, as on a file system that does not answer."""
    path.unlink()
    os.mkfifo(path)
    try:
        yield
    finally:
        writing = os.open(path, os.O_RDWR)
        path.unlink()
        os.close(writing)


def _end(kind: str, began: float, last: Epoch | None, best: Epoch | None) -> Event:
    t = last.t if last else began
    if kind == "failed":
        return Failed(t, "the loss is not a number since epoch 3")
    test = {"loss": last.metrics["loss"], "accuracy": last.metrics["accuracy"]} if last else None
    ended = Finished if kind == "finished" else Stopped
    best_epoch, metrics = (best.epoch, best.metrics) if best else (None, None)
    return ended(t, last.epoch if last else 0, best_epoch, test, None, metrics)


@cache
def _toml(recipe: Recipe) -> str:
    return format_recipe(recipe)
