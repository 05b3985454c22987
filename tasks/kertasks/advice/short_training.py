"""A short training of a copy, and what it shows. The model itself is left as it was."""

from __future__ import annotations

import logging
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.advice.data_reading import spread_rows
from kertasks.advice.facts import Facts, LayerFacts, LearningFacts, TargetKind
from kertasks.advice.first_batch import outputs_of_layers
from kertasks.advice.scoring import score_of
from kertasks.advice.seeds import own_seeds
from kertasks.advice.watch import Watch
from kertasks.data.splits import Split
from kertasks.fitting import fit
from kertasks.fitting.keras_internals import as_tensorflow_would

_LOG = logging.getLogger("kertasks.advice")

_ROWS_LOOKED_AT = 256


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
    with own_seeds():
        try:
            copy = _copy_of(model)
            watch = Watch(seconds, with_compiling=True)
            fit(
                copy,
                trained.x,
                trained.y,
                batch_size=facts.fit.batch_size,
                epochs=facts.fit.epochs,
                validation_data=None if held_out is None else (held_out.x, held_out.y),
                callbacks=[watch],
                xla=False,  # it compiles for seconds, of which there are few
            )
        except Exception:  # whatever a class of one's own raises that cannot be copied or trained
            _LOG.info("a copy of the model cannot be trained", exc_info=True)
            return None
        if not watch.steps:
            return None
        return _look_at(copy, trained, facts, watch)


def _copy_of(model: keras.Model) -> keras.Model:
    """The same network with the same weights, with an optimizer of its own that begins anew."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(
        optimizer=type(model.optimizer).from_config(model.optimizer.get_config()),
        loss=model.loss,
    )
    return copy


def _look_at(copy: keras.Model, trained: Split, facts: Facts, watch: Watch) -> LearningFacts:
    places = spread_rows(trained.rows, 1, _ROWS_LOOKED_AT)
    rows, wanted = as_tensorflow_would((np.asarray(trained.x[places]), trained.y[places]))
    layers, output = outputs_of_layers(copy, rows, facts.layers)
    score, baseline = scores(output, wanted, facts)
    flat = output.reshape(len(output), -1)
    return LearningFacts(
        seconds=watch.seconds,
        epochs=watch.epochs,
        steps=watch.steps,
        is_whole=watch.epochs >= facts.fit.epochs,
        losses=tuple(watch.losses),
        validation_losses=tuple(watch.validation_losses),
        chance_loss=None if facts.start is None else facts.start.chance_loss,
        output_spread=float(flat.std(axis=0).max()),
        output_size=float(np.abs(flat).max()),
        dead_units=tuple(map(dead_share, layers)),
        score=score,
        baseline=baseline,
    )


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
