"""What a patch changes, in a few words: ``"sigmoid instead of softmax"``. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kertasks.recipes.changes import Change
from kertasks.recipes.json_form import to_json
from kertasks.recipes.recipe import Recipe
from kertui.text.recipe_values import format_value

_SAY_THEMSELVES = ("activation", "loss", "optimizer", "class", "variant")
"""Settings whose values are words that need no name before them."""

_LONGEST = 6
"""Numbers of a list that are written out; of more it is said how many there are."""


def patch_in_words(recipe: Recipe, patch: Iterable[str]) -> str:
    """Changes of a recipe as a list with commas; what is changed alike in several layers is said
    once.

    Args:
        recipe: what is changed.
        patch: changes as ``--set`` takes them, which the recipe takes.
    """
    said: dict[str, int] = {}
    for written in patch:
        words = _words(to_json(recipe), Change.read(written))
        said[words] = said.get(words, 0) + 1
    several = (
        f"{words} in {count} layers" if count > 1 else words for words, count in said.items()
    )
    return ", ".join(several)


def _words(plain: dict[str, Any], change: Change) -> str:
    *parents, name = change.path.split(".")
    before = _shown(_standing(plain, change.path))
    after = _shown(change.value()) if change.text else ""
    if change.adds:
        is_end = int(name) >= len(plain.get("layers", ()))
        return f"{after} at the end" if is_end else f"{after} before layer {name}"
    if not after:
        return f"no {before}" if parents == ["layers"] else f"{name} left out"
    name = name.replace("_", " ")
    is_word = name in _SAY_THEMSELVES or parents == ["layers"]
    words = after if is_word else f"{name} {after}"
    return f"{words} instead of {before}" if before else words


def _standing(plain: Any, path: str) -> Any:
    """What stands at a path; None for nothing."""
    for key in path.split("."):
        if isinstance(plain, list) and key.isdigit() and int(key) < len(plain):
            plain = plain[int(key)]
        elif isinstance(plain, dict):
            plain = plain.get(key)
        else:
            return None
    return plain


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        inner = ", ".join(f"{name} {_shown(one)}" for name, one in value.items() if name != "class")
        return f"{value.get('class')}({inner})" if inner else str(value.get("class"))
    if isinstance(value, list) and len(value) > _LONGEST:
        return f"of {len(value)} numbers"
    return format_value(value)
