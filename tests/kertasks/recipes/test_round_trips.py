"""A recipe survives TOML, JSON and a file that held another one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.support.recipe_strategies import recipes

from kertasks.recipes.json_form import from_json, to_json
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.toml_file import format_recipe, load_recipe, parse_recipe, save_recipe
from kertasks.registry import all_tasks

SHIPPED = [
    pytest.param(recipe, id=f"{task.name}-{name}")
    for task in all_tasks()
    for name, recipe in task.recipes.items()
]


def exactly(recipe: Recipe) -> str:
    """Text that differs where values are equal but of another kind, such as 1 and 1.0."""
    return repr(to_json(recipe))


@given(recipes)
@settings(max_examples=60, deadline=None)
def test_toml_gives_an_equal_recipe_back(recipe: Recipe) -> None:
    read = parse_recipe(format_recipe(recipe))
    assert read == recipe
    assert exactly(read) == exactly(recipe)


@given(recipes)
@settings(max_examples=60, deadline=None)
def test_json_gives_an_equal_recipe_back(recipe: Recipe) -> None:
    read = from_json(json.loads(json.dumps(to_json(recipe), allow_nan=False)))
    assert read == recipe
    assert exactly(read) == exactly(recipe)


@given(recipes, recipes)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_file_that_held_another_recipe_holds_the_new_one(
    tmp_path: Path, first: Recipe, second: Recipe
) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f"# kept\n{format_recipe(first)}", encoding="utf-8")
    save_recipe(second, path)
    assert load_recipe(path) == second
    assert path.read_text(encoding="utf-8").startswith("# kept\n")


@pytest.mark.parametrize("recipe", SHIPPED)
def test_every_shipped_recipe_survives_a_file(recipe: Recipe, tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    save_recipe(recipe, path)
    assert load_recipe(path) == recipe
    assert path.read_text(encoding="utf-8") == format_recipe(recipe)
    save_recipe(recipe, path)
    assert path.read_text(encoding="utf-8") == format_recipe(recipe)
