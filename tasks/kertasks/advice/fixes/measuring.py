"""What a trial of a fix measures: rows that are asked, and how good the answers are."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.advice.data_reading import spread_rows, target_facts
from kertasks.advice.facts import TargetFacts, TargetKind
from kertasks.advice.keras_training import predict
from kertasks.advice.network.network_reading import compile_facts, takes_classes
from kertasks.advice.scoring import score_of
from kertasks.data.dataset import Dataset
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.splits import Split

_MOST_ROWS = 4_000
"""That are asked after each training."""

_LEAST_GAIN = 0.02
"""Of accuracy and R², and of a target's deviation: less is what seeds make of it."""


class Measure(NamedTuple):
    """How answers are judged."""

    kind: TargetKind
    metric: str
    unit: str = ""
    larger_is_better: bool = True
    least_gain: float = _LEAST_GAIN


class Asked(NamedTuple):
    """Rows to ask, some of all where they are many, and what is right."""

    name: str
    """``"validation"`` or ``"training"``."""

    x: NDArray[Any]
    y: NDArray[Any]

    @classmethod
    def of(cls, trained: Split, held_out: Split | None) -> Asked:
        """The rows held out; without any those that are trained on."""
        is_held_out = held_out is not None and held_out.rows
        split = held_out if held_out is not None and is_held_out else trained
        places = spread_rows(split.rows, math.prod(split.x.shape[1:]), _MOST_ROWS)
        name = "validation" if is_held_out else "training"
        return cls(name, take_rows(split.x, places), split.y[places])


def measure_for(y: NDArray[Any], losses: tuple[str, ...], data: Dataset | None = None) -> Measure:
    """How answers to targets are judged.

    Args:
        y: the targets.
        losses: Keras's names of those that are tried: where one is of classes, whole numbers are.
        data: of a task; its target's own unit is the one that errors are told in.
    """
    facts = target_facts(y, class_numbers=any(map(takes_classes, losses)))
    if facts.kind is not TargetKind.NUMBERS:
        return Measure(facts.kind, "accuracy")
    if data is None or data.unit is None:
        return Measure(facts.kind, "R²")
    gain = _LEAST_GAIN * _deviation(facts, data)
    return Measure(facts.kind, "mae", data.unit, larger_is_better=False, least_gain=gain)


def _deviation(facts: TargetFacts, data: Dataset) -> float:
    """Of the target, in its own unit."""
    scale = 1.0 if data.target_scale is None else data.target_scale.scale
    return facts.deviation * scale


def measured(
    model: keras.Model,
    asked: Asked,
    measure: Measure,
    data: Dataset | None = None,
    answers_times: int = 1,
) -> float:
    """How good a network's answers are.

    Args:
        model: the network.
        asked: what it is asked.
        measure: how its answers are judged.
        data: of a task, whose target has a unit of its own.
        answers_times: what a single number it gives is to be multiplied by, where it was trained
            on divided class numbers.

    Returns:
        NaN where its answers are no numbers, or not as many as the targets.
    """
    said = np.asarray(predict(model, asked.x))
    if said.shape[-1] == 1:
        said = said * answers_times
    if measure.metric == "mae" and data is not None:
        if said.size != asked.y.size:
            return math.nan
        own, true = (data.target_in_own_unit(each.reshape(-1)) for each in (said, asked.y))
        return float(np.abs(own - true).mean())
    from_logits = compile_facts(model).from_logits
    score = score_of(said, asked.y, measure.kind, from_logits=from_logits)
    return math.nan if score is None else score.value
