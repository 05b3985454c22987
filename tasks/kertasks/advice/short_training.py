"""A short training of a copy, and what it shows. The model itself is left as it was."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import keras
from msgspec.structs import replace

from kertasks.advice.data_reading import spread_rows
from kertasks.advice.facts import Facts, LearningFacts, OneBatchFacts
from kertasks.advice.keras_training import fit
from kertasks.advice.network.backends import as_keras_would
from kertasks.advice.network.computed_network import ComputedNetwork
from kertasks.advice.network.trained_network import (
    Curve,
    look_at_curve,
    look_at_network,
    scores,
)
from kertasks.advice.seeds import own_seeds
from kertasks.advice.watch import Watch
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.splits import Split

_LOG = logging.getLogger("kertasks.advice")

_COMPILES = 2.0
"""Times what the first step took, which is compiling, that must be left to train on one batch."""

_FOR_ONE_BATCH = 0.2
"""Share of the time that is kept to train on one batch alone, if the rest has not taught it."""

_ONE_BATCH = 32
"""Rows of it, at most."""

_MOST_STEPS = 2_000
"""Steps on them: Keras's usual rate takes a weight anywhere in so many."""


def train_copy(
    model: keras.Model,
    trained: Split,
    held_out: Split | None,
    facts: Facts,
    seconds: float,
    how: Mapping[str, Any] | None = None,
) -> LearningFacts | None:
    """Train a copy of a model for so many seconds, and look at what became of it.

    Args:
        model: built and compiled; nothing of it changes, nor do the global seeds.
        trained: the rows to train on, without those held out.
        held_out: rows to validate on; None for none.
        facts: what is known before training; its batch size and epochs are taken.
        seconds: how long, within a step; compiling counts.
        how: ``class_weight``, ``sample_weight`` and ``shuffle``, as for ``fit``; the weights are of
            the rows to train on, and maybe of those held out behind them.

    Returns:
        None where the model cannot be copied, or not a step was taken.
    """
    ends = time.monotonic() + seconds
    how = dict(how or {})
    if how.get("sample_weight") is not None:
        how["sample_weight"] = how["sample_weight"][: trained.rows]
    with own_seeds():
        try:
            copy = _copy_of(model)
            watch = Watch((1 - _FOR_ONE_BATCH) * seconds, with_compiling=True)
            held = None if held_out is None else (held_out.x, held_out.y)
            _train(
                copy,
                trained,
                facts.fit.batch_size,
                facts.fit.epochs,
                watch,
                validation_data=held,
                **how,
            )
        except Exception:  # whatever a class of one's own raises that cannot be copied or trained
            _LOG.info("a copy of the model cannot be trained", exc_info=True)
            return None
        if not watch.steps:
            return None
        curve = Curve(
            watch.seconds, watch.epochs, watch.steps, watch.losses, watch.validation_losses
        )
        found = look_at_curve(curve, facts)
        network = ComputedNetwork(copy, facts.layers, facts.compiled)
        found = look_at_network(network, trained, held_out, facts, found, is_copy=True, ends=ends)
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
    **how: Any,
) -> None:
    fit(
        copy,
        rows.x,
        rows.y,
        batch_size=batch_size,
        epochs=epochs,
        callbacks=[watch],
        **how,
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
    network = ComputedNetwork(copy, facts.layers, facts.compiled)
    output = network.outputs(as_keras_would(batch.x)).output
    score, baseline = scores(output, as_keras_would(batch.y), facts)
    if score is None or baseline is None:
        return None
    return OneBatchFacts(rows=count, steps=watch.steps, score=score, baseline=baseline)
