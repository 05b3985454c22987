"""Baselines that were computed before, by the rows that they are fitted on."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from kertasks.data.described.fact_cache import FactCache
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.scores.run_baselines import RunBaselines


class BaselineCache:
    """Keeps what to compare networks with, in the user's cache folder."""

    def __init__(self, cache_dir: Path) -> None:
        self._facts = FactCache(cache_dir, "baselines")

    def read(self, recipe: Recipe) -> RunBaselines | None:
        """What is kept of the rows that the recipe trains and is tested on; None for nothing."""
        kept = self._facts.read(*_key(recipe))
        with contextlib.suppress(msgspec.ValidationError):
            return None if kept is None else msgspec.convert(kept, RunBaselines)
        return None

    def write(self, recipe: Recipe, found: RunBaselines) -> None:
        """Keep what was computed."""
        self._facts.write(msgspec.to_builtins(found), *_key(recipe))


def _key(recipe: Recipe) -> tuple[str, *tuple[object, ...]]:
    data, variant = recipe.data, find_task(recipe.task).variant(recipe.data.variant).name
    fold = () if data.held_out_fold is None else (str(data.held_out_fold),)
    share = recipe.fit.validation_split
    return recipe.task, variant, recipe.seed, data.train_on_validation, share, *fold
