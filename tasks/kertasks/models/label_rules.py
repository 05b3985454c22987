"""Holds a recipe's loss and metrics against the labels and against what the output can be.

Keras computes a number of almost anything; what is said here is where that number means nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kertasks.data.values import Cells, DataValues, SplitValues
from kertasks.keras_catalog.catalog import Family
from kertasks.keras_catalog.offer import by_name
from kertasks.models.check import DataShape, Finding
from kertasks.models.output_range import OutputRange
from kertasks.models.sizes import Sizes, is_sparse, squeezed, written
from kertasks.recipes.recipe import Component, Recipe

LOSS = "compile.loss"

_BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
_CATEGORICAL = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy")
_CLASS_NUMBERS = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy")
_TAKE_PROBABILITIES = (*_BINARY, *_CATEGORICAL, *_CLASS_NUMBERS, "KLDivergence")
_HINGES = ("Hinge", "SquaredHinge")
_OF_SEVERAL = ("KLDivergence", "CosineSimilarity", "CategoricalHinge")
"""Losses that look along a row, and say nothing of a row of one number."""

_LABELS: dict[str, tuple[float, float]] = {
    "BinaryCrossentropy": (0, 1),
    "BinaryFocalCrossentropy": (0, 1),
    "CategoricalCrossentropy": (0, 1),
    "CategoricalFocalCrossentropy": (0, 1),
    "CategoricalHinge": (0, 1),
    "Dice": (0, 1),
    "KLDivergence": (0, 1),
    "MeanSquaredLogarithmicError": (0, math.inf),
    "Poisson": (0, math.inf),
    "Tversky": (0, 1),
}
"""The labels a loss is made for."""

_COUNT_AT_A_THRESHOLD = {
    "BinaryAccuracy",
    "AUC",
    "FalseNegatives",
    "FalsePositives",
    "Precision",
    "PrecisionAtRecall",
    "Recall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    "TrueNegatives",
    "TruePositives",
}
_THRESHOLDS = {"threshold", "thresholds", "from_logits"}
_LOOK_ALONG_A_ROW = {
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
}
_DIFFERENT_SHAPES = ("Sparse", "MeanIoU", "IoU", "OneHot", "BinaryIoU", "F1Score", "FBetaScore")
"""How metrics begin whose labels and outputs may have different shapes, or that Keras checks."""


class Judged(NamedTuple):
    """One thing that is wrong, and how bad it is."""

    finding: Finding
    refused: bool
    about: str = "labels"
    """``"labels"`` that the loss does not take, an ``"output"`` that does not go with it, or the
    ``"loss"`` itself."""


@dataclass(frozen=True)
class Setting:
    """A loss or a metric of a recipe as Keras will take it."""

    given: str
    """As the recipe writes it."""

    name: str
    """Keras's own name of the class, of those that it chooses by the shapes too."""

    arguments: dict[str, object]


def setting_of(
    given: str | Component, family: Family, sizes: Sizes, shape: DataShape
) -> Setting | None:
    """What a loss or metric is to Keras; None where it has none of that name.

    Args:
        given: as the recipe has it.
        family: losses or metrics.
        sizes: of one row of the output.
        shape: of the data.
    """
    component = given if isinstance(given, Component) else Component(given)
    # Keras looks for these words whatever their capitals, where they are no class with arguments.
    word = component.class_name.lower() if isinstance(given, str) else component.class_name
    kinds = {
        (Family.METRICS, "accuracy"): "Accuracy",
        (Family.METRICS, "acc"): "Accuracy",
        (Family.LOSSES, "crossentropy"): "Crossentropy",
        (Family.LOSSES, "ce"): "Crossentropy",
    }
    kind = kinds.get((family, word))
    if kind is not None:
        last = sizes[-1] if sizes else 1
        prefix = "Binary" if last == 1 else "Categorical"
        if last > 1 and is_sparse("crossentropy", sizes, shape):
            prefix = "SparseCategorical"
        return Setting(component.class_name, f"{prefix}{kind}", {})
    found = by_name(family).get(component.class_name)
    if found is None:
        return None
    return Setting(component.class_name, found.name, dict(component.arguments))


def judge_loss(
    recipe: Recipe,
    sizes: Sizes,
    output: OutputRange | None,
    shape: DataShape,
    values: DataValues,
) -> Iterator[Judged]:
    """Everything in the loss that does not go with the labels or the output.

    Args:
        recipe: whose loss; the sizes of its output and of the labels go together.
        sizes: of one row of the output.
        output: what the output can be; None where it is not known.
        shape: of the data.
        values: what stands in it.
    """
    loss = setting_of(recipe.compile.loss, Family.LOSSES, sizes, shape)
    if loss is None:
        return
    splits = _with_labels(values)
    found = (one for split in splits for one in _judge_labels(loss, sizes, split))
    first = next(found, None)  # what is wrong with one split mostly is with the others
    if first is not None:
        advice = _advice(loss, sizes, values) if first.refused else ""
        yield Judged(Finding(LOSS, first.finding.reason + advice), first.refused, first.about)
    yield from _judge_output(loss, sizes, output, [split.y for split in splits])


