"""One training from its recipe to its end event. Runs in the trainer, in its main thread."""

from __future__ import annotations

import contextlib
import math
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import keras
import numpy as np

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.recipes.recipe import Recipe
from kertasks.task import TaskKind
from kertui.training.best_weights import BestWeights, save_model
from kertui.training.control import ControlFile
from kertui.training.data_shelf import DataShelf
from kertui.training.event_log import EventLog
from kertui.training.event_writer import EventWriter
from kertui.training.events import Compiling, Failed, Finished, Notice, Started, Stopped
from kertui.training.failure import describe_failure
from kertui.training.machine_memory import require_memory
from kertui.training.manifest_writing import write_manifest
from kertui.training.run_folder import RunFolder


def train(folder: Path, shelf: DataShelf, device: str) -> bool:
    """Train what the run's folder says and write how it went there.

    Args:
        folder: the run's, with ``recipe.toml`` in it.
        shelf: data that may be loaded already.
        device: what it trains on, for the person.

    Returns:
        False when it failed; the reason is in the events and the traceback on stderr.
    """
    run = RunFolder(folder)
    log = EventLog(run.events_path)
    writer = EventWriter(log, ControlFile(run.control_path))
    writer.stop_on_sigterm()
    training = _Training(run, log, writer, shelf, device)
    try:
        training.go()
    except Exception as error:
        with contextlib.suppress(OSError):  # the log may be on a disk that is full
            traceback.print_exc()
        reason = describe_failure(error, training.doing, training.recipe)
        log.add(Failed(time.time(), reason))
        return False
    finally:
        log.close()
        with contextlib.suppress(OSError):
            sys.stderr.flush()
    return True


class _Training:
    """The steps of one training; ``doing`` names the one under way."""

    def __init__(
        self, run: RunFolder, log: EventLog, writer: EventWriter, shelf: DataShelf, device: str
    ) -> None:
        self.doing = "reading the recipe"
        self.recipe: Recipe | None = None
        self._run = run
        self._log = log
        self._writer = writer
        self._shelf = shelf
        self._device = device

    def go(self) -> None:
        recipe = self.recipe = self._run.recipe()
        write_manifest(self._run, recipe, self._device)
        self.doing = "loading the data"
        data = self._shelf.load(recipe.task, recipe.data.variant, recipe.seed)
        self.doing = "building the network"
        require_memory(recipe, data)
        model = kertasks.build_model(recipe, data)
        best = BestWeights(self._writer, self._run.best_path)
        # A stop that came while Keras was imported or the data loaded.
        if not self._writer.look():
            self.doing = "training"
            self._fit(model, recipe, data, best)
        self.doing = "testing"
        test = test_metrics(model, data, recipe.fit.batch_size)
        self.doing = "saving the weights"
        save_model(model, self._run.model_path)
        if self._writer.epochs:
            self._save_best(model, best)
        end = Stopped if self._writer.stop_requested else Finished
        writer = self._writer
        best_epoch, metrics = writer.best_epoch, writer.best_metrics
        self._log.add(end(time.time(), writer.epochs, best_epoch, test, data.unit, metrics))

    def _fit(self, model: keras.Model, recipe: Recipe, data: Dataset, best: BestWeights) -> None:
        settings = recipe.fit
        rows = data.train.rows
        if data.validation is None and settings.validation_split:
            # Keras rounds the same way: the last rows are held out.
            rows = math.floor(rows * (1.0 - settings.validation_split))
        self._log.add(
            Started(
                time.time(),
                epochs=settings.epochs,
                steps=max(1, math.ceil(rows / settings.batch_size)),
                parameters=int(model.count_params()),
                device=self._device,
            )
        )
        callbacks: list[keras.callbacks.Callback] = [self._writer, best]
        stopping = settings.early_stopping
        if stopping is not None:
            held_out = data.validation is not None or settings.validation_split > 0
            if stopping.monitor.startswith("val_") and not held_out:
                self._notice(
                    f"early stopping watches {stopping.monitor}, but no rows are held out: it "
                    "will not stop; set fit.validation_split, or watch loss"
                )
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    monitor=stopping.monitor,
                    patience=stopping.patience,
                    min_delta=stopping.min_delta,
                    restore_best_weights=stopping.restore_best_weights,
                )
            )
        validation = data.validation
        kertasks.fit(
            model,
            data.train.x,
            data.train.y,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            validation_split=settings.validation_split if validation is None else 0.0,
            validation_data=None if validation is None else (validation.x, validation.y),
            shuffle=settings.shuffle,
            callbacks=callbacks,
            verbose=0,
            seed=recipe.seed,
            on_notice=self._notice,
            on_compile=lambda seconds: self._log.add(Compiling(time.time(), seconds)),
        )

    def _save_best(self, model: keras.Model, best: BestWeights) -> None:
        best.save(model)
        if best.epoch != self._writer.best_epoch:
            self._notice(
                f"best.keras has the weights of epoch {best.epoch}: epochs followed each other "
                f"too fast to copy those of the best one, {self._writer.best_epoch}"
            )

    def _notice(self, text: str) -> None:
        self._log.add(Notice(time.time(), text))


def test_metrics(model: keras.Model, data: Dataset, batch_size: int) -> dict[str, float] | None:
    """Loss and metrics on the test split; None where there is none.

    A regression's ``mae`` is in the target's own unit, from un-scaled predictions: turning
    an error in scaled units back would add the target's mean to it.
    """
    if data.test is None or not data.test.rows:
        return None
    x, y = data.test.x, data.test.y
    # Rows are only read: larger batches give the same numbers in less time.
    rows = min(max(batch_size, 256), data.test.rows)
    found = kertasks.evaluate(model, x, y, batch_size=rows, return_dict=True)
    metrics = {str(name): float(value) for name, value in found.items()}
    if data.kind is TaskKind.REGRESSION:
        predicted = kertasks.predict(model, x, batch_size=rows)
        metrics["mae"] = mean_absolute_error(data, predicted)
    return metrics


def mean_absolute_error(data: Dataset, predicted: Any) -> float:
    """Of predictions for the test rows, in the target's own unit."""
    assert data.test is not None  # noqa: S101 - narrows the type
    truth = np.asarray(data.test.y, dtype=np.float64).reshape(-1)
    values = np.asarray(predicted, dtype=np.float64).reshape(-1)
    if data.target_scale is not None:
        truth = data.target_scale.to_own_unit(truth)
        values = data.target_scale.to_own_unit(values)
    return float(np.mean(np.abs(values - truth)))
