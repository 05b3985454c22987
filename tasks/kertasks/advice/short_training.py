"""A short training of a copy, and what it shows. The model itself is left as it was."""

from __future__ import annotations

import contextlib
import logging
import math
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.advice.data_reading import spread_rows
from kertasks.advice.facts import Facts, LayerFacts, LearningFacts, TargetKind
from kertasks.advice.first_batch import outputs_of_layers
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
    with _same_seeds():
        try:
            copy = _copy_of(model)
            watch = _Watch(seconds)
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


@contextlib.contextmanager
def _same_seeds() -> Iterator[None]:
    """Within it, layers that are made may draw seeds; afterwards nothing was drawn."""
    states = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def _copy_of(model: keras.Model) -> keras.Model:
    """The same network with the same weights, with an optimizer of its own that begins anew."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(
        optimizer=type(model.optimizer).from_config(model.optimizer.get_config()),
        loss=model.loss,
    )
    return copy


class _Watch(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Ends a training in time, and keeps its losses."""

    async_safe = True
    """It need not see each step: it is asked wherever a compiled call ends."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._ends = time.monotonic() + seconds
        self.seconds = seconds
        self.steps = 0
        self.epochs = 0
        self.losses: list[float] = []
        self.validation_losses: list[float] = []
        self._of_epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Count the steps of each epoch."""
        del epoch, logs
        self._of_epoch = 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Stop where the time is over, or the loss is no number any more."""
        self.steps += batch + 1 - self._of_epoch
        self._of_epoch = batch + 1
        loss = float((logs or {}).get("loss", 0.0))
        if time.monotonic() > self._ends or not math.isfinite(loss):
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the losses of an epoch."""
        self.epochs = epoch + 1
        found = logs or {}
        self.losses.append(float(found.get("loss", math.nan)))
        if "val_loss" in found:
            self.validation_losses.append(float(found["val_loss"]))


def _look_at(copy: keras.Model, trained: Split, facts: Facts, watch: _Watch) -> LearningFacts:
    places = spread_rows(trained.rows, 1, _ROWS_LOOKED_AT)
    rows, wanted = as_tensorflow_would((np.asarray(trained.x[places]), trained.y[places]))
    layers, output = outputs_of_layers(copy, rows, facts.layers)
    score, baseline = _scores(output, wanted, facts)
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
        dead_units=tuple(map(_dead, layers)),
        score=score,
        baseline=baseline,
    )


def _dead(layer: LayerFacts) -> float:
    """Share of a hidden layer's ReLUs that give 0 for every row."""
    return (layer.zero_units or 0.0) if layer.activation == "relu" else 0.0


def _scores(
    output: NDArray[Any], wanted: NDArray[Any], facts: Facts
) -> tuple[float | None, float | None]:
    """Share right of the rows, and of always saying the largest class; or R², and 0."""
    kind = facts.targets.kind
    if not np.isfinite(output).all() or kind is TargetKind.MULTI_HOT:
        return None, None
    if kind is TargetKind.NUMBERS:
        if output.size != wanted.size:
            return None, None
        said, true = output.reshape(len(output), -1), wanted.reshape(len(wanted), -1)
        total = float(((true - true.mean(axis=0)) ** 2).sum())
        return (1 - float(((said - true) ** 2).sum()) / total, 0.0) if total else (None, None)
    labels = (wanted.argmax(axis=-1) if kind is TargetKind.ONE_HOT else wanted).reshape(-1)
    least = 0.0 if facts.compiled.from_logits else 0.5
    several = output.shape[-1] > 1
    answers = (output.argmax(axis=-1) if several else output > least).reshape(-1)
    if answers.size != labels.size:
        return None, None
    _, counts = np.unique(labels, return_counts=True)
    return float((answers == labels).mean()), float(counts.max() / labels.size)