def judge_metrics(
    recipe: Recipe,
    sizes: Sizes,
    output: OutputRange | None,
    shape: DataShape,
    values: DataValues,
) -> Iterator[Finding]:
    """Every metric that counts nothing that means something; arguments as ``judge_loss``."""
    loss = setting_of(recipe.compile.loss, Family.LOSSES, sizes, shape)
    for index, given in enumerate(recipe.compile.metrics):
        metric = setting_of(given, Family.METRICS, sizes, shape)
        if metric is not None:
            reason = _metric_reason(metric, loss, sizes, output, shape, _with_labels(values))
            if reason is not None:
                yield Finding(f"compile.metrics.{index}", reason)


def _with_labels(values: DataValues) -> list[SplitValues]:
    """The splits whose labels are numbers, of which there are some."""
    return [split for split in values.splits if split.y.least is not None]


def _of(split: SplitValues) -> str:
    return "the labels" if split.name == "train" else f"the {split.name}'s labels"


def _judge_labels(loss: Setting, sizes: Sizes, split: SplitValues) -> Iterator[Judged]:
    """Labels that the loss is not made for.

    A fault of the test labels alone keeps no network from being trained.
    """
    labels, least, most = split.y, split.y.least, split.y.most
    if least is None or most is None:
        return
    matters = split.name != "test"
    has = f"{_of(split)} are {labels.describe_range()}"
    if loss.name in _CLASS_NUMBERS:
        reason = _class_number_reason(loss, sizes, split)
        if reason is not None:
            yield Judged(Finding(LOSS, reason), matters)
    elif loss.name in _LABELS and not labels.within(*_LABELS[loss.name]):
        low, high = _LABELS[loss.name]
        takes = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        # What such a loss gives for labels beyond 0 and 1 has no least value to be trained to.
        endless = loss.name in _BINARY or (loss.name in _CATEGORICAL and least < 0)
        why = "; it has no least value for those" if endless else ""
        text = f"{loss.given} takes labels {takes}; {has}{why}"
        yield Judged(Finding(LOSS, text), matters and endless)
    elif loss.name in _HINGES and not _are_signs(split):
        text = f"{loss.given} takes labels -1 and 1, or 0 and 1; {has}"
        yield Judged(Finding(LOSS, text), False)
    elif loss.name == "Circle" and not labels.whole:
        yield Judged(Finding(LOSS, f"{loss.given} takes whole class numbers, {has}"), False)
    elif loss.name == "MeanAbsolutePercentageError" and least <= 0 <= most and _has_zero(split):
        text = f"{loss.given} divides by the label, and {_of(split)} hold 0"
        yield Judged(Finding(LOSS, text), False, "loss")


def _advice(loss: Setting, sizes: Sizes, values: DataValues) -> str:
    """What takes the labels that a loss for 0 and 1 refuses."""
    if loss.name not in _BINARY or math.prod(sizes) != 1:
        return ""
    if not values.class_names:
        return ". For numbers: no activation, and mse"
    count = max(len(values.class_names), len(values.labels))
    return f". For class numbers: {count} units, softmax and sparse_categorical_crossentropy"


def _are_signs(split: SplitValues) -> bool:
    found = {one.label for one in split.classes}
    return not found or found <= {-1, 1} or found <= {0, 1}


def _has_zero(split: SplitValues) -> bool:
    return not split.classes or any(one.label == 0 for one in split.classes)


def _class_number_reason(loss: Setting, sizes: Sizes, split: SplitValues) -> str | None:
    """Why labels are not the numbers of the output's classes; None where they are."""
    ignored = loss.arguments.get("ignore_class")
    numbers = [one.label for one in split.classes if one.label != ignored]
    plain = [label for label in numbers if not isinstance(label, str)]
    least, most = split.y.least, split.y.most
    if plain:
        least, most = min(plain), max(plain)
    if least is None or most is None:
        return None
    last = sizes[-1] if sizes else 1
    if split.y.not_finite is not None:
        hold = f"{split.y.not_finite.value} in row {split.y.not_finite.row} (counted from 0)"
        return f"{loss.given} takes whole class numbers, {_of(split)} hold {hold}"
    if not split.y.whole:
        return f"{loss.given} takes whole class numbers, {_of(split)} are {least:g} to {most:g}"
    if least >= 0 and most < last:
        return None
    has = f"labels {least:g} to {most:g}" if least != most else f"the label {least:g}"
    if split.name != "train":
        has = f"the {split.name}'s {has.removeprefix('the ')}"
    wanted = int(most) + 1
    if least < 0 or wanted > 10_000:
        return f"{loss.given} takes labels from 0 to {last - 1} here, but there are {has}"
    instead = ", or the loss binary_crossentropy" if last == 1 and wanted == 2 else ""
    shifted = f" (or count the labels from 0, not from {least:g})" if least > 0 else ""
    return (
        f"the output has {written(sizes)} a row, too few for {has}: the last layer needs "
        f"{wanted} units{instead}{shifted}"
    )


