"""The rows of the layer list, from the recipe and what is said of it."""

from __future__ import annotations

from kertasks.layers.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertui.editing.layer_lines import main_arguments, shape_text
from kertui.editing.verdict import Verdict
from kertui.widgets.layer_list import LayerRow


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
                shape_words(said.output_shape if said else None, times),
                said.parameters if said else None,
                verdict.layer_reason(index),
            )
        )
    return tuple(rows)


def shape_words(shape: tuple[int | None, ...] | None, times: str) -> str | None:
    """A shape as it stands in the list; None for one that is not known."""
    return None if shape is None else shape_text(shape, times)


def total_problem(verdict: Verdict) -> str | None:
    """Why there is no total, for the last line: only where no layer says it itself."""
    refusal = verdict.refusal()
    if refusal is None or refusal.layer is not None:
        return None
    return f"{refusal.path}: {refusal.reason}" if refusal.path else refusal.reason
