"""One training from its recipe to its end event. Runs in the trainer, in its main thread."""

from __future__ import annotations

import math
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
from msgspec.structs import replace

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.kinds import TaskKind
from kertasks.recipes.bounds import MOST_EPOCHS
from kertasks.runs.control_file import ControlFile
from kertasks.runs.events import (
    Compiled,
    Compiling,
    Failed,
    Finished,
    Notice,
    Resumed,
    Started,
    Stopped,
)
from kertasks.runs.history import RunHistory
from kertasks.trainer.callbacks.best_weights import BestWeights, save_model
from kertasks.trainer.callbacks.checkpoints import Checkpoints
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.steering import Steering
from kertasks.trainer.checkpoint import Checkpoint, TrainingPosition
from kertasks.trainer.claiming import ClaimedRun, versions
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.failure import describe_failure
from kertasks.trainer.machine import MachineWatch, require_memory


def train(claimed: ClaimedRun, datasets: DatasetCache, device: str) -> bool:
    """Train a run and write into its folder how it went.

    One that is resumed goes on from its last checkpoint.

    Args:
        claimed: the run; let go of at the end.
        datasets: data that may be loaded already.
        device: what it trains on, for the person.

    Returns:
        False when it failed; the reason is in the events and the traceback on stderr.
    """
    log = claimed.log
    training = _Training(claimed, datasets, device)
    try:
        training.go()
    except Exception as error:
        with suppress(OSError):  # the log may be on a disk that is full
            traceback.print_exc()
        reason = describe_failure(error, training.doing, claimed.recipe)
        log.add(Failed(time.time(), reason))
        return False
    finally:
        log.close()
        with suppress(OSError):
            sys.stderr.flush()
    return True


