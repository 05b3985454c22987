"""A short training of a copy, and what it shows. The model itself is left as it was."""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.advice.data_reading import alike, ceiling, spread_rows
from kertasks.advice.facts import (
    Facts,
    LayerFacts,
    LayerKind,
    LearningFacts,
    OneBatchFacts,
    TargetKind,
)
from kertasks.advice.first_batch import (
    Slope,
    TriedRows,
    chance_loss,
    loss_function,
    outputs_of_layers,
    reads_steps,
    with_gradients,
)
from kertasks.advice.scoring import score_of
from kertasks.advice.seeds import own_seeds
from kertasks.advice.watch import Watch
from kertasks.data.mapped_rows import take_rows
from kertasks.data.splits import Split
from kertasks.data.value_reading import flat_rows
from kertasks.fitting import fit
from kertasks.fitting.keras_internals import as_tensorflow_would
from kertasks.views.layers.layer_reading import layers_of

_LOG = logging.getLogger("kertasks.advice")

ROWS_LOOKED_AT = 256
"""At most, of what a network computes."""

_FEWEST_FOR_A_SCORE = 128
"""Rows whose share right is known to 0.09 (95 %)."""

_COMPILES = 2.0
"""Times what the first step took, which is compiling, that must be left to train on one batch."""

_FOR_ONE_BATCH = 0.2
"""Share of the time that is kept to train on one batch alone, if the rest has not taught it."""

_ONE_BATCH = 32
"""Rows of it, at most."""

_MOST_STEPS = 2_000
"""Steps on them: Keras's usual rate takes a weight anywhere in so many."""


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


def train_copy(
    model: keras.Model,
    trained: Split,
    held_out: Split | None,
    facts: Facts,
    seconds: float,
) -> LearningFacts | None:
    """Train a copy of a model for so many seconds, and look at what became of it.

    Args:
        model: built and compiled; nothing of it changes, nor do the global seeds.
        trained: the rows to train on, without those held out.
        held_out: rows to validate on; None for none.
        facts: what is known before training; its batch size and epochs are taken.
        seconds: how long, within a step; compiling counts.

    Returns:
        None where the model cannot be copied, or not a step was taken.
    """
    ends = time.monotonic() + seconds
    with own_seeds():
        try:
            copy = _copy_of(model)
            watch = Watch((1 - _FOR_ONE_BATCH) * seconds, with_compiling=True)
            _train(copy, trained, facts.fit.batch_size, facts.fit.epochs, watch, validated=held_out)
        except Exception:  # whatever a class of one's own raises that cannot be copied or trained
            _LOG.info("a copy of the model cannot be trained", exc_info=True)
            return None
        if not watch.steps:
            return None
        curve = Curve(
            watch.seconds, watch.epochs, watch.steps, watch.losses, watch.validation_losses
        )
        found = look_at_curve(curve, facts)
        found = look_at_network(copy, trained, held_out, facts, found, is_copy=True, ends=ends)
        left = ends - time.monotonic()
        if found.has_learned or found.score is None or left < _COMPILES * watch.first_step:
            return found
        return replace(found, one_batch=_one_batch(_copy_of(model), trained, facts, left))


def _train(
    copy: keras.Model,
    rows: Split,
    batch_size: int,
    epochs: int,
    watch: Watch,
    validated: Split | None = None,
) -> None:
    fit(
        copy,
        rows.x,
        rows.y,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=None if validated is None else (validated.x, validated.y),
        callbacks=[watch],
        xla=False,  # it compiles for seconds, of which there are few
    )


def _copy_of(model: keras.Model) -> keras.Model:
    """The same network with the same weights, with an optimizer of its own that begins anew."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(
        optimizer=type(model.optimizer).from_config(model.optimizer.get_config()),
        loss=model.loss,
    )
    return copy


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
    model: keras.Model,
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
        model: that was trained. Nothing of it changes, unless it is a copy.
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
    layers, output = outputs_of_layers(model, rows, facts.layers)
    score, baseline = scores(output, wanted, facts)
    flat = output.reshape(len(output), -1)
    found = replace(
        found,
        output_spread=float(flat.std(axis=0).max()),
        output_size=float(np.abs(flat).max()),
        dead_units=tuple(map(dead_share, layers)),
        score=score,
        baseline=baseline,
    )
    if not is_thorough:
        return found
    found = replace(found, lost=_lost(model, rows, wanted, facts, baseline))
    if held_out is not None:
        rows_out, wanted_out = _some(held_out, facts)
        of_others = scores(_answers(model, rows_out, facts), wanted_out, facts)
        found = replace(found, validation_score=of_others[0], validation_baseline=of_others[1])
    if time.monotonic() >= ends:  # a step may have taken all there was
        return found
    return _with_slopes(found, model, (rows, wanted, output), facts, is_copy=is_copy)


def _some(split: Split, facts: Facts) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows spread over all, always the same ones, as a network gets them: as many as were
    looked at before training, where those are enough for a score."""
    before = ROWS_LOOKED_AT if facts.start is None else facts.start.rows
    count = min(ROWS_LOOKED_AT, max(_FEWEST_FOR_A_SCORE, before))
    places = spread_rows(split.rows, 1, count)
    rows, wanted = as_tensorflow_would((take_rows(split.x, places), split.y[places]))
    return rows, wanted


