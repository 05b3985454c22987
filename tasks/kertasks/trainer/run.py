"""One training from its recipe to its end event. Runs in the trainer, in its main thread."""

from __future__ import annotations

import logging
import math
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress

import keras
from msgspec.structs import replace

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.fitting.devices import CannotUseDevices, build_on, chosen_devices
from kertasks.hosts.ray_hosts import RayHosts
from kertasks.models.build import require_trainable
from kertasks.models.keras_warnings import OnceEach, hearing_warnings
from kertasks.models.messages import BuildError
from kertasks.models.monitor import VALIDATION, judge_of, monitor_of
from kertasks.models.split_rules import rows_trained
from kertasks.own_tasks.kept_statistics import keep_statistics, require_same_data
from kertasks.recipes.bounds import MOST_EPOCHS
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.events import (
    Compiled,
    Compiling,
    Failed,
    Finished,
    Monitor,
    Notice,
    Resumed,
    Started,
    Stopped,
)
from kertasks.runs.history import RunHistory
from kertasks.runs.steering.control_file import ControlFile
from kertasks.trainer import score_to_beat
from kertasks.trainer.callbacks.advice import Advice
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.checkpoints import Checkpoints
from kertasks.trainer.callbacks.early_stopping import EarlyStopping
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.kept_weights import KeptWeights
from kertasks.trainer.callbacks.looks import Looks
from kertasks.trainer.callbacks.steering import Steering
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.device import missing_gpu
from kertasks.trainer.failure import describe_failure
from kertasks.trainer.machine import MachineWatch, require_memory
from kertasks.trainer.process.claiming import ClaimedRun, versions
from kertasks.trainer.testing import result_of, test_metrics
from kertasks.trainer.trained_time import TrainedTime
from kertasks.trainer.weights.checkpoint import Checkpoint, TrainingPosition
from kertasks.trainer.weights.held_weights import HeldEpochs
from kertasks.trainer.weights.weight_files import WeightFiles
from kertasks.views.split_choice import data_of_run

