"""What a training has shown until now: its losses, and what its network computes."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.advice.data_reading import alike, ceiling, spread_rows
from kertasks.advice.facts import Facts, LayerFacts, LayerKind, LearningFacts, TargetKind
from kertasks.advice.network.backends import as_keras_would
from kertasks.advice.network.computed_network import (
    ComputedNetwork,
    Outputs,
    with_gradients_of,
)
from kertasks.advice.scoring import chance_loss, score_of
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.splits import Split
from kertasks.data.value_reading import flat_rows
from kertasks.views.layers.layer_list import layers_of

ROWS_LOOKED_AT = 256
"""At most, of what a network computes."""

_FEWEST_FOR_A_SCORE = 128
"""Rows whose share right is known to 0.09 (95 %)."""


class Curve(NamedTuple):
    """How a training went until now."""

    seconds: float
    epochs: int
    """Whole ones."""

    steps: int
    losses: Sequence[float]
    """Of each epoch."""

    validation_losses: Sequence[float]
    """Of each epoch; empty where nothing is held out."""


def look_at_curve(curve: Curve, facts: Facts) -> LearningFacts:
    """What the losses of a training show.

    Args:
        curve: the losses.
        facts: what is known besides; with the epochs that are planned.
    """
    return LearningFacts(
        seconds=curve.seconds,
        epochs=curve.epochs,
        steps=curve.steps,
        is_whole=curve.epochs >= facts.fit.epochs,
        losses=tuple(curve.losses),
        validation_losses=tuple(curve.validation_losses),
        chance_loss=chance_loss(facts.targets, facts.compiled),
    )


def look_at_network(
    network: ComputedNetwork,
    trained: Split,
    held_out: Split | None,
    facts: Facts,
    found: LearningFacts,
    *,
    is_thorough: bool = True,
    is_copy: bool = False,
    ends: float = math.inf,
) -> LearningFacts:
    """What the losses of a training show, with what its network computes of some rows.

    Args:
        network: that was trained. Nothing of it changes, unless it is a copy.
        trained: the rows it was trained on.
        held_out: those it was validated on; None for none.
        facts: what is known besides.
        found: what the losses show.
        is_thorough: whether to compute what takes several times as long as the outputs: the
            gradients, what other rows get, and what training does otherwise.
        is_copy: whether it is not needed any more: then more can be told of its Dropout.
        ends: from when on, by ``monotonic``, no gradients are computed.
    """
    rows, wanted = _some(trained, facts)
    outputs = network.outputs(rows)
    score, baseline = scores(outputs.output, wanted, facts)
    flat = outputs.output.reshape(len(rows), -1)
    found = replace(
        found,
        output_spread=float(flat.std(axis=0).max()),
        output_size=float(np.abs(flat).max()),
        dead_units=tuple(map(_dead_share, outputs.layers)),
        score=score,
        baseline=baseline,
    )
    if not is_thorough:
        return found
    found = replace(found, lost=_lost(rows, outputs, wanted, facts, baseline))
    if held_out is not None:
        rows_out, wanted_out = _some(held_out, facts)
        of_others = scores(network.outputs(rows_out).output, wanted_out, facts)
        found = replace(found, validation_score=of_others[0], validation_baseline=of_others[1])
    if time.monotonic() >= ends:  # a step may have taken all there was
        return found
    return _with_slopes(found, network, (rows, wanted, outputs.output), facts, is_copy=is_copy)


def _some(split: Split, facts: Facts) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows spread over all, always the same ones, as a network gets them: as many as were
    looked at before training, where those are enough for a score."""
    before = ROWS_LOOKED_AT if facts.start is None else facts.start.rows
    count = min(ROWS_LOOKED_AT, max(_FEWEST_FOR_A_SCORE, before))
    places = spread_rows(split.rows, 1, count)
    return as_keras_would(take_rows(split.x, places)), as_keras_would(split.y[places])


def _lost(
    rows: NDArray[Any],
    outputs: Outputs,
    wanted: NDArray[Any],
    facts: Facts,
    baseline: float | None,
) -> float | None:
    """Share of what the features of rows allow, above the baseline, that is lost where the last
    weighted layer begins."""
    if outputs.hidden is None or baseline is None:
        return None
    kind = facts.targets.kind
    possible = ceiling(alike(flat_rows(rows)), wanted, kind)
    left = ceiling(alike(flat_rows(outputs.hidden)), wanted, kind)
    if possible is None or left is None or possible <= baseline:
        return None
    return max(0.0, (possible - left) / (possible - baseline))


def _with_slopes(
    found: LearningFacts,
    network: ComputedNetwork,
    looked_at: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    facts: Facts,
    *,
    is_copy: bool,
) -> LearningFacts:
    """With the gradients at the end, and where layers do otherwise in training than in use the
    losses of both.

    Args:
        found: what is known already.
        network: that was trained.
        looked_at: rows, their targets and the network's answers in use.
        facts: what was known before training.
        is_copy: whether the network is not needed any more.
    """
    if network.loss is None:
        return found
    # As many as before training: gradients of more take longer.
    few = slice(None) if facts.start is None else slice(facts.start.rows)
    rows, wanted, answers = (each[few] for each in looked_at)
    in_training = network.slope(rows, wanted)
    layers = with_gradients_of(network.model, facts.layers, in_training)
    found = replace(found, gradients=tuple(layer.gradient or 0.0 for layer in layers))
    drops = any(layer.kind is LayerKind.DROPOUT for layer in facts.layers)
    if not drops and not any(layer.momentum for layer in facts.layers):
        return found
    found = replace(
        found,
        loss_in_training=in_training.loss,
        loss_without_dropout=None if drops else in_training.loss,
        loss_in_use=network.loss_of(wanted, answers),
    )
    if not (drops and is_copy):
        return found
    for layer in layers_of(network.model):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    # What was compiled drops as before.
    anew = ComputedNetwork(network.model, facts.layers, facts.compiled)
    return replace(found, loss_without_dropout=anew.slope(rows, wanted).loss)


def _dead_share(layer: LayerFacts) -> float:
    """Share of a hidden layer's ReLUs that give 0 for every row."""
    return (layer.zero_units or 0.0) if layer.activation == "relu" else 0.0


def scores(
    output: NDArray[Any], wanted: NDArray[Any], facts: Facts
) -> tuple[float | None, float | None]:
    """Share right of the rows, and of always saying the largest class; or R², and 0. None of both
    where neither is defined."""
    kind, from_logits = facts.targets.kind, facts.compiled.from_logits
    if kind is TargetKind.MULTI_HOT:
        return None, None
    found = score_of(output, wanted, kind, from_logits=from_logits)
    return (None, None) if found is None else (found.value, found.baseline)