class _Training:
    """The steps of one training; ``doing`` names the one under way."""

    def __init__(self, claimed: ClaimedRun, datasets: DatasetCache, device: str) -> None:
        self.doing = "reading the checkpoint"
        run, log = claimed.folder, claimed.log
        self._claimed = claimed
        self._run = run
        self._log = log
        self._datasets = datasets
        self._device = device
        self._before = before = RunHistory.read(run.events_path)
        """What the run's earlier trainers told."""

        self._writer = EventWriter(log, written=before.last.epoch if before.last else 0)
        self._best = BestWeights(self._writer, run.best_path, log)
        self._checkpoints = Checkpoints(run.checkpoint_path, log)
        self._watch = MachineWatch(log)

    def go(self) -> None:
        with closing(self._checkpoints), closing(self._watch):
            self._train()

    def _train(self) -> None:
        claimed, recipe = self._claimed, self._claimed.recipe
        with suppress(OSError):  # a full disk: all but the device is there already
            self._run.write_manifest(replace(claimed.manifest, device=self._device))
        checkpoint = Checkpoint.read(self._run.checkpoint_path) if claimed.resumes else None
        position = checkpoint.position if checkpoint is not None else TrainingPosition(0)
        if checkpoint is not None:
            self._writer.go_on_from(position, checkpoint.best)
        if claimed.resumes:
            self._run.clear_leftovers()
            self._log.add(Resumed(time.time(), position.epoch, position.step))
            if claimed.before is not None:
                self._compare_versions(claimed.before.versions)
        stopping = recipe.fit.early_stopping
        steering = Steering(
            ControlFile(self._run.control_path, claimed.done),
            self._log,
            self._writer,
            self._best,
            self._checkpoints,
            planned=self._before.planned or recipe.fit.epochs,
            save=self._save,
            stopping=stopping and keras.callbacks.EarlyStopping(**asdict(stopping)),
            resumed=checkpoint,
        )
        steering.on_pause = self._watch.pause
        steering.stop_on_signals()
        self.doing = "loading the data"
        data = self._datasets.load(recipe.task, recipe.data.variant, recipe.seed)
        self.doing = "building the network"
        require_memory(recipe, data)
        model = kertasks.build_model(recipe, data)
        self._say_start(model, data)
        # A stop may have come while Keras was imported or the data loaded.
        stopped = steering.look_before_training()
        if checkpoint is not None or not stopped:
            self.doing = "training"
            self._fit(model, data, steering)
        restored = self._best.restore(model) if steering.wants_best else None
        self.doing = "testing"
        test = test_metrics(model, data, recipe.fit.batch_size)
        self.doing = "saving the weights"
        self._save(model)
        epochs, best = self._writer.epochs, self._writer.best
        end = (time.time(), epochs, best.epoch, test, data.unit, best.metrics or None)
        self._log.add(Stopped(*end, restored) if steering.stop_requested else Finished(*end))

    def _compare_versions(self, begun_with: Mapping[str, str]) -> None:
        changed = [
            f"{name} {begun_with[name]} (now {version})"
            for name, version in versions().items()
            if begun_with.get(name, version) != version
        ]
        if changed:
            self._notice(
                f"this run began with {', '.join(changed)}: its numbers may not be those of a "
                "run that was never interrupted"
            )

    def _say_start(self, model: keras.Model, data: Dataset) -> None:
        if self._before.started is not None:
            return
        settings = self._claimed.recipe.fit
        rows = data.train.rows
        if data.validation is None and settings.validation_split:
            # Keras rounds the same way: the last rows are held out.
            rows = math.floor(rows * (1.0 - settings.validation_split))
        self._log.add(
            Started(
                time.time(),
                epochs=self._before.planned or settings.epochs,
                steps=max(1, math.ceil(rows / settings.batch_size)),
                parameters=int(model.count_params()),
                device=self._device,
            )
        )
        stopping = settings.early_stopping
        held_out = data.validation is not None or settings.validation_split > 0
        if stopping is not None and stopping.monitor.startswith("val_") and not held_out:
            self._notice(
                f"early stopping watches {stopping.monitor}, but no rows are held out: it "
                "will not stop; set fit.validation_split, or watch loss"
            )

    def _fit(self, model: keras.Model, data: Dataset, steering: Steering) -> None:
        settings = self._claimed.recipe.fit
        validation = data.validation
        position = steering.position
        trains = not steering.stop_requested and not steering.is_over
        callbacks = [self._writer, self._best, steering.stopping, steering]
        history = kertasks.fit(
            model,
            data.train.x,
            data.train.y,
            batch_size=settings.batch_size,
            # Without an epoch to train, what was restored is brought to its end all the same.
            # The plan, which may change meanwhile, is for ``Steering`` to end.
            epochs=MOST_EPOCHS if trains else position.epoch,
            initial_epoch=position.epoch,
            initial_step=position.step,
            validation_split=settings.validation_split if validation is None else 0.0,
            validation_data=None if validation is None else (validation.x, validation.y),
            shuffle=settings.shuffle,
            callbacks=[callback for callback in callbacks if callback is not None],
            verbose=0,
            seed=self._claimed.recipe.seed,
            on_notice=self._notice,
            on_compile=lambda seconds: self._log.add(Compiling(time.time(), seconds)),
        )
        self._log.add(Compiled(time.time(), bool(history.params.get("xla"))))

    def _save(self, model: keras.Model) -> None:
        """Write ``model.keras`` and, once there is a best epoch, ``best.keras``."""
        save_model(model, self._run.model_path)
        if not self._writer.epochs:
            return
        self._best.save(model)
        if self._best.epoch != self._writer.best.epoch:
            self._notice(
                f"best.keras has the weights of epoch {self._best.epoch}: epochs followed each "
                f"other too fast to copy those of the best one, {self._writer.best.epoch}"
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
    """The mean absolute error of predictions for the test rows, in the target's own unit."""
    assert data.test is not None  # noqa: S101 - narrows the type
    truth = np.asarray(data.test.y, dtype=np.float64).reshape(-1)
    values = np.asarray(predicted, dtype=np.float64).reshape(-1)
    if data.target_scale is not None:
        truth = data.target_scale.to_own_unit(truth)
        values = data.target_scale.to_own_unit(values)
    return float(np.mean(np.abs(values - truth)))