_LOG = logging.getLogger("kertasks.trainer")


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
        training.rescue()
        log.add(Failed(time.time(), reason, training.seconds))
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
        self._shared: list[str] = []
        """The devices that share the training, where it is not one alone."""

        self._hosts: RayHosts | None = None
        """The machines that share it."""

        self._device = device
        self._before = before = RunHistory.read(run.events_path)
        """What the run's earlier trainers told."""

        self._time = TrainedTime(before.elapsed(time.time()))
        self._model: keras.Model | None = None
        self._writer = EventWriter(log, before)
        self._monitor = _watched(claimed.recipe)
        self._writer.watch(self._monitor)
        self._advice: Advice | None = None
        settings = claimed.recipe.fit.early_stopping
        self._stopping = None
        if settings is not None and self._monitor is not None:
            self._stopping = EarlyStopping(settings, self._monitor, self._writer)
        held = HeldEpochs()
        self._best = BestWeights(self._writer, run.best_path, log, self._stopping, held)
        keep = claimed.recipe.fit.keep
        self._kept = KeptWeights(run.epochs_path, keep, self._writer, held, log)
        self._weights = WeightFiles(run, log, self._writer, self._best)
        self._checkpoints = Checkpoints(
            run.checkpoint_path, log, lambda: self._time.seconds, self._kept.write_held
        )
        self._watch = MachineWatch(log, lambda: self._time.seconds)
        self._warn = OnceEach(self._notice)
        """Tells what this trainer is warned of."""

        for notice in before.notices:
            self._warn.know(notice.text)

    @property
    def seconds(self) -> float:
        """For how long the run was trained until now."""
        return self._time.seconds

    def rescue(self) -> None:
        """Write the network of a training that failed after it had trained some epochs, and say
        what was found in it."""
        writer = self._writer
        if self._advice is not None:
            self._advice.end_early()
        if self._model is None or not (writer.epochs or writer.step):
            return
        with suppress(Exception):  # why the training failed is what is told
            self._weights.save(self._model)

    def go(self) -> None:
        with (
            closing(self._checkpoints),
            closing(self._watch),
            closing(self._kept),
            hearing_warnings(self._warn),
            ExitStack() as self._left,
        ):
            self._train()

    def _train(self) -> None:
        claimed, recipe = self._claimed, self._claimed.recipe
        if claimed.devices is not None:
            self.doing = "choosing the devices"
            self._shared = self._chosen(claimed.devices)
            if len(self._shared) > 1:
                self._device = f"{len(self._shared)} × {self._device}"
        if claimed.hosts is not None:
            self.doing = "joining the cluster"
            self._hosts = RayHosts(claimed.hosts, self._tell_of_hosts)
            self._left.callback(self._hosts.close)
            self._watch.hosts = self._hosts.computing
            self._device = f"{claimed.hosts.count} hosts × {self._device}"
        with suppress(OSError):  # a full disk: all but the device is there already
            self._run.write_manifest(replace(claimed.manifest, device=self._device))
        if why := missing_gpu():
            self._warn(why)
        checkpoint = Checkpoint.read(self._run.checkpoint_path) if claimed.resumes else None
        position = checkpoint.position if checkpoint is not None else TrainingPosition(0)
        if checkpoint is not None:
            self._writer.go_on_from(position, checkpoint.best)
        self._time.go_on()
        if claimed.resumes:
            self._run.clear_leftovers()
            self._log.add(Resumed(time.time(), position.epoch, position.step))
            if claimed.before is not None:
                self._compare_versions(claimed.before.versions)
        steering = Steering(
            ControlFile(self._run.control_path, claimed.done),
            self._log,
            self._writer,
            self._best,
            self._checkpoints,
            planned=self._before.planned or recipe.fit.epochs,
            save=self._weights.save,
            stopping=self._stopping,
            resumed=checkpoint,
        )
        steering.on_pause = self._pause
        if self._hosts is not None:
            self._hosts.is_stopped = steering.look_before_training
        steering.stop_on_signals()
        self.doing = "loading the data"
        data = self._datasets.for_recipe(recipe)
        if claimed.resumes:
            require_same_data(self._run, data)
        if not self._run.statistics_path.exists():
            keep_statistics(self._run, data)
        self.doing = "building the network"
        for finding in require_trainable(recipe, data):
            _LOG.warning("%s", finding)
            self._warn(str(finding))
        require_memory(recipe, data)
        model = self._build(data)
        self._look_for_monitor(data)
        score_to_beat.begin(self._run, recipe)
        self._say_start(model, data)
        # A stop may have come while Keras was imported or the data loaded.
        stopped = steering.look_before_training()
        if checkpoint is not None or not stopped:
            self.doing, self._model = "training", model
            self._fit(model, data, steering)
        self._model = None  # from here on a failure is not one of the training
        restored = self._restored(model, steering)
        self.doing = "saving the weights"
        self._time.rest()
        self._weights.keep(model, restored, steering.answer_commands)
        self._kept.end()
        self._time.go_on()
        test = self._tested(model, data)
        self._time.rest()
        self._weights.try_again(model, restored)
        self._say_end(data, steering, restored, test)

    def _chosen(self, said: str) -> list[str]:
        """The devices that are asked for. A run that began on those of another machine goes on on
        one, and says so.

        Raises:
            CannotUseDevices: there are no such devices here.
        """
        try:
            return chosen_devices(said)
        except CannotUseDevices as error:
            if not self._claimed.resumes:
                raise
            self._notice(f"goes on on one device, for this run was begun on several: {error}")
            return []

    def _build(self, data: Dataset) -> keras.Model:
        recipe = self._claimed.recipe

        def make() -> keras.Model:
            return kertasks.build_model(recipe, data, check=False)

        if len(self._shared) < 2:
            return make()
        rows = data.train.x, data.train.y
        return build_on(self._shared, make, rows, recipe.fit.batch_size)

    def _restored(self, model: keras.Model, steering: Steering) -> int | None:
        """Whose weights the model has, from 1; None where they are those of the end."""
        epoch = None if self._stopping is None else self._stopping.restored_epoch
        if steering.wants_best:
            epoch = self._best.restore(model) or epoch
        is_last = epoch == self._writer.epochs and not self._writer.step
        return None if is_last and not steering.wants_best else epoch

    def _say_end(
        self,
        data: Dataset,
        steering: Steering,
        restored: int | None,
        test: dict[str, float] | None,
    ) -> None:
        self._log.add(
            self._writer.end(
                Stopped if steering.stop_requested else Finished,
                restored,
                self._time.seconds,
                self._advice.alarm if self._advice is not None else self._before.alarm,
                test=test,
                unit=data.unit,
                result=result_of(data, test),
                test_rows=data.test.rows if data.test is not None and test else None,
            )
        )

    def _pause(self, paused: bool) -> None:
        self._watch.pause(paused)
        self._time.pause(paused)

    def _tested(self, model: keras.Model, data: Dataset) -> dict[str, float] | None:
        """What the network gets on the test split. It is kept already: that it cannot be tested is
        no failure of the run."""
        try:
            return test_metrics(model, data, self._claimed.recipe.fit.batch_size)
        except Exception as error:
            with suppress(OSError):
                traceback.print_exc()
            reason = describe_failure(error, "testing", self._claimed.recipe)
            self._notice(f"{reason.rstrip('.')}. The weights are kept.")
            return None

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
        if data.held_out is None and settings.validation_split:
            rows = rows_trained(rows, settings.validation_split)
        held_out = data.train.rows - rows if data.held_out is None else data.held_out.rows
        scale = data.target_scale
        self._log.add(
            Started(
                time.time(),
                epochs=self._before.planned or settings.epochs,
                steps=max(1, math.ceil(rows / settings.batch_size)),
                parameters=int(model.count_params()),
                device=self._device,
                monitor=self._monitor,
                validation_rows=held_out,
                target_scale=None if scale is None else scale.scale,
                judge=judge_of(self._claimed.recipe) if held_out else None,
            )
        )

    def _look_for_monitor(self, data: Dataset) -> None:
        """See that what early stopping watches is measured: else the loss tells the best epoch."""
        settings = self._claimed.recipe.fit
        held_out = data.held_out is not None or settings.validation_split > 0
        monitor = self._monitor
        if monitor is not None and not held_out and monitor.name.startswith(VALIDATION):
            self._monitor = None
            self._writer.watch(None)

    def _fit(self, model: keras.Model, data: Dataset, steering: Steering) -> None:
        settings = self._claimed.recipe.fit
        validation = data.held_out
        position = steering.position
        trains = not steering.stop_requested and not steering.is_over
        seen = data_of_run(data, self._claimed.recipe)
        looks = Looks(self._run.path, self._writer, seen)
        steering.meanwhile = looks.answer
        self._advice = advice = Advice(
            self._log,
            self._writer,
            seen,
            settings.batch_size,
            self._before,
            planned=lambda: steering.planned,
            trained=lambda: self.seconds,
        )
        callbacks = [self._writer, advice, self._stopping, self._best, self._kept, looks, steering]
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
            on_notice=self._warn,
            on_compile=lambda seconds: self._log.add(Compiling(time.time(), seconds)),
            hosts=self._hosts,
        )
        self._log.add(Compiled(time.time(), bool(history.params.get("xla"))))

    def _tell_of_hosts(self, text: str) -> None:
        self._notice(f"epoch {self._writer.epochs + 1}: {text}")

    def _notice(self, text: str) -> None:
        self._log.add(Notice(time.time(), text))


def _watched(recipe: Recipe) -> Monitor | None:
    """What decides which epoch is the best, where the recipe says so. A recipe that Keras refuses
    is refused when it is built."""
    with suppress(BuildError):
        return monitor_of(recipe)
    return None
