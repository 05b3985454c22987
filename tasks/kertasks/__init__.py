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
    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split
    from kertasks.errors import UnknownRecipe, UnknownTask, UnknownVariant, UserError
    from kertasks.export.script.writing import keras_script
    from kertasks.fitting import evaluate, fit, predict
    from kertasks.models.build import build_model
    from kertasks.recipes.recipe import Layer, Recipe
    from kertasks.recipes.recipe_errors import RecipeError
    from kertasks.recipes.toml_file import load_recipe, save_recipe
    from kertasks.registry import all_tasks, find_task
    from kertasks.task import Task

_HOMES = {
    "Dataset": "kertasks.data.dataset",
    "Layer": "kertasks.recipes.recipe",
    "Recipe": "kertasks.recipes.recipe",
    "RecipeError": "kertasks.recipes.recipe_errors",
    "Split": "kertasks.data.splits",
    "Task": "kertasks.task",
    "UnknownRecipe": "kertasks.errors",
    "UnknownTask": "kertasks.errors",
    "UnknownVariant": "kertasks.errors",
    "UserError": "kertasks.errors",
    "all_tasks": "kertasks.registry",
    "build_model": "kertasks.models.build",
    "evaluate": "kertasks.fitting",
    "find_task": "kertasks.registry",
    "fit": "kertasks.fitting",
    "keras_script": "kertasks.export.script.writing",
    "load_recipe": "kertasks.recipes.toml_file",
    "predict": "kertasks.fitting",
    "save_recipe": "kertasks.recipes.toml_file",
}

__all__ = [
    "Dataset",
    "Layer",
    "Recipe",
    "RecipeError",
    "Split",
    "Task",
    "UnknownRecipe",
    "UnknownTask",
    "UnknownVariant",
    "UserError",
    "all_tasks",
    "build_model",
    "evaluate",
    "find_task",
    "fit",
    "keras_script",
    "load_recipe",
    "predict",
    "save_recipe",
]


def __getattr__(name: str) -> Any:
    """Import the module that holds ``name`` the first time it is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
