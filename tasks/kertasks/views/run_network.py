"""The network of a run, as it was at any epoch of which the weights are kept."""

from __future__ import annotations

import warnings

import keras

from kertasks.data.dataset import Dataset
from kertasks.errors import UserError
from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.build import build_model, require_trainable
from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import DoesNotApply, Look, Moment, ViewRequest
from kertasks.runs.weights_file import WeightsEpoch, read_epoch
from kertasks.text.error_text import described
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.views.split_choice import data_of_run
from kertasks.views.table import look


class NoWeights(UserError):
    """A run has no weights of the moment that is asked for, or none that can be read."""


class RunNetwork:
    """A run's network, built from its recipe; of its files only numbers are read.

    Args:
        run: whose folder may come from anybody.
        datasets: data that may be loaded already.
        catalog: Keras's classes, by which the recipe is judged.

    Raises:
        kertasks.UserError: its recipe is no recipe, is refused, or its data is not here.
    """

    def __init__(
        self, run: RunFolder, datasets: DatasetCache, catalog: Catalog | None = None
    ) -> None:
        self.run = run
        self.recipe: Recipe = run.recipe(catalog)
        found = datasets.load(self.recipe.task, self.recipe.data.variant, self.recipe.seed)
        require_trainable(self.recipe, found)
        self.data: Dataset = data_of_run(found, self.recipe)
        """With the validation rows that the recipe holds out."""

        self.model: keras.Model = build_model(self.recipe, found, check=False)
        self.of: WeightsEpoch | None = None
        """Whose weights the model has; None for those it was built with."""

    def load(self, moment: Moment) -> WeightsEpoch:
        """Give the model the weights of a moment, and say of which epoch they are.

        Raises:
            NoWeights: there are none.
        """
        path = self.run.where(self.run.best_path if moment.best else self.run.model_path)
        of = read_epoch(path)
        if of is None:
            if not path.exists():
                raise NoWeights(f"{path.name} is not there: it is written when the training ends")
            of = WeightsEpoch(RunHistory.read(self.run.events_path).epochs)
        if moment.epoch is not None and moment.epoch != of.epoch:
            raise NoWeights(f"the weights of epoch {moment.epoch} are not kept")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the optimizer's numbers, which nobody needs
                # Numbers alone: the file's own description of the network is not read.
                self.model.load_weights(path)
        except Exception as error:
            raise NoWeights(f"{path.name} cannot be read: {described(error)}") from error
        self.of = of
        return of

    def look(self, request: ViewRequest) -> Look:
        """Compute a view with the weights that were loaded last."""
        of = self.of or WeightsEpoch(0)
        try:
            return Look(request, of.epoch, of.step, look(self.model, self.data, request))
        except DoesNotApply as reason:
            return Look(request, of.epoch, of.step, why_not=str(reason))
