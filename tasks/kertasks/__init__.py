"""Tasks, recipes and training for small Keras networks, usable without the interface.

Example:
    >>> import kertasks
    >>> task = kertasks.find_task("xor")
    >>> recipe = task.recipes["answer"]
    >>> data = task.load(recipe.data.variant, seed=recipe.seed)
    >>> model = kertasks.build_model(recipe, data)
    >>> history = kertasks.fit(model, data.train.x, data.train.y, batch_size=1, epochs=10)

Keras and NumPy are imported when a name that needs them is first used, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kertasks.advice.checking import check as check
    from kertasks.advice.checking import diagnose as diagnose
    from kertasks.advice.fixes.model_trials import try_fix as try_fix
    from kertasks.data.dataset import Dataset as Dataset
    from kertasks.data.splits import Split as Split
    from kertasks.errors import UnknownRecipe as UnknownRecipe
    from kertasks.errors import UnknownTask as UnknownTask
    from kertasks.errors import UnknownVariant as UnknownVariant
    from kertasks.errors import UserError as UserError
    from kertasks.export.script.writing import keras_script as keras_script
    from kertasks.fitting import evaluate as evaluate
    from kertasks.fitting import fit as fit
    from kertasks.fitting import predict as predict
    from kertasks.models.build import build_model as build_model
    from kertasks.models.build import check_recipe as check_recipe
    from kertasks.models.keras_warnings import RecipeWarning as RecipeWarning
    from kertasks.recipes.recipe import Layer as Layer
    from kertasks.recipes.recipe import Recipe as Recipe
    from kertasks.recipes.recipe_errors import RecipeError as RecipeError
    from kertasks.recipes.toml_file import load_recipe as load_recipe
    from kertasks.recipes.toml_file import save_recipe as save_recipe
    from kertasks.registry import all_tasks as all_tasks
    from kertasks.registry import find_task as find_task
    from kertasks.scripts.run import Run as Run
    from kertasks.task import Task as Task

_HOMES = {
    "check": "kertasks.advice.checking",
    "diagnose": "kertasks.advice.checking",
    "Dataset": "kertasks.data.dataset",
    "Layer": "kertasks.recipes.recipe",
    "Recipe": "kertasks.recipes.recipe",
    "RecipeError": "kertasks.recipes.recipe_errors",
    "RecipeWarning": "kertasks.models.keras_warnings",
    "Run": "kertasks.scripts.run",
    "Split": "kertasks.data.splits",
    "Task": "kertasks.task",
    "UnknownRecipe": "kertasks.errors",
    "UnknownTask": "kertasks.errors",
    "UnknownVariant": "kertasks.errors",
    "UserError": "kertasks.errors",
    "all_tasks": "kertasks.registry",
    "build_model": "kertasks.models.build",
    "check_recipe": "kertasks.models.build",
    "evaluate": "kertasks.fitting",
    "find_task": "kertasks.registry",
    "fit": "kertasks.fitting",
    "keras_script": "kertasks.export.script.writing",
    "load_recipe": "kertasks.recipes.toml_file",
    "predict": "kertasks.fitting",
    "save_recipe": "kertasks.recipes.toml_file",
    "try_fix": "kertasks.advice.fixes.model_trials",
}


def __getattr__(name: str) -> Any:
    """Import the module that holds ``name`` the first time it is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