def _answers(model: keras.Model, rows: NDArray[Any], facts: Facts) -> NDArray[Any]:
    return outputs_of_layers(model, rows, facts.layers)[1]


def _lost(
    model: keras.Model,
    rows: NDArray[Any],
    wanted: NDArray[Any],
    facts: Facts,
    baseline: float | None,
) -> float | None:
    """Share of what the features of rows allow, above the baseline, that is lost where the last
    weighted layer begins."""
    if facts.last is None or baseline is None:
        return None
    with contextlib.suppress(AttributeError, ValueError):  # Keras's, of a layer called twice
        seen = keras.Model(model.inputs[0], layers_of(model)[facts.last[0]].input, name="hidden")
        hidden = np.asarray(seen(rows, training=False))
        kind = facts.targets.kind
        possible = ceiling(alike(flat_rows(rows)), wanted, kind)
        left = ceiling(alike(flat_rows(hidden)), wanted, kind)
        if possible is not None and left is not None and possible > baseline:
            return max(0.0, (possible - left) / (possible - baseline))
    return None


def _with_slopes(
    found: LearningFacts,
    model: keras.Model,
    looked_at: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    facts: Facts,
    *,
    is_copy: bool,
) -> LearningFacts:
    """With the gradients at the end, and where layers do otherwise in training than in use the
    losses of both.

    Args:
        found: what is known already.
        model: the trained network.
        looked_at: rows, their targets and the network's answers in use.
        facts: what was known before training.
        is_copy: whether the network is not needed any more.
    """
    loss = loss_function(model, facts.compiled)
    if loss is None:
        return found
    # As many as before training: gradients of more take longer.
    few = slice(None) if facts.start is None else slice(facts.start.rows)
    rows, wanted, answers = (each[few] for each in looked_at)
    weights = [tf.convert_to_tensor(each.value) for each in model.trainable_variables]

    def slope() -> Slope:
        return TriedRows(model, loss, rows, wanted, in_graph=reads_steps(facts.layers)).slope(
            weights
        )

    in_training = slope()
    layers = with_gradients(model, facts.layers, in_training)
    found = replace(found, gradients=tuple(layer.gradient or 0.0 for layer in layers))
    drops = any(layer.kind is LayerKind.DROPOUT for layer in facts.layers)
    if not drops and not any(layer.momentum for layer in facts.layers):
        return found
    found = replace(
        found,
        loss_in_training=in_training.loss,
        loss_without_dropout=None if drops else in_training.loss,
        loss_in_use=float(loss(tf.convert_to_tensor(wanted), tf.convert_to_tensor(answers))),
    )
    if not (drops and is_copy):
        return found
    for layer in layers_of(model):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    return replace(found, loss_without_dropout=slope().loss)


def _one_batch(
    copy: keras.Model, trained: Split, facts: Facts, seconds: float
) -> OneBatchFacts | None:
    """Train a copy on one batch of the rows alone, which it should soon know by heart."""
    count = min(facts.fit.batch_size, trained.rows, _ONE_BATCH)
    places = spread_rows(trained.rows, 1, count)
    batch = Split(take_rows(trained.x, places), trained.y[places])
    watch = Watch(seconds, with_compiling=True)
    try:
        _train(copy, batch, count, _MOST_STEPS, watch)
    except Exception:  # it has been trained before; whatever else goes wrong is no finding
        _LOG.info("a copy of the model cannot be trained on one batch", exc_info=True)
        return None
    rows, wanted = as_tensorflow_would((batch.x, batch.y))
    score, baseline = scores(_answers(copy, rows, facts), wanted, facts)
    if score is None or baseline is None:
        return None
    return OneBatchFacts(rows=count, steps=watch.steps, score=score, baseline=baseline)


def dead_share(layer: LayerFacts) -> float:
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
