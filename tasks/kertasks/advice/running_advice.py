"""What the rules say of a training that goes on, from its curve and now and then from its network.

Nothing of the model changes: no weight, seed, moving average or metric.
"""

from __future__ import annotations

import logging
import math
from enum import IntEnum

import keras
from msgspec.structs import replace

from kertasks.advice.checking import may_be_a_line
from kertasks.advice.data_reading import (
    input_facts,
    spread_rows,
    target_facts,
    with_simple_scores,
)
from kertasks.advice.facts import Facts, FitFacts, LearningFacts
from kertasks.advice.network.computed_network import ComputedNetwork
from kertasks.advice.network.network_reading import (
    compile_facts,
    is_sequential,
    layer_facts,
    takes_classes,
)
from kertasks.advice.network.trained_network import Curve, look_at_curve, look_at_network
from kertasks.advice.rule_table import advise
from kertasks.data.dataset import Dataset
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.runs.advice.finding import Finding

_LOG = logging.getLogger("kertasks.advice")

_MOST_CELLS = 1 << 17
"""Of the features that are looked at once: a few milliseconds."""


class Depth(IntEnum):
    """How much of a training is looked at: each is more, and takes longer, than the one before."""

    CURVE = 0
    """Its losses."""

    OUTPUTS = 1
    """What the network says of some rows, layer by layer."""

    GRADIENTS = 2
    """And all else that can be asked of it."""


class RunningAdvice:
    """Has the rules look at one training again and again.

    Args:
        model: built and compiled.
        data: what it is trained on, with its validation rows.
        batch_size: rows a step.
        tells_all: whether what was known before the training is told too.
    """

    def __init__(
        self, model: keras.Model, data: Dataset, batch_size: int, *, tells_all: bool = False
    ) -> None:
        train, held_out = data.train, data.held_out
        self._tells_all = tells_all
        self._data = data
        few = max(2, _MOST_CELLS // max(1, math.prod(train.x.shape[1:])))
        some = take_rows(train.x, spread_rows(train.rows, 1, few))
        compiled = compile_facts(model)
        self._facts = Facts(
            inputs=replace(input_facts(some), rows=train.rows, distinct_rows=None),
            targets=target_facts(train.y, class_numbers=takes_classes(compiled.loss)),
            layers=layer_facts(model),
            compiled=compiled,
            fit=FitFacts(
                rows=train.rows,
                batch_size=batch_size,
                validation_rows=0 if held_out is None else held_out.rows,
            ),
            sequential=is_sequential(model),
        )
        if tells_all and self._facts.hidden and may_be_a_line(self._facts.layers):
            # Where no layer bends, a line may be all there is: half a second, seldom.
            targets = with_simple_scores(train.x, train.y, self._facts.targets)
            self._facts = replace(self._facts, targets=targets)
        self._network = ComputedNetwork(model, self._facts.layers, compiled)

    def findings(
        self,
        curve: Curve,
        planned: int,
        learning_rate: float | None = None,
        depth: Depth = Depth.GRADIENTS,
    ) -> list[Finding]:
        """What the training has shown, the worst first.

        Args:
            curve: how it went.
            planned: epochs to train in all.
            learning_rate: the one it trains with now; None for that it was compiled with.
            depth: how much is looked at.
        """
        compiled = self._facts.compiled
        if learning_rate is not None:
            compiled = replace(compiled, learning_rate=learning_rate)
        fit = replace(self._facts.fit, epochs=max(1, planned))
        facts = replace(self._facts, compiled=compiled, fit=fit)
        known = set() if self._tells_all else {each.id for each in advise(facts)}
        learning = look_at_curve(curve, facts)
        if depth is not Depth.CURVE:
            learning = self._of_network(learning, facts, depth)
        found = advise(replace(facts, learning=learning))
        return [each for each in found if each.id not in known]

    def _of_network(self, found: LearningFacts, facts: Facts, depth: Depth) -> LearningFacts:
        network, train, held_out = self._network, self._data.train, self._data.held_out
        thorough = depth is Depth.GRADIENTS
        try:
            return look_at_network(network, train, held_out, facts, found, is_thorough=thorough)
        except Exception:  # whatever a layer of one's own raises with other rows than usual
            _LOG.info("the network cannot be looked at", exc_info=True)
            return found
