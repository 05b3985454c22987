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
from kertasks.templates.data_facts import DataFacts
from kertasks.templates.template_table import TEMPLATES, Template

_VALIDATION = 0.2
_STEPS = 4_000
"""Steps after which such a network has learned what it will, if it was not stopped before."""

_PATIENT_STEPS = 400


def recipes_for(task_name: str, facts: DataFacts) -> tuple[Recipe, ...]:
    """A recipe of every template that fits data, the one to try first at the head.

    Args:
        task_name: of the task whose data it is.
        facts: what is known of the data.
    """
    return tuple(_recipe(template, task_name, facts) for template in TEMPLATES[facts.form])


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
    match facts.kind:
        case TaskKind.BINARY:
            return Layer("Dense", {"units": 1, "activation": "sigmoid"})
        case TaskKind.MULTICLASS:
            return Layer("Dense", {"units": facts.classes, "activation": "softmax"})
        case TaskKind.REGRESSION:
            return Layer("Dense", {"units": 1})


def compile_settings(facts: DataFacts) -> CompileSettings:
    """Optimizer, loss and metrics for what is to be predicted."""
    loss, metric = {
        TaskKind.BINARY: ("binary_crossentropy", "accuracy"),
        TaskKind.MULTICLASS: ("sparse_categorical_crossentropy", "accuracy"),
        TaskKind.REGRESSION: ("mean_squared_error", "mean_absolute_error"),
    }[facts.kind]
    return CompileSettings(Component("Adam"), loss, (metric,))


def fit_settings(facts: DataFacts) -> FitSettings:
    """Epochs and batch size by rows."""
    trained = max(1, math.floor(facts.rows * (1 - _VALIDATION)))
    batch = 16 if trained < 1_000 else 32 if trained < 10_000 else 128 if trained < 100_000 else 512
    steps = math.ceil(trained / batch)
    return FitSettings(
        epochs=min(200, max(20, _STEPS // steps)),
        batch_size=batch,
        validation_split=_VALIDATION,
        early_stopping=EarlyStopping(patience=min(30, max(5, _PATIENT_STEPS // steps))),
    )