def _judge_output(
    loss: Setting, sizes: Sizes, output: OutputRange | None, labels: list[Cells]
) -> Iterator[Judged]:
    """What the network gives that the loss is not made for, or that labels are beyond."""

    def warned(text: str) -> Judged:
        return Judged(Finding(LOSS, text), False, "output")

    if loss.name in _OF_SEVERAL and math.prod(sizes) == 1:
        yield warned(f"{loss.given} compares rows of several numbers; the output has one")
    if output is None:
        return
    if loss.name in _TAKE_PROBABILITIES:
        if loss.arguments.get("from_logits"):
            if output.within(0, 1):
                text = "takes numbers before sigmoid or softmax (from_logits = true)"
                yield warned(f"{loss.given} {text}; {output.describe()}")
        elif not output.within(0, 1):
            end = "sigmoid" if loss.name in _BINARY else "softmax"
            logits = "" if loss.name in ("KLDivergence", _CLASS_NUMBERS[1]) else ", or from_logits"
            text = f"takes probabilities from 0 to 1; {output.describe()}: it needs {end}{logits}"
            yield warned(f"{loss.given} {text}")
        return
    if loss.name in ("Poisson", "MeanSquaredLogarithmicError"):
        if output.least < 0:
            yield warned(f"{loss.given} takes outputs of at least 0; {output.describe()}")
        return
    if loss.name in ("Dice", "Tversky"):
        if not output.within(0, 1):
            yield warned(f"{loss.given} takes outputs from 0 to 1; {output.describe()}")
        return
    if loss.name in ("Circle", "CTC", "CosineSimilarity", *_HINGES, "CategoricalHinge"):
        return
    beyond = [cells for cells in labels if not cells.within(output.least, output.most)]
    if beyond:
        text = f"{output.describe()} and cannot reach the labels, which are"
        yield warned(f"{text} {beyond[0].describe_range()}")


def _metric_reason(
    metric: Setting,
    loss: Setting | None,
    sizes: Sizes,
    output: OutputRange | None,
    shape: DataShape,
    splits: list[SplitValues],
) -> str | None:
    """Why a metric counts nothing that means something; None where it does."""
    last = sizes[-1] if sizes else 1
    if not metric.name.startswith(_DIFFERENT_SHAPES) and (
        squeezed(sizes) != squeezed(shape.target_shape)
    ):
        return (
            f"{metric.given} compares number by number, and the output has {written(sizes)} a "
            f"row, the labels {written(shape.target_shape)}"
        )
    if metric.name in _LOOK_ALONG_A_ROW:
        if last == 1:
            return (
                f"{metric.given} looks for the greatest of several outputs, and there is one: it "
                "is the same whatever the network gives; accuracy suits one output"
            )
        if "TopK" in metric.name:
            k = metric.arguments.get("k", 5)
            if isinstance(k, int) and k >= last:
                return (
                    f"{metric.given} asks whether the label is among the {k} greatest of {last} "
                    "outputs, which it always is"
                )
    if metric.name == "Accuracy" and (output is None or not output.name.startswith("round")):
        return f"{metric.given} counts outputs that equal the label to the last digit"
    if metric.name not in _COUNT_AT_A_THRESHOLD:
        return None
    for split in splits:
        if not _are_zeros_and_ones(split):
            has = f"{_of(split)} are {split.y.describe_range()}"
            return f"{metric.given} takes labels 0 and 1; {has}"
    is_signed = loss is not None and (
        bool(loss.arguments.get("from_logits")) or loss.name in _HINGES
    )
    if not is_signed or output is None or output.within(0, 1):
        return None
    if _THRESHOLDS & set(metric.arguments):
        return None
    if metric.name == "AUC":
        advice = "from_logits = true makes it take them"
    else:
        advice = "a threshold of 0 makes it take them"
    return f"{metric.given} takes outputs from 0 to 1; {output.describe()}: {advice}"


def _are_zeros_and_ones(split: SplitValues) -> bool:
    return split.y.whole and split.y.within(0, 1)
