"""The network of a run, as it was at any epoch of which the weights are kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import keras
from msgspec.structs import replace

from kertasks.data.dataset import Dataset
from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.build import build_model, require_trainable
from kertasks.own_tasks.kept_statistics import data_without_rows, require_same_data
from kertasks.pretrained.kept_file import with_kept_networks
from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.kept_epochs import (
    kept_files,
    kept_moments,
    kept_path,
    nearest_kept,
)
from kertasks.runs.looking.view import DoesNotApply, Look, Moment, ViewRequest
from kertasks.runs.views.evaluation import EvaluationRequest
from kertasks.runs.weights_file import WeightsEpoch, read_epoch
from kertasks.text.error_text import described
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.weights.checkpoint import CheckpointDamaged, TrainingPosition, read_weights
from kertasks.trainer.weights.epoch_file import read_epoch_file
from kertasks.trainer.weights.held_weights import Arrays
from kertasks.views.layers.updates import with_updates
from kertasks.views.networks.saved_weights import NoWeights, load_file
from kertasks.views.split_choice import data_of_run
from kertasks.views.table import look


class RunNetwork:
    """A run's network, built from its recipe; of its files only numbers are read.

    Args:
        run: whose folder may come from anybody.
        datasets: data that may be loaded already.
        catalog: Keras's classes, by which the recipe is judged.
        needs_rows: whether the rows of its data are looked at. Where they are not, what the run
            keeps of them may do.

    Raises:
        kertasks.UserError: its recipe is no recipe, is refused, or its data is not here or another
            one by now.
    """

    def __init__(
        self,
        run: RunFolder,
        datasets: DatasetCache,
        catalog: Catalog | None = None,
        *,
        needs_rows: bool = True,
    ) -> None:
        self.run = run
        run.require_recipe(
            "cannot be asked here",
            "The tabs of kertui attach look at its network, where its rows are known, and Keras "
            "loads its model.keras, where there is one.",
        )
        self.recipe: Recipe = with_kept_networks(run.recipe(catalog), run.path)
        found = None if needs_rows else data_without_rows(run)
        if found is None:
            found = datasets.for_recipe(self.recipe)
            require_same_data(run, found)
            require_trainable(self.recipe, found)
        self.data: Dataset = data_of_run(found, self.recipe)
        """With the validation rows that the recipe holds out."""

        self.model: keras.Model = build_model(self.recipe, found, check=False)
        self.of: WeightsEpoch | None = None
        """Whose weights the model has; None for those it was built with."""

    def load(self, moment: Moment) -> WeightsEpoch:
        """Give the model the weights of a moment, and say of which epoch they are.

        Raises:
            NoWeights: there are none; where an epoch is asked for, it says of which near one there
                are some.
        """
        if moment.epoch is not None:
            self.of = self._load_epoch(moment.epoch)
        elif moment.best:
            self.of = self._load_best()
        else:
            self.of = self._load_latest()
        return self.of

    def _load_epoch(self, epoch: int) -> WeightsEpoch:
        """Load an epoch from whichever file has it."""
        if epoch in kept_files(self.run.epochs_path):
            return self._load_kept(epoch)
        for path in (self.run.model_path, self.run.best_path):
            of = read_epoch(self.run.where(path))
            if of is not None and (of.epoch, of.step) == (epoch, 0):
                return self._load_file(path)
        with suppress(NoWeights):
            position, arrays = self._checkpoint()
            if (position.epoch, position.step) == (epoch, 0):
                return self._assign(self.model.variables, position, arrays)
        near = nearest_kept(kept_moments(self.run), epoch)
        there = "" if near is None else f"; those of epoch {near} are the nearest"
        raise NoWeights(f"the weights of epoch {epoch} are not kept{there}")

    def _load_best(self) -> WeightsEpoch:
        """Load the best epoch, which a trainer that was killed may have left in its checkpoint."""
        if not self.run.where(self.run.best_path).exists():
            with suppress(NoWeights):
                return self._assign(self.model.weights, *self._checkpoint(best=True))
        return self._load_file(self.run.best_path)

    def _load_latest(self) -> WeightsEpoch:
        """Load what training left, or where it came to no end, the furthest that there is."""
        path, state = self.run.where(self.run.model_path), self.run.state()
        of = (read_epoch(path) or WeightsEpoch(0)) if path.exists() else None
        if of is not None and state.is_over and not state.is_gone:
            return self._load_file(self.run.model_path)
        ended = (-1, 0) if of is None else (of.epoch, of.step)
        kept = max(kept_files(self.run.epochs_path), default=0)
        with suppress(NoWeights):
            position, arrays = self._checkpoint()
            if (position.epoch, position.step) >= max(ended, (kept, 0)):
                return self._assign(self.model.variables, position, arrays)
        if kept and (kept, 0) > ended:
            return self._load_kept(kept)
        return self._load_file(self.run.model_path)

    def _load_file(self, place: Path) -> WeightsEpoch:
        """Load ``model.keras`` or ``best.keras``."""
        return load_file(self.model, self.run, place)

    def _load_kept(self, epoch: int) -> WeightsEpoch:
        path = kept_path(self.run.epochs_path, epoch)
        try:
            arrays = read_epoch_file(path, self.model.get_weights())
        except (OSError, ValueError) as error:
            raise NoWeights(f"epochs/{path.name} cannot be read: {described(error)}") from error
        return self._assign(self.model.weights, TrainingPosition(epoch), arrays)

    def _checkpoint(self, *, best: bool = False) -> tuple[TrainingPosition, Arrays]:
        """What a checkpoint holds, which no file of weights has yet.

        Raises:
            NoWeights: there is none, or it cannot be read.
        """
        try:
            return read_weights(self.run.where(self.run.checkpoint_path), self.model, best=best)
        except (OSError, CheckpointDamaged) as error:
            raise NoWeights(described(error)) from error

    def _assign(
        self, variables: Sequence[keras.Variable], position: TrainingPosition, arrays: Arrays
    ) -> WeightsEpoch:
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        return WeightsEpoch(position.epoch, position.step)

    def look(self, request: ViewRequest) -> Look:
        """Compute a view with the weights that were loaded last."""
        of = self.of or WeightsEpoch(0)
        asked = request
        if isinstance(asked, EvaluationRequest) and asked.batch_size is None:
            asked = replace(asked, batch_size=self.recipe.fit.batch_size)
        try:
            record = look(self.model, self.data, asked)
        except DoesNotApply as reason:
            return Look(request, of.epoch, of.step, why_not=str(reason))
        record = with_updates(record, self.model, self.run.epochs_path, of)
        return Look(request, of.epoch, of.step, record)
