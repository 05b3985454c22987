"""The rows of the layer list, from the recipe and what is said of it."""

from __future__ import annotations

from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.check import LayerCheck
from kertasks.recipes.recipe import Recipe
from kertui.text.layer_lines import main_arguments, shape_text
from kertui.workbench.draft.recipe_check import Verdict
from kertui.workbench.layers.layer_list import LayerRow
from kertui.workbench.settings.settings_fields import say_refusal


def layer_rows(
    recipe: Recipe, verdict: Verdict, catalog: Catalog | None, times: str
) -> tuple[LayerRow, ...]:
    """One row a layer."""
    rows = []
    for index, layer in enumerate(recipe.layers):
        said = verdict.layer(index)
        rows.append(
            LayerRow(
                layer.class_name,
                main_arguments(layer, catalog, times),
                _shape_of(said, verdict, times),
                said.parameters if said else None,
                verdict.layer_reason(index),
            )
        )
    return tuple(rows)


def _shape_of(said: LayerCheck | None, verdict: Verdict, times: str) -> str | None:
    """Empty where Keras never gets to the layer, None where its answer is under way."""
    if said is not None and said.output_shape is not None:
        return shape_text(said.output_shape, times)
    return "" if verdict.check is not None else None


def shape_words(shape: tuple[int | None, ...] | None, times: str) -> str | None:
    """A shape as it stands in the list; None for one that is not known."""
    return None if shape is None else shape_text(shape, times)


def total_problem(
    recipe: Recipe, verdict: Verdict, catalog: Catalog | None, into: str
) -> str | None:
    """Why there is no total, for the last line; a layer's own reason stands in its row."""
    refusal = verdict.refusal()
    if refusal is None:
        return None
    if refusal.layer is not None:
        return f"layer {refusal.layer + 1} is refused"
    return say_refusal(refusal, recipe, catalog, into)
