"""What a patch changes, in a few words: ``"sigmoid instead of softmax"``. Pure."""

from __future__ import annotations

from kertasks.recipes.recipe import Recipe
from kertui.comparison.recipe_comparison import ComparedValue, compare_recipes

_SAY_THEMSELVES = ("activation", "loss", "optimizer", "class", "variant")
"""Settings whose values are words that need no name before them."""


def changes_in_words(recipe: Recipe, patched: Recipe) -> str:
    """What differs between a recipe and what it became, as a list with commas; what is changed
    alike in several layers is said once."""
    said: dict[str, int] = {}
    for value in compare_recipes([recipe, patched]).differences:
        words = _words(value)
        said[words] = said.get(words, 0) + 1
    several = (f"{words} ({count} times)" if count > 1 else words for words, count in said.items())
    return ", ".join(several)


def _words(value: ComparedValue) -> str:
    before, after = value.values
    *path, name = value.label.split(".")
    if path == ["layers"]:
        return f"without {before}" if after is None else f"with {after}"
    name = name.replace("_", " ")
    said = "" if name in _SAY_THEMSELVES else f"{name} "
    if after is None:
        return f"the default {name} instead of {before}"
    return f"{said}{after}" if before is None else f"{said}{after} instead of {before}"
