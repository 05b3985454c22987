"""A finding in the words of the workbench. Pure."""

from __future__ import annotations

import math

from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.tried_fix import TriedFix
from kertasks.text.numbers import grouped, number
from kertui.terminal.glyphs import Glyphs
from kertui.text.finding_look import counted_from_one
from kertui.text.patch_words import patch_in_words

_LARGE = 1_000_000_000


def place_of(finding: Finding, recipe: Recipe | None) -> str:
    """What a finding is about: a layer by its place and, where a recipe says it, its class; else a
    part of the training."""
    if finding.layer is None:
        return str(finding.fault).replace("-", " ")
    layers = () if recipe is None else recipe.layers
    name = f" {layers[finding.layer].class_name}" if finding.layer < len(layers) else ""
    return f"layer {finding.layer + 1}{name}"


def headline(finding: Finding, recipe: Recipe | None) -> tuple[str, str]:
    """What a finding is about, and what is wrong with that: ``("layer 2 Dense", " has 2 units")``.
    A sentence that names its layer itself is not begun with its name a second time."""
    place, sentence = place_of(finding, recipe), counted_from_one(finding.sentence)
    layer = "" if finding.layer is None else f"layer {finding.layer + 1}"
    if layer and sentence.startswith(f"{layer} "):
        return place, sentence.removeprefix(layer)
    return place, f"  {sentence}"


def numbers_of(finding: Finding, signs: Glyphs) -> str:
    """The numbers behind a finding on one line."""
    between = f" {signs.dot} "
    return between.join(f"{name} {_short(value)}" for name, value in finding.numbers.items())


def _short(value: float) -> str:
    whole = math.isfinite(value) and value == round(value) and abs(value) < _LARGE
    return grouped(round(value)) if whole else number(value, 3)


def fix_of(finding: Finding, recipe: Recipe) -> str:
    """What a finding's patch changes in a recipe: ``sigmoid instead of softmax``."""
    return counted_from_one(patch_in_words(recipe, finding.patch))


def tried_words(tried: TriedFix, signs: Glyphs) -> str:
    """What came of a trial: ``accuracy 0.500 → 0.980 in 3 s, 3 of 3 seeds``."""
    said = _with_arrow(str(tried), signs)
    return said if tried.helps else f"{said}: it does not help"


def gain_words(tried: TriedFix, signs: Glyphs) -> str:
    """The same as short as can be: ``0.500 → 0.980 in 3 s``."""
    return _with_arrow(tried.gain, signs)


def _with_arrow(text: str, signs: Glyphs) -> str:
    return text if signs.ascii else text.replace("->", signs.right)
