"""For each code of what a training shows: facts that fire it, and facts just short of it."""

from __future__ import annotations

import math
from typing import Any

from msgspec.structs import replace
from tests.kertasks.advice.cases.plain_facts import LEARNING, dense, dropout, facts, normalization

from kertasks.advice.facts import Facts, LearningFacts, OneBatchFacts
from kertasks.runs.advice.finding import Severity

SWINGING = (1.0,) * 5 + (0.5, 0.6) * 4
HELD_OUT: dict[str, Any] = {"validation_rows": 50}
OTHERS: dict[str, Any] = {"validation_baseline": 0.5}
ONE_BATCH: dict[str, Any] = {"rows": 32, "steps": 200, "baseline": 0.5}
MEASURED = (dense(16, gradient=1e-3), dense(1, "sigmoid", gradient=1e-3))
NORMALISED = (dense(16), normalization(), dense(1, "sigmoid"))
DROPPED = (dense(16), dropout(0.5), dense(1, "sigmoid"))


def disagreeing(in_training: float, without_dropout: float, in_use: float) -> LearningFacts:
    """What a training showed whose losses differ."""
    return replace(
        LEARNING,
        loss_in_training=in_training,
        loss_without_dropout=without_dropout,
        loss_in_use=in_use,
    )


CASES: dict[str, tuple[Facts, Facts]] = {
    "loss-is-no-number": (
        facts(learning=replace(LEARNING, losses=(0.7, math.nan))),
        facts(learning=LEARNING),
    ),
    "all-rows-alike": (
        facts(learning=replace(LEARNING, output_spread=1e-5)),
        facts(learning=replace(LEARNING, output_spread=2e-5)),
    ),
    "dead-after-training": (
        facts(learning=replace(LEARNING, dead_units=(0.9, 0.0))),
        facts(learning=replace(LEARNING, dead_units=(0.89, 0.0))),
    ),
    "stuck-at-the-baseline": (
        facts(learning=replace(LEARNING, score=0.524)),
        facts(learning=replace(LEARNING, score=0.526)),
    ),
    "overfitting": (
        facts(learning=replace(LEARNING, losses=(4, 3, 2, 1), validation_losses=(4, 2, 2, 2.3))),
        facts(learning=replace(LEARNING, losses=(4, 3, 2, 1), validation_losses=(4, 2, 2, 2.2))),
    ),
    "still-falling": (
        facts(learning=replace(LEARNING, losses=(1.0, 0.89))),
        facts(learning=replace(LEARNING, losses=(1.0, 0.91))),
    ),
    "diverging": (
        facts(learning=replace(LEARNING, losses=(1.0, 2.1))),
        facts(learning=replace(LEARNING, losses=(1.0, 2.0))),
    ),
    "oscillating": (
        facts(learning=replace(LEARNING, losses=SWINGING, chance_loss=0.99)),
        facts(learning=replace(LEARNING, losses=SWINGING, chance_loss=1.01)),
    ),
    "nothing-changes": (
        facts(learning=replace(LEARNING, losses=(0.7, 0.32, *[0.3] * 10))),
        facts(learning=replace(LEARNING, losses=(0.7, 0.32, *[0.3] * 9))),
    ),
    "nothing-carries-over": (
        facts(fit=HELD_OUT, learning=replace(LEARNING, validation_score=0.524, **OTHERS)),
        facts(fit=HELD_OUT, learning=replace(LEARNING, validation_score=0.526, **OTHERS)),
    ),
    # the network itself
    "gradient-vanishes": (
        facts(learning=replace(LEARNING, score=0.52, gradients=(9e-7, 1e-3))),
        facts(learning=replace(LEARNING, score=0.52, gradients=(2e-6, 1e-3))),
    ),
    "gradient-explodes": (
        facts(layers=MEASURED, learning=replace(LEARNING, losses=(1, 1), gradients=(0.11, 0.0))),
        facts(layers=MEASURED, learning=replace(LEARNING, losses=(1, 1), gradients=(0.10, 0.0))),
    ),
    "rows-it-cannot-tell-apart": (
        facts(learning=replace(LEARNING, lost=0.11)),
        facts(learning=replace(LEARNING, lost=0.10)),
    ),
    "training-and-use-disagree": (
        facts(layers=NORMALISED, learning=disagreeing(0.3, 0.3, 0.61)),
        facts(layers=NORMALISED, learning=disagreeing(0.3, 0.3, 0.60)),
    ),
    "one-batch-is-not-learned": (
        facts(learning=replace(LEARNING, one_batch=OneBatchFacts(score=0.524, **ONE_BATCH))),
        facts(learning=replace(LEARNING, one_batch=OneBatchFacts(score=0.526, **ONE_BATCH))),
    ),
}

MORE: dict[str, tuple[tuple[Facts, bool], ...]] = {
    "diverging": (
        (facts(learning=replace(LEARNING, losses=(1.0, 0.4, 1.1))), True),  # it had learned
        (facts(learning=replace(LEARNING, losses=(1.0, 0.6, 1.1))), False),
    ),
    "training-and-use-disagree": (
        (facts(layers=DROPPED, learning=disagreeing(0.7, 0.3, 0.3)), True),  # by Dropout
        (facts(layers=DROPPED, learning=disagreeing(0.5, 0.3, 0.3)), False),
        (facts(layers=NORMALISED, learning=disagreeing(0.01, 0.01, 0.07)), False),  # both are good
    ),
    "gradient-vanishes": (
        (facts(learning=replace(LEARNING, score=0.53, gradients=(9e-7, 1e-3))), False),
    ),
    "one-batch-is-not-learned": (
        (
            facts(
                learning=replace(
                    LEARNING, one_batch=OneBatchFacts(score=0.5, **{**ONE_BATCH, "steps": 199})
                )
            ),
            False,
        ),
    ),
}

SEVERITIES: tuple[tuple[str, Facts, Severity], ...] = (
    (
        "dead-after-training",
        facts(learning=replace(LEARNING, dead_units=(0.95, 0.0), score=0.75)),
        Severity.WARNING,
    ),
    (
        "dead-after-training",
        facts(learning=replace(LEARNING, dead_units=(0.95, 0.0), score=0.76)),
        Severity.INFO,
    ),
    ("rows-it-cannot-tell-apart", facts(learning=replace(LEARNING, lost=0.5)), Severity.INFO),
    (
        "rows-it-cannot-tell-apart",
        facts(learning=replace(LEARNING, lost=0.5, score=0.75)),
        Severity.WARNING,
    ),
    (
        "training-and-use-disagree",
        facts(layers=NORMALISED, learning=replace(disagreeing(0.3, 0.3, 0.7), score=0.7)),
        Severity.WARNING,
    ),
    (  # it answers well all the same
        "training-and-use-disagree",
        facts(layers=NORMALISED, learning=disagreeing(0.3, 0.3, 0.7)),
        Severity.INFO,
    ),
    (  # it was cut short: the averages would have had time
        "training-and-use-disagree",
        facts(
            layers=NORMALISED,
            learning=replace(disagreeing(0.3, 0.3, 0.7), score=0.7, is_whole=False, steps=10),
        ),
        Severity.INFO,
    ),
    (  # which is told already
        "one-batch-is-not-learned",
        facts(
            learning=replace(LEARNING, score=0.5, one_batch=OneBatchFacts(score=0.5, **ONE_BATCH))
        ),
        Severity.INFO,
    ),
)
"""What decides between a warning and a remark."""
