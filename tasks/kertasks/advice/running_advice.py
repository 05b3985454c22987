"""What the rules say of a training that goes on, from its curve and now and then from its network.

Nothing of the model changes: no weight, seed, moving average or metric.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.advice.checking import OF_CLASSES
from kertasks.advice.data_reading import input_facts, spread_rows, target_facts
from kertasks.advice.facts import Facts, FitFacts, LearningFacts
from kertasks.advice.first_batch import chance_loss, outputs_of_layers
from kertasks.advice.network_reading import compile_facts, is_sequential, layer_facts
from kertasks.advice.rule_table import advise
from kertasks.advice.short_training import dead_share, scores
from kertasks.data.dataset import Dataset
from kertasks.fitting.keras_internals import as_tensorflow_would
from kertasks.runs.advice.finding import Finding

_LOG = logging.getLogger("kertasks.advice")

MOST_ROWS = 256
"""That a network is asked for: some 10 ms with small networks."""

_MOST_CELLS = 1 << 17
"""Of the features that are told apart: a few milliseconds."""


class SoFar(NamedTuple):
    """How a training went until now."""

    seconds: float
    epochs: int
    """Whole ones."""

    planned: int
    """Epochs to train in all."""

    losses: Sequence[float]
    """Of each epoch."""

    validation_losses: Sequence[float]
    """Of each epoch; empty where nothing is held out."""

    learning_rate: float | None
    """The one it trains with now; None where that is not known."""


class RunningAdvice:
    """Has the rules look at one training again and again.

    Args:
        model: built and compiled.
        data: what it is trained on, with its validation rows.
        batch_size: rows a step.
    """

    def __init__(self, model: keras.Model, data: Dataset, batch_size: int) -> None:
        train, held_out = data.train, data.held_out
        self._model = model
        places = spread_rows(train.rows, 1, MOST_ROWS)
        self._x, self._y = np.asarray(train.x[places]), train.y[places]
        few = max(2, _MOST_CELLS // max(1, self._x[0].size))
        compiled = compile_facts(model)
        classes = any(part in compiled.loss for part in OF_CLASSES)
        self._facts = Facts(
            inputs=replace(input_facts(self._x[:few]), rows=train.rows, distinct_rows=None),
            targets=target_facts(train.y, class_numbers=classes),
            layers=layer_facts(model),
            compiled=compiled,
            fit=FitFacts(
                rows=train.rows,
                batch_size=batch_size,
                validation_rows=0 if held_out is None else held_out.rows,
            ),
            sequential=is_sequential(model),
        )

    def findings(self, so_far: SoFar, *, asks_network: bool = True) -> list[Finding]:
        """What the training has shown, the worst first; nothing that was known before it.

        Args:
            so_far: how it went.
            asks_network: whether to look at what the network computes too.
        """
        compiled = self._facts.compiled
        if so_far.learning_rate is not None:
            compiled = replace(compiled, learning_rate=so_far.learning_rate)
        facts = replace(
            self._facts,
            compiled=compiled,
            fit=replace(self._facts.fit, epochs=max(1, so_far.planned)),
        )
        known = {(each.code, each.layer) for each in advise(facts)}
        learning = self._of_curve(so_far, facts)
        if asks_network:
            try:
                learning = self._of_network(learning, facts)
            except Exception:  # whatever a layer of one's own raises with other rows than usual
                _LOG.info("the network cannot be looked at", exc_info=True)
        found = advise(replace(facts, learning=learning))
        return [each for each in found if (each.code, each.layer) not in known]

    def _of_curve(self, so_far: SoFar, facts: Facts) -> LearningFacts:
        return LearningFacts(
            seconds=so_far.seconds,
            epochs=so_far.epochs,
            steps=so_far.epochs * facts.fit.batches,
            is_whole=so_far.epochs >= so_far.planned,
            losses=tuple(so_far.losses),
            validation_losses=tuple(so_far.validation_losses),
            chance_loss=chance_loss(facts.targets, facts.compiled),
        )

    def _of_network(self, learning: LearningFacts, facts: Facts) -> LearningFacts:
        rows, wanted = as_tensorflow_would((self._x, self._y))
        layers, output = outputs_of_layers(self._model, rows, facts.layers)
        flat: NDArray[Any] = output.reshape(len(output), -1)
        score, baseline = scores(output, wanted, facts)
        return replace(
            learning,
            output_spread=float(flat.std(axis=0).max()),
            output_size=float(np.abs(flat).max()),
            dead_units=tuple(map(dead_share, layers)),
            score=score,
            baseline=baseline,
        )
