"""What the screens ask for: descriptions, checks, the catalog, runs. Blocking, thread-safe.

Call it from thread workers only. Every failure is a ``UserError`` of one line.
"""

from __future__ import annotations

import shutil
import threading
import time
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kertasks.errors import UserError
from kertasks.processes.trainer_process import TrainerProcess, give_run
from kertasks.runs.home.store import RunStore
from kertui.service.adviser import Adviser
from kertui.service.spare import Spare
from kertui.service.told_runs import ToldRuns

if TYPE_CHECKING:
    from kertasks.data.described.description import Description
    from kertasks.data.described.fact_cache import FactCache
    from kertasks.hosts.asked import AskedHosts
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.models.check import ModelCheck
    from kertasks.recipes.recipe import Recipe
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.looking.view import Look, Moment, ViewRequest
    from kertasks.scores.run_baselines import RunBaselines
    from kertui.service.far_host import FarHost

_NEWEST = 30
"""Runs looked at for one that still goes on."""

_LISTEN_EVERY = 0.5
"""Seconds between two looks for a sign of life of a trainer that cannot be seen."""


class SpareUnavailable(UserError):
    """There is no warm process to ask Keras, because the person turned it off."""

    def __init__(self) -> None:
        super().__init__("this needs the warm trainer process, and --no-spare turned it off")


class CatalogUnavailable(UserError):
    """Keras's layers were read and could not be kept."""


