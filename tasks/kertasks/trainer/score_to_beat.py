"""What to compare a run with: the baselines of its data, computed once for all runs of the data.

While a network trains nothing is computed for it: a run gets what is known as it begins, and
what is not known once it is over and nobody waits.
"""

from __future__ import annotations

import contextlib
import traceback

from kertasks.data.dataset import Dataset
from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder
from kertasks.scores.baseline_cache import BaselineCache
from kertasks.scores.baselines import all_baselines, usual_rows
from kertasks.scores.run_baselines import RunBaselines, write_baselines
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.user_folders import cache_dir
from kertasks.views.split_choice import data_of_run


def baselines_of(recipe: Recipe, datasets: DatasetCache) -> RunBaselines:
    """The baselines of the rows that the recipe trains and is tested on; remembered.

    Raises:
        kertasks.UserError: its data is not here.
    """
    cache = BaselineCache(cache_dir())
    found = cache.read(recipe)
    if found is None:
        found = compute(data_of_run(datasets.for_recipe(recipe), recipe))
        cache.write(recipe, found)
    return found


def compute(data: Dataset) -> RunBaselines:
    """The baselines of data, of a run's with its validation rows."""
    scale = None if data.target_scale is None else data.target_scale.scale
    return RunBaselines(all_baselines(data, usual_rows(data)), scale)


def begin(run: RunFolder, recipe: Recipe) -> None:
    """Give a run that begins what is known; does without where it cannot."""
    with contextlib.suppress(OSError):
        found = BaselineCache(cache_dir()).read(recipe)
        if found is not None:
            write_baselines(run.baselines_path, found)


def end(run: RunFolder, recipe: Recipe, datasets: DatasetCache) -> None:
    """Give a run that is over what it lacks: may take seconds. Nothing of the run depends on it."""
    if run.baselines_path.exists():
        return
    try:
        write_baselines(run.baselines_path, baselines_of(recipe, datasets))
    except OSError:  # a folder that is gone or full was told before
        pass
    except Exception:  # the run is over and told: its log says why there is nothing to compare
        with contextlib.suppress(OSError):
            traceback.print_exc()
