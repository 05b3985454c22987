"""How good answers are: the share right, or R²; and what a constant answer costs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kertasks.advice.facts import CompileFacts, TargetFacts, TargetKind


class Score(NamedTuple):
    """How good answers are, and always the same answer."""

    value: float
    baseline: float


def score_of(
    output: NDArray[Any], wanted: NDArray[Any], kind: TargetKind, *, from_logits: bool
) -> Score | None:
    """Hold outputs against targets.

    Args:
        output: shape (rows, …).
        wanted: the targets of the same rows.
        kind: what they are.
        from_logits: whether an output is one before sigmoid.

    Returns:
        The share right, of several yes and no that of all answers, and of always saying the
        largest class; for numbers R², and 0. None where an output is no number, or there are not
        as many as targets.
    """
    if not np.isfinite(output).all():
        return None
    if kind is TargetKind.NUMBERS:
        return _determination(output, wanted)
    least = 0.0 if from_logits else 0.5
    if kind is TargetKind.MULTI_HOT:
        if output.size != wanted.size:
            return None
        yes = wanted.reshape(len(wanted), -1) > 0.5
        right = (output.reshape(len(output), -1) > least) == yes
        shares = yes.mean(axis=0)
        return Score(float(right.mean()), float(np.maximum(shares, 1 - shares).mean()))
    labels = (wanted.argmax(axis=-1) if kind is TargetKind.ONE_HOT else wanted).reshape(-1)
    if output.shape[-1] > 1 and output.size != labels.size:
        answers = output.argmax(axis=-1)
    else:
        answers = output > least if labels.max(initial=0) <= 1 else np.round(output)
    if answers.size != labels.size:
        return None
    _, counts = np.unique(labels, return_counts=True)
    right = answers.reshape(-1) == labels
    return Score(float(right.mean()), float(counts.max() / labels.size))


def _determination(output: NDArray[Any], wanted: NDArray[Any]) -> Score | None:
    if output.size != wanted.size:
        return None
    said, true = output.reshape(len(output), -1), wanted.reshape(len(wanted), -1)
    said, true = said.astype(np.float64), true.astype(np.float64)
    total = float(((true - true.mean(axis=0)) ** 2).sum())
    return Score(1 - float(((said - true) ** 2).sum()) / total, 0.0) if total else None


def chance_loss(targets: TargetFacts, compiled: CompileFacts) -> float | None:
    """What it costs to say the share of each class always, or the mean always."""
    if compiled.loss == "MeanSquaredError" and targets.kind is TargetKind.NUMBERS:
        return targets.deviation**2 if targets.row_shape in ((), (1,)) else None
    crossentropy = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy")
    is_binary = compiled.loss == "BinaryCrossentropy" and targets.classes == 2
    if compiled.loss not in crossentropy and not is_binary:
        return None
    if targets.kind not in (TargetKind.CLASSES, TargetKind.ONE_HOT):
        return None
    rows = sum(targets.class_rows)
    return -sum(count / rows * math.log(count / rows) for count in targets.class_rows)
