"""Recipes fitted to data: a network for its form, with the right end, loss, metrics and epochs."""

from __future__ import annotations

import math

from kertasks.kinds import TaskKind
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.templates.column_networks import has_few_rows, small_weights
from kertasks.templates.data_facts import DataFacts
from kertasks.templates.template_table import TEMPLATES, Template

_VALIDATION = 0.2
_FASTER = 0.003
"""The learning rate for few rows, whose epochs have few steps."""

_STEPS = 4_000
"""Steps after which such a network has learned what it will, if it was not stopped before."""

_PATIENT_STEPS = 400
"""Steps without a better validation after which nothing better is awaited."""

_FEWEST_EPOCHS, _MOST_EPOCHS = 20, 300
_SHORTEST_PATIENCE, _LONGEST_PATIENCE = 5, 30

_OF_FEW_ROWS = 3, 600, 100
"""Of few rows of columns: how many times the patience, epochs and patience at most. A fifth of a
hundred rows is twenty, by whose loss one epoch is better than another mostly by chance. Measured by
rows that neither trained nor validated, 40 to 100 splits each of eight small tables: 0.002 more
answers are right of iris, 0.003 of wine, 0.004 of a made one; the error falls by 1 % of noisy lines
and by 7 % of curves, and rises by 0.3 % of diabetes.
"""

_BATCHES = ((1_000, 16), (10_000, 32), (100_000, 128))
"""Rows below which a batch has so many: a small table needs its steps, a large one its speed."""

_LARGEST_BATCH = 512


def recipes_for(task_name: str, facts: DataFacts) -> tuple[Recipe, ...]:
    """A recipe of every template that fits data, the one to try first at the head.

    Args:
        task_name: of the task whose data it is.
        facts: what is known of the data.
    """
    return tuple(_recipe(template, task_name, facts) for template in templates_for(facts))


def templates_for(facts: DataFacts) -> tuple[Template, ...]:
    """The templates that fit data, the one to try first at the head."""
    return TEMPLATES[facts.form]


def _recipe(template: Template, task_name: str, facts: DataFacts) -> Recipe:
    return Recipe(
        task=task_name,
        name=template.name,
        layers=(*template.layers(facts), last_layer(facts)),
        compile=compile_settings(facts),
        fit=fit_settings(facts),
        summary=template.summary,
    )


def last_layer(facts: DataFacts) -> Layer:
    """The layer that gives a probability, one a class, or a number."""
    small = small_weights(facts)
    match facts.kind:
        case TaskKind.BINARY:
            return Layer("Dense", {"units": 1, "activation": "sigmoid", **small})
        case TaskKind.MULTICLASS:
            return Layer("Dense", {"units": facts.classes, "activation": "softmax", **small})
        case TaskKind.REGRESSION:
            return Layer("Dense", {"units": 1, **(small if facts.target_scaled else {})})


def compile_settings(facts: DataFacts) -> CompileSettings:
    """Optimizer, loss and metrics for what is to be predicted."""
    loss, metric = {
        TaskKind.BINARY: ("binary_crossentropy", "accuracy"),
        TaskKind.MULTICLASS: ("sparse_categorical_crossentropy", "accuracy"),
        TaskKind.REGRESSION: ("mean_squared_error", "mean_absolute_error"),
    }[facts.kind]
    few = has_few_rows(facts)
    optimizer = Component("Adam", {"learning_rate": _FASTER} if few else {})
    if facts.kind is TaskKind.REGRESSION and not facts.target_scaled:
        # Adam moves each weight by its learning rate a step, and never reaches 200,000 dollars.
        # Lamb moves each layer by a share of its own size: it learned diabetes's target as it is,
        # a 77th and a thousand times of it alike.
        optimizer = Component("Lamb", {"learning_rate": 0.01})
    return CompileSettings(optimizer, loss, (metric,))


def fit_settings(facts: DataFacts) -> FitSettings:
    """Epochs and batch size by rows."""
    share = 0.0 if facts.brings_validation else _VALIDATION
    trained = max(1, math.floor(facts.rows * (1 - share)))
    batch = next((size for most, size in _BATCHES if trained < most), _LARGEST_BATCH)
    steps = math.ceil(trained / batch)
    times, most_epochs, longest = 1, _MOST_EPOCHS, _LONGEST_PATIENCE
    if has_few_rows(facts):
        times, most_epochs, longest = _OF_FEW_ROWS
    patience = times * _PATIENT_STEPS // steps
    return FitSettings(
        epochs=min(most_epochs, max(_FEWEST_EPOCHS, _STEPS // steps)),
        batch_size=batch,
        validation_split=share,
        early_stopping=EarlyStopping(patience=min(longest, max(_SHORTEST_PATIENCE, patience))),
    )
