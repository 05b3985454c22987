"""The data a trainer process has at hand: the last loaded, and what stands in each it saw."""

from __future__ import annotations

import threading
from dataclasses import replace

from kertasks.data.dataset import Dataset
from kertasks.data.folds.fold import Fold
from kertasks.data.joining import joined
from kertasks.data.value_reading import values_of
from kertasks.data.values import DataValues
from kertasks.models.check import DataShape
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task

_KEPT_BYTES = 1 << 30
"""A larger dataset is not kept: an idle process must not hold gigabytes."""


class DatasetCache:
    """Loads data, and does not load again what it has. Thread-safe, one load at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: Dataset | None = None
        self._version = ""
        """Of the task whose data is kept."""

        self._facts: dict[tuple[object, ...], tuple[DataShape, DataValues]] = {}

    def load(self, task: str, variant: str | None, seed: int, fold: Fold | None = None) -> Dataset:
        """The data, from memory when it is what was loaded last. Arguments as of ``Task.load``.

        Raises:
            kertasks.UserError: no such name, or a file is missing or damaged.
        """
        found = find_task(task)
        name = found.variant(variant).name
        with self._lock:
            kept = self._kept
            if (
                kept is not None
                and (kept.task, kept.variant, kept.seed, kept.fold) == (task, name, seed, fold)
                and self._version == found.version
            ):
                return kept
            self._kept = None  # never two at once in memory
            data = found.load(name, seed, fold)
            arrays = (array for split in data.splits().values() for array in (split.x, split.y))
            if sum(array.nbytes for array in arrays) <= _KEPT_BYTES:
                self._kept, self._version = data, found.version
            return data

    def for_recipe(self, recipe: Recipe) -> Dataset:
        """The data that a recipe trains on and is tested on.

        Raises:
            kertasks.UserError: as ``load``.
        """
        settings = recipe.data
        data = self.load(recipe.task, settings.variant, recipe.seed, settings.held_out_fold)
        return joined(data) if settings.train_on_validation else data

    def facts(self, recipe: Recipe) -> tuple[DataShape, DataValues]:
        """What decides whether a model fits its data: its shape, and what stands in it.

        Raises:
            kertasks.UserError: as ``load``.
        """
        task = find_task(recipe.task)
        variant = task.variant(recipe.data.variant).name
        settings = replace(recipe.data, variant=variant)
        key = recipe.task, task.version, settings, recipe.seed
        if key not in self._facts:
            data = self.for_recipe(recipe)
            self._facts[key] = data.shape, values_of(data)
        return self._facts[key]