class TrainingService:
    """Runs and what Keras knows, for the screens.

    Args:
        store: where runs are kept.
        cache_dir: where descriptions and the catalog are remembered.
        spare: whether a warm trainer process is kept.
        advice: whether advice is given, by a process beside the spare.
        spare_at_once: whether that is started before anything is asked of it: beside a script that
            has begun to train, Keras is imported only for who looks at its network.
        notify: whether a person is told of every run that is begun or shown here.
        far: the host whose runs the store mirrors; None for a store of this host.
    """

    def __init__(
        self,
        store: RunStore,
        cache_dir: Path,
        spare: bool = True,
        advice: bool = True,
        *,
        spare_at_once: bool = True,
        notify: bool = False,
        far: FarHost | None = None,
    ) -> None:
        self.store = store
        self._far = far
        self.spare = spare
        self._spare_at_once = spare_at_once
        self.advice = advice
        self.adviser = Adviser(cache_dir)
        """Says what is wrong with recipes and tries what mends them; ask ``may_advise`` before."""

        self.told = ToldRuns(always=notify)
        """The runs of whose end a person is told."""

        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._describing = threading.Lock()
        self._reading_catalog = threading.Lock()
        self._warm_process = Spare(cache_dir)
        self._catalog: Catalog | None = None
        self._closed = threading.Event()
        self.session_runs: list[RunFolder] = []
        """The runs that were begun, resumed or taken up here, oldest first."""

    @cached_property
    def _descriptions(self) -> FactCache:
        # Not needed before the first paint.
        from kertasks.data.described.fact_cache import FactCache

        return FactCache(self._cache_dir, "descriptions")

    @property
    def warm(self) -> bool:
        """Whether checks are answered at once and a run starts at once."""
        return self._warm_process.warm

    @property
    def may_advise(self) -> bool:
        """Whether advice can be asked for now: not while a spare imports Keras, which a second
        process that does too would slow."""
        return self.spare and self.advice and (self.adviser.pid is not None or self.warm)

    def is_training(self) -> bool:
        """Whether a run of this session goes on, paused ones too. Reads files: call it from a
        thread."""
        return any(run.state().goes_on for run in list(self.session_runs))

    def start_spare(self) -> None:
        """Start the spare and return at once; does nothing without one, when it is there, or where
        it is to be started only for who asks something.

        Raises:
            TrainerGone: the system refused to start a process.
        """
        if self.spare and self._spare_at_once:
            self._warm_process.start()

    def start_spare_for_table(self) -> None:
        """The same, where a table of a person's own is what it will train on: it imports what
        reads one too.

        Raises:
            TrainerGone: as ``start_spare``.
        """
        if self.spare and self._spare_at_once:
            self._warm_process.start(for_table=True)

    def describe(self, task: str, variant: str | None, seed: int = 0) -> Description:
        """What a person asks of the data before training; remembered between sessions.

        Raises:
            RequestFailed: the data cannot be loaded, for example a file is missing.
            kertasks.UnknownTask, kertasks.UnknownVariant: no such name.
        """
        from kertasks.data.described.description import SCHEMA, from_json
        from kertasks.registry import find_task

        found = self.remembered_description(task, variant, seed)
        if found is not None:
            return found
        with self._describing:  # one at a time: each may hold hundreds of megabytes
            found = self.remembered_description(task, variant, seed)
            if found is None:
                name = find_task(task).variant(variant).name
                fields = self._request("describe", keras=False, task=task, variant=name, seed=seed)
                self._descriptions.write(fields, task, name, seed, SCHEMA)
                found = from_json(fields)
            return found

    def remembered_description(
        self, task: str, variant: str | None, seed: int = 0
    ) -> Description | None:
        """What ``describe`` said before, where it did: waits for no process and loads no data.

        Raises:
            kertasks.UnknownTask, kertasks.UnknownVariant: no such name.
        """
        from kertasks.data.described.description import SCHEMA, from_json
        from kertasks.registry import find_task

        name = find_task(task).variant(variant).name
        fields = self._descriptions.read(task, name, seed, SCHEMA)
        return from_json(fields) if fields is not None else None

    def baselines(self, recipe: Recipe) -> RunBaselines:
        """What learns next to nothing on the rows of a recipe: may take seconds where it is not
        remembered.

        Raises:
            RequestFailed: the data cannot be loaded.
            TrainerGone: no process could be started.
        """
        import msgspec

        from kertasks.recipes.json_form import to_json
        from kertasks.scores.run_baselines import RunBaselines

        found = self.remembered_baselines(recipe)
        if found is None:
            answer = self._request("baselines", keras=False, recipe=to_json(recipe))
            found = msgspec.convert(answer, RunBaselines)
        return found

    def remembered_baselines(self, recipe: Recipe) -> RunBaselines | None:
        """What ``baselines`` said before, where it did: waits for no process."""
        from kertasks.scores.baseline_cache import BaselineCache

        return BaselineCache(self._cache_dir).read(recipe)

    def _request(self, op: str, *, keras: bool, **payload: Any) -> dict[str, Any]:
        if not self.spare:
            process = TrainerProcess.spawn(self._cache_dir, keras=keras)
            try:
                return process.request(op, **payload)
            finally:
                process.close()
        return self._warm_process.request(op, **payload)

    def catalog(self) -> Catalog:
        """Every layer, optimizer, loss, … that a recipe can use; remembered by Keras version.

        Raises:
            TrainerGone: Keras cannot be imported here.
            CatalogUnavailable: the cache folder cannot be written in.
        """
        with self._reading_catalog:
            if not self.knows_catalog:
                self._request("catalog", keras=True)
            if not self.knows_catalog or self._catalog is None:
                raise CatalogUnavailable(f"cannot keep Keras's layers in {self._cache_dir}")
            return self._catalog

    @property
    def knows_catalog(self) -> bool:
        """Whether ``catalog`` answers without starting a process."""
        from kertasks.keras_catalog.catalog import cached_catalog

        if self._catalog is None:
            self._catalog = cached_catalog(self._cache_dir)
        return self._catalog is not None

    def check(self, recipe: Recipe) -> ModelCheck:
        """What is to be said of the recipe: shapes, parameters, why it is refused, warnings.

        Waits for the spare while it warms up; then it takes some milliseconds.

        Raises:
            SpareUnavailable: there is no spare.
            RequestFailed: the data's shape is not known, for example a file is missing.
            TrainerGone: the spare ended; the next call has a new one.
        """
        return self._check(recipe, then_train=False)

    def require_trainable(self, recipe: Recipe, source: str | None = None) -> None:
        """Hold a recipe that is started next against Keras and its data. The spare then need not
        warm up before. What is only warned of is told by the run itself.

        Args:
            recipe: what is to be trained.
            source: the file it was read from, if any.

        Raises:
            BuildError: with every fault, those of the recipe's own values too.
            SpareUnavailable, RequestFailed, TrainerGone: as ``check``.
        """
        from kertasks.models.messages import BuildError

        found = self._check(recipe, then_train=True)
        if found.errors:
            first, *more = found.errors
            raise BuildError(first.path, first.reason, *more, source=source)

    def _check(self, recipe: Recipe, *, then_train: bool) -> ModelCheck:
        import msgspec

        from kertasks.models.check import ModelCheck
        from kertasks.recipes.json_form import to_json

        if not self.spare:
            raise SpareUnavailable
        asked = {"recipe": to_json(recipe), "then_train": then_train, **self._known_data(recipe)}
        return msgspec.convert(self._request("check", keras=True, **asked), ModelCheck)

    def _known_data(self, recipe: Recipe) -> dict[str, Any]:
        """Shape of a recipe's data, and what stands in it, where it was described before."""
        import msgspec

        from kertasks.models.check import DataShape

        description = self.remembered_description(recipe.task, recipe.data.variant, recipe.seed)
        is_other = recipe.data.train_on_validation or recipe.data.held_out_fold is not None
        if description is None or description.values is None or is_other:
            return {}
        train = description.splits[0]
        shape = DataShape(
            input_shape=train.x_shape,
            input_dtype=train.x_dtype,
            target_shape=train.y_shape,
            target_dtype=train.y_dtype,
            classes=len(description.values.class_names),
        )
        return {
            "shape": msgspec.to_builtins(shape),
            "values": msgspec.to_builtins(description.values),
        }

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        """What a network computed at a moment of a run, by weights that are in its folder.

        Waits for the spare while it warms up.

        Raises:
            SpareUnavailable: there is no spare.
            RequestFailed: the run has no such weights, its recipe or its data cannot be read.
            TrainerGone: the spare ended; the next call has a new one.
        """
        from base64 import b64decode, b64encode

        import msgspec

        from kertasks.runs.looking.view import decode_look, encode_request

        if self._far is not None:
            return self._far.look(run, moment, request)
        if not self.spare:
            raise SpareUnavailable
        asked = {
            "run": str(run.path.absolute()),
            "moment": msgspec.to_builtins(moment),
            "request": b64encode(encode_request(request)).decode(),
        }
        return decode_look(b64decode(self._request("look", keras=True, **asked)["look"]))

    def start(
        self,
        recipe: Recipe,
        source: str | None = None,
        *,
        then_spare: bool = True,
        devices: str | None = None,
        hosts: AskedHosts | None = None,
    ) -> RunFolder:
        """Begin to train, in the warm spare or in a new process, and return at once.

        Args:
            recipe: what to train.
            source: the file it was read from, if any.
            then_spare: whether the next spare is started, once this run has an epoch.
            devices: of this machine that share the training, ``"all"`` or ``"0,1"``; None for one.
            hosts: machines of a cluster that share it; None for this one alone.

        Raises:
            DataFileMissing, DataFileDamaged: the task's data is not here.
            HomeNotWritable: the run's folder cannot be made.
            RequestFailed: a process was started and cannot write in it.
            TrainerGone: no process could be started.
        """
        return self._start(recipe, source, None, then_spare, devices, hosts)

    def retrain(self, run: RunFolder, *, then_spare: bool = True) -> RunFolder:
        """Begin to train a fresh network on the training and the validation rows of a run that is
        over, for the number of epochs that was best; the new run names this one.

        Raises:
            NotToRetrain: the run still goes on, has no best epoch, or held nothing out.
            RunDamaged, kertasks.RecipeError: its recipe or its events cannot be read.
            kertasks.UserError: as ``start``.
        """
        from kertasks.recipes.retraining import retraining_of

        return self._start(retraining_of(run, self.catalog()), None, run.id, then_spare)

    def _start(
        self,
        recipe: Recipe,
        source: str | None,
        retrained_from: str | None,
        then_spare: bool,
        devices: str | None = None,
        hosts: AskedHosts | None = None,
    ) -> RunFolder:
        # Not needed before the first paint.
        from kertasks.data.sources.data_files import require
        from kertasks.registry import find_task
        from kertasks.runs.event_file.event_reader import EventReader

        # A run that cannot even begin is no run: nothing of it is to be kept.
        for name in find_task(recipe.task).files:
            require(name)
        run = self.store.create(recipe, source, retrained_from)
        self.adviser.make_way()
        try:
            give_run(run, self._warm_process.take(), self._cache_dir, devices=devices, hosts=hosts)
        except UserError:
            if not run.manifest_path.exists():  # no trainer claimed it
                shutil.rmtree(run.path, ignore_errors=True)
            raise
        self.told.begin(run, anew=True)
        self.take_up(run)
        if then_spare and self.spare:
            self._warm_process.start_later(EventReader(run.events_path))
        return run

    def resume(
        self, run: RunFolder, epochs: int | None = None, hosts: AskedHosts | None = None
    ) -> None:
        """Go on with a run that is over, from its last checkpoint, in the spare or a new process.

        When this returns the run is running, for everybody; see
        ``kertasks.trainer.process.claiming``.

        Args:
            run: stopped, failed or lost; or finished, to be given more epochs.
            epochs: to train in all from now on; as planned for None.
            hosts: machines of a cluster that share it from now on; None for this one alone.

        Raises:
            NotToResume: it still runs, or it is finished and ``epochs`` gives it no more.
            RunDamaged: it has no recipe.
            kertasks.RecipeError: its recipe was spoilt, or Keras has no such layer or argument.
            RequestFailed: another process resumed it just now, or its folder cannot be written in.
            TrainerGone: no process could be started.
        """
        from kertasks.runs.event_file.event_reader import EventReader
        from kertasks.runs.resumable import require_resumable

        if self._far is not None:
            self._far.resume(run, epochs)
            self.take_up(run)
            return
        run.require_own()
        require_resumable(run, epochs)
        run.recipe(self.catalog())  # all that is checked before a training begins
        reader = EventReader.at_end(run.events_path)
        self.adviser.make_way()
        spare = self._warm_process.take()
        give_run(run, spare, self._cache_dir, resumes=True, epochs=epochs, hosts=hosts)
        self.take_up(run)
        if self.spare:
            self._warm_process.start_later(reader)

    def find_running(self, task: str) -> RunFolder | None:
        """The newest training of the task that still goes on, among the latest runs. One that is
        trained where it cannot be seen is listened to for some seconds.

        Raises:
            HomeNotReadable: the runs cannot be listed.
        """
        from kertasks.runs.run_errors import RunDamaged
        from kertasks.runs.signs.heartbeat import HEARTBEAT
        from kertasks.runs.state import RunState

        unseen = []
        for run in islice(self.store.newest_first(), _NEWEST):
            try:
                same = run.manifest().task == task
            except RunDamaged:
                continue
            state = run.state() if same else RunState.LOST
            if state.goes_on:
                return run
            if state is RunState.UNKNOWN:
                unseen.append(run)
        deadline = time.monotonic() + 2 * HEARTBEAT
        while unseen and time.monotonic() < deadline and not self._closed.wait(_LISTEN_EVERY):
            for run in unseen:
                if run.state().goes_on:
                    return run
        return None

    def take_up(self, run: RunFolder) -> None:
        """Count a run that began elsewhere among those of this session."""
        self.told.begin(run)
        with self._lock:
            if run not in self.session_runs:
                self.session_runs.append(run)

    def close(self) -> None:
        """End the idle spare and the process that advises. A training goes on."""
        self._closed.set()
        self.told.close()
        self.adviser.close()
        self._warm_process.close()
