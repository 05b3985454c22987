"""The last step of a study: a fresh network on all rows, for as many epochs as were best."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertasks.pretrained.kept_file import with_kept_networks
from kertasks.recipes.recipe import DataSettings, Recipe

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.runs.folder import RunFolder

_WORD = ", retrained"


class NotToRetrain(UserError):
    """A run does not say for how many epochs a fresh network is to be trained."""


def retraining_of(run: RunFolder, catalog: Catalog | None = None) -> Recipe:
    """The recipe that trains a fresh network on the training and the validation rows of a run, for
    the number of epochs that was best on the latter.

    The learning rate is the recipe's: what was changed by hand while it trained is not repeated.

    Args:
        run: a run that is over; its folder may come from anybody.
        catalog: Keras's classes; with it, layers and their arguments are judged too.

    Raises:
        HasNoRecipe: it was trained by none.
        NotToRetrain: the run still goes on, has no best epoch, or held nothing out.
        RunDamaged, kertasks.RecipeError: its recipe or its events cannot be read.
    """
    from kertasks.runs.history import RunHistory

    state = run.state()
    if not state.is_over:
        raise NotToRetrain(f"run {run.id} is {state}: its best epoch may be still to come")
    run.require_recipe("cannot be retrained", "Start {by} again, with the epochs that were best.")
    recipe = with_kept_networks(run.recipe(catalog), run.path)
    run.require_events()
    best = RunHistory.read(run.events_path).best
    if best.epoch is None:
        raise NotToRetrain(f"run {run.id} has no best epoch to train a fresh network for")
    if not best.monitor.name.startswith("val_"):
        raise NotToRetrain(
            f"run {run.id} held no rows out: its best epoch is that of the rows it was trained on"
        )
    name = recipe.name.removesuffix(_WORD) + _WORD
    return replace(on_all_rows(recipe, best.epoch), name=name)


def on_all_rows(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe that trains for so many epochs on all rows but those for the test, none of them
    held out to validate on, in a fold or otherwise."""
    fit = replace(recipe.fit, epochs=epochs, validation_split=0.0, early_stopping=None)
    none = DataSettings()
    data = replace(
        recipe.data,
        train_on_validation=True,
        folds=none.folds,
        fold=none.fold,
        repeat=none.repeat,
    )
    return replace(recipe, summary="", fit=fit, data=data)
