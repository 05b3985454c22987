"""What a task is: a problem with its data variants and the recipes that try to solve it.

Nothing here imports NumPy or Keras, so that a picker can list every task at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kertasks.errors import UnknownRecipe, UnknownVariant, UserError
from kertasks.kinds import Group, TaskKind

if TYPE_CHECKING:
    from pathlib import Path

    from kertasks.data.dataset import Dataset
    from kertasks.data.folds.fold import Fold
    from kertasks.export.script.script_data import ScriptData
    from kertasks.recipes.recipe import Recipe


class LoaderFailed(UserError):
    """A task's loader does not do what a loader is for.

    Args:
        task: whose.
        what: it does instead.
    """

    def __init__(self, task: str, what: str) -> None:
        super().__init__(f"the loader of the task {task} {what}")


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to get or to encode a task's data."""

    name: str
    """What a recipe writes as ``data.variant``, for example ``"four rows"``."""

    summary: str
    """One line on what is special about it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A problem, its data and its recipes. One task is one file in ``kertasks/tasks``."""

    name: str
    """What a person types: lower case, words joined by a hyphen."""

    title: str
    """A few words for the list, for example ``"exclusive or"``."""

    group: Group
    kind: TaskKind

    question: str
    """The problem in one sentence."""

    variants: tuple[Variant, ...]
    """The first one is the default."""

    recipes: Mapping[str, Recipe]
    """By name, in the order to show; the recipe to try first is ``default_recipe``."""

    default_recipe: str

    loader: Callable[[str, int], Dataset]
    """Makes the dataset from a variant's name and a seed; imports NumPy only when called."""

    fold_loader: Callable[[str, int, Fold], Dataset] | None = None
    """Makes the dataset of one fold, where more than a scale is learned of the training rows, such
    as a vocabulary; None where ``Task.load`` divides what ``loader`` gives."""

    order: int = 100
    """Its place in the group, counted in tens; those of one number stand by name."""

    files: tuple[str, ...] = ()
    """Keras data files that must be in the cache, by name."""

    unit: str | None = None
    """A regression target's own unit, for example ``"$1,000"``; None for classes and for a
    target that is a pure number."""

    script: Callable[[str], ScriptData] | None = None
    """The data of a variant in plain Python, for a script without kertasks; None where there is
    no such form."""

    file: Path | None = None
    """The TOML file that says it, of a person's own task of data."""

    version: str = ""
    """Another one once its code or its data is; of a person's own task. Facts of its data that were
    computed before are then computed anew."""

    def variant(self, name: str | None) -> Variant:
        """The variant of that name, the first one for None.

        Raises:
            UnknownVariant: no variant has that name; the message names the nearest.
        """
        if name is None:
            return self.variants[0]
        known = {variant.name: variant for variant in self.variants}
        if name not in known:
            raise UnknownVariant(self.name, name, list(known))
        return known[name]

    def recipe(self, name: str | None = None) -> Recipe:
        """The recipe of that name, the default one for None.

        Raises:
            UnknownRecipe: no recipe has that name; the message names the nearest.
        """
        wanted = self.default_recipe if name is None else name
        if wanted not in self.recipes:
            raise UnknownRecipe(self.name, wanted, list(self.recipes))
        return self.recipes[wanted]

    def load(self, variant: str | None = None, seed: int = 0, fold: Fold | None = None) -> Dataset:
        """Load the data.

        Args:
            variant: a variant's name, or None for the first.
            seed: makes drawn data and random splits repeatable; the same seed gives
                the same arrays, bit for bit.
            fold: the part of the training and validation rows that is held out to validate on;
                None for the task's own split. Whatever is learned of training rows, a scale or a
                vocabulary, is learned of those of the other folds.

        Raises:
            UnknownVariant: no variant has that name.
            kertasks.data.sources.source.DataFileMissing: a file is not in Keras's cache.
            kertasks.data.sources.source.DataFileDamaged: a file's hash is another one.
            kertasks.data.splits.NoRows: what should be rows is nothing that has some.
            LoaderFailed: the task's loader gives no dataset.
            kertasks.data.folds.folding.CannotFold: the rows cannot be divided so.
        """
        from kertasks.data.dataset import Dataset
        from kertasks.data.folds.folding import folded

        name = self.variant(variant).name
        try:
            if fold is not None and self.fold_loader is not None:
                data = self.fold_loader(name, seed, fold)
            else:
                data = self.loader(name, seed)
        except SystemExit as error:  # which is not to end who asks
            raise LoaderFailed(self.name, f"calls exit({error.code!r})") from error
        if not isinstance(data, Dataset):
            raise LoaderFailed(self.name, f"gives a {type(data).__name__}, and not a Dataset")
        data = replace(
            data, task=self.name, variant=name, seed=seed, kind=self.kind, unit=self.unit
        )
        if fold is not None:
            data = replace(data if self.fold_loader is not None else folded(data, fold), fold=fold)
        return data.scaled()

    def load_for(self, recipe: Recipe) -> Dataset:
        """Load the data of a recipe of this task, with a fold held out where it says one.

        Raises:
            kertasks.UserError: as ``load``.
        """
        data = recipe.data
        return self.load(data.variant, recipe.seed, data.held_out_fold)
