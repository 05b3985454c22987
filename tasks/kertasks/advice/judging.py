"""What several rules ask of facts."""

from __future__ import annotations

import math

from kertasks.advice.facts import Facts, LayerKind, LearningFacts
from kertasks.runs.advice.finding import Fault

ENOUGH_STEPS = 200
"""Steps before a loss that has not moved says something."""

_BETTER = 0.05
"""Share of what the largest class leaves wrong that must be right to be better than it."""

_SAME = 1e-5
"""Outputs that differ by less than that, of their size, are one."""

_UNLINKED = 0.02
"""Score of a simple model on rows held out from it that is as good as nothing."""

_ENOUGH_TO_SCORE = 200
"""Rows with which a score of nothing is not just few rows."""


def learned(facts: Facts) -> LearningFacts | None:
    """What the training showed; None where it has not come through an epoch."""
    found = facts.learning
    return found if found is not None and found.losses else None


def finite(facts: Facts) -> LearningFacts | None:
    """The same where all losses are numbers."""
    found = learned(facts)
    return found if found is not None and all(map(math.isfinite, found.losses)) else None


def slower(facts: Facts) -> tuple[str, ...]:
    """A tenth of the rate."""
    rate = facts.compiled.learning_rate
    return () if rate is None else (f"compile.optimizer.learning_rate={rate / 10:g}",)


def says_the_same(facts: Facts) -> bool:
    """Whether all rows get one output, though they are not one row."""
    learning = facts.learning
    if learning is None or facts.inputs.constant or facts.fit.rows < 2:
        return False
    return learning.output_spread <= _SAME * max(learning.output_size, 1e-30)


def is_no_better(score: float, baseline: float) -> bool:
    """Whether a score is that of a constant answer, as far as can be told."""
    room = 1 - baseline
    return room > 0 and score - baseline <= _BETTER * room


def are_unlinked(facts: Facts) -> bool:
    """Whether neither a line nor a forest of trees finds the targets in the features."""
    targets = facts.targets
    scores = (targets.linear_score, targets.curved_score)
    if any(score is None or score > _UNLINKED for score in scores) or facts.inputs.constant:
        return False
    # Numbers of words are nothing to a line or a tree.
    reads_words = any(layer.kind is LayerKind.EMBEDDING for layer in facts.layers)
    return targets.scored_rows >= _ENOUGH_TO_SCORE and not reads_words


def why_stuck(facts: Facts) -> Fault:
    """What is most often to be changed: labels that nothing explains, a rate that is not the usual
    one, else the activations."""
    if are_unlinked(facts):
        return Fault.LABELS
    rate = facts.compiled.learning_rate
    usual = facts.compiled.usual_rate
    if rate is not None and not math.isclose(rate, usual, rel_tol=1e-3):  # it is a float32
        return Fault.LEARNING_RATE
    return Fault.ACTIVATION
