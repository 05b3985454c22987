"""What the one check of recipes says of a compiled model and its data, for advice to pass on.

Every judgement is the check's own (``kertasks.models``): there is no second copy of a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from kertasks.advice.facts import (
    CheckedFact,
    CompileFacts,
    StoppingFacts,
    TargetFacts,
    TargetKind,
)
from kertasks.advice.network.network_reading import loss_of, metric_components
from kertasks.data.dataset import Dataset
from kertasks.data.faults import faults_of
from kertasks.data.splits import Split
from kertasks.data.value_reading import values_of
from kertasks.data.values import DataValues
from kertasks.models.check import ModelCheck
from kertasks.models.label_rules import LOSS, judge_loss, judge_metrics
from kertasks.models.messages import BuildError
from kertasks.models.monitor import VALIDATION, given_metrics, judge_monitor, known_direction
from kertasks.models.monitor import metrics_of as metrics_told
from kertasks.models.output_range import output_range
from kertasks.models.sizes import mismatch_of_sizes
from kertasks.models.split_rules import refused_split, warned_splits
from kertasks.recipes.recipe import (
    CompileSettings,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.views.layers.layer_list import layers_of

_MOST_NAMED = 1_000


def checked_facts(
    model: keras.Model,
    train: Split,
    validation: Split | None,
    validation_split: float,
    targets: TargetFacts,
) -> tuple[CheckedFact, ...]:
    """Hold a compiled model against its data.

    Args:
        model: with one input and one output.
        train: the rows that are given to train on, those held out among them.
        validation: rows given to validate on.
        validation_split: share of the training rows held out.
        targets: what is known of the targets.
    """
    names = tuple(map(str, range(targets.classes))) if _are_places(train, targets) else ()
    data = Dataset(train, validation, class_names=names if len(names) <= _MOST_NAMED else ())
    values = values_of(data)
    return tuple(_facts(model, data, values, validation_split))


def _are_places(train: Split, targets: TargetFacts) -> bool:
    """Whether the labels are 0, 1, 2, … and each is used: then they are classes by number."""
    if targets.kind is TargetKind.ONE_HOT:
        return targets.unused_classes == 0 and train.y.ndim == 2
    is_counted = targets.least == 0 and targets.most == targets.classes - 1
    return targets.kind is TargetKind.CLASSES and is_counted and train.y.ndim <= 2


def _facts(
    model: keras.Model, data: Dataset, values: DataValues, validation_split: float
) -> Iterator[CheckedFact]:
    for fault in faults_of(values):
        yield CheckedFact(about="data", reason=fault.text, refused=fault.refused)
    fit = FitSettings(validation_split=validation_split)
    refused = refused_split(fit, values)
    if refused is not None:
        yield CheckedFact(about="split", reason=refused.reason, refused=True, path=refused.path)
    for finding in warned_splits(fit, values):
        yield CheckedFact(about="split", reason=finding.reason, path=finding.path)
    if values.train.x.rows and values.train.y.are_numbers:
        yield from _of_training(model, data, values)


def _of_training(model: keras.Model, data: Dataset, values: DataValues) -> Iterator[CheckedFact]:
    loss = loss_of(model)
    if loss is None or len(model.outputs) != 1:
        return
    word = model.loss if isinstance(model.loss, str) else loss.class_name
    settings = CompileSettings(
        loss=loss if loss.arguments else word, metrics=metric_components(model)
    )
    # The check reads of a recipe what these say; its layers are the model's.
    recipe = Recipe(task="", name="", layers=(), compile=settings)
    sizes = tuple(int(size or 1) for size in model.outputs[0].shape[1:])
    mismatch = mismatch_of_sizes(settings.loss, sizes, data.shape, by_names=False)
    if mismatch is not None:
        yield CheckedFact(about="sizes", reason=mismatch, refused=True, path=LOSS)
        return
    layers = layers_of(model)
    output = output_range([Layer(type(layer).__name__) for layer in layers], layers)
    judged: Any = (recipe, sizes, output, data.shape, values)
    for each in judge_loss(*judged):
        reason = each.finding.reason
        yield CheckedFact(about=each.about, reason=reason, refused=each.refused, path=LOSS)
    for finding in judge_metrics(*judged):
        yield CheckedFact(about="metric", reason=finding.reason, path=finding.path)


def stopping_of(callbacks: Any) -> EarlyStopping | None:
    """The early stopping among callbacks, as a recipe writes it; None where there is none."""
    given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    for each in given:
        if isinstance(each, keras.callbacks.EarlyStopping):
            return EarlyStopping(monitor=str(each.monitor), mode=str(each.mode))
    return None


def facts_of_stopping(
    model: keras.Model, stopping: EarlyStopping | None, compiled: CompileFacts, validates: bool
) -> tuple[StoppingFacts | None, tuple[CheckedFact, ...]]:
    """What ends the training of a compiled model early, and what the check says of it. Nothing
    where a metric is one of a person's own, of which only Keras knows the name."""
    metrics = metric_components(model)
    if stopping is None or len(metrics) < len(given_metrics(model)):
        return None, ()
    recipe = Recipe(
        task="",
        name="",
        layers=(),
        compile=CompileSettings(metrics=metrics),
        fit=FitSettings(early_stopping=stopping),
    )
    try:
        names = metrics_told(recipe)
    except BuildError:
        return None, ()
    watched = stopping.monitor.removeprefix(VALIDATION)
    if watched in compiled.metrics and watched not in names:
        return None, ()  # a name that was given to it
    said = tuple(
        CheckedFact(about="monitor", reason=each.reason, refused=refused, path=each.path)
        for each, refused in judge_monitor(recipe, names, validates)
    )
    return stopping_facts(recipe), said


def stopping_facts(recipe: Recipe) -> StoppingFacts | None:
    """What ends the training of a recipe early."""
    stopping = recipe.fit.early_stopping
    if stopping is None:
        return None
    return StoppingFacts(
        monitor=stopping.monitor, mode=stopping.mode, better=known_direction(recipe)
    )


def facts_of_check(check: ModelCheck) -> tuple[CheckedFact, ...]:
    """What the check of a recipe refuses and warns of, by the places it names."""
    said = [(each, True) for each in check.errors] + [(each, False) for each in check.warnings]
    return tuple(
        CheckedFact(about=_about(each.path), reason=each.reason, refused=refused, path=each.path)
        for each, refused in said
    )


def _about(path: str) -> str:
    """What a place of a recipe is about."""
    beginnings = {
        "layers": "layer",
        "compile.loss": "loss",
        "compile.optimizer": "optimizer",
        "compile.metrics": "metric",
        "fit.early_stopping": "monitor",
        "fit": "split",
    }
    return next((about for start, about in beginnings.items() if path.startswith(start)), "data")
