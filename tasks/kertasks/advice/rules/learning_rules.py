"""What losses and scores of a training show: whether it learns, where it stays, what it ends as.

They are looked at after a short training of a copy, and while a run is under way.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from kertasks.advice.facts import Facts, LearningFacts
from kertasks.advice.judging import (
    ENOUGH_STEPS,
    finite,
    is_no_better,
    learned,
    says_the_same,
    slower,
    why_stuck,
)
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, grouped, number, percent

_MOVED = 0.02
"""Share of the loss by which it must fall to be said to have moved: batches alone shake it by 1 %
or so."""

_DEAD = 0.9
_OVER = 0.1
"""Share by which the validation loss must have risen above its least."""

_GREW = 2.0
"""Times its first loss from which a training is lost: a loss that has doubled answers worse than
the weights it began with."""

_SWINGS = 0.1
"""Of what a constant answer costs: a loss that moves by that in an epoch, to and fro, jumps over
what it looks for; batches alone move it by a hundredth."""

_FEWEST_EPOCHS = 10
"""To tell swinging, or standing still, from a few epochs that happen to be so."""

_STILL = 1e-3
"""Of the first loss: what changes less in a quarter of all epochs does not change any more."""

_FEWEST_HELD_OUT = 50
"""Rows of which a share can be told to 0.14 (95 %): fewer say little."""


def not_finite_any_more(facts: Facts) -> Iterator[Finding]:
    """The loss is no number: since when, and why."""
    learning = learned(facts)
    if learning is None:
        return
    losses = learning.losses
    bad = next((at for at, loss in enumerate(losses) if not math.isfinite(loss)), None)
    if bad is None:
        return
    is_data = any(fact.about == "data" for fact in facts.checked)
    since = f"the loss is no number since epoch {grouped(bad + 1)}"
    last_good = f"; the last good one is {number(losses[bad - 1])} in epoch {grouped(bad)}"
    yield Finding(
        code="loss-is-no-number",
        fault=Fault.DATA if is_data else Fault.LEARNING_RATE,
        severity=Severity.ERROR,
        sentence=since + (last_good if bad else ""),
        explanation=(
            "A cell of the data is no number, and so is every sum it is in."
            if is_data
            else "A step was so long that a weight left what float32 holds. Try a tenth of the "
            "rate, and standardised features and targets."
        ),
        numbers={"epoch": bad + 1} | ({"last good loss": losses[bad - 1]} if bad else {}),
        patch=() if is_data else slower(facts),
    )


def diverging(facts: Facts) -> Iterator[Finding]:
    """The loss has grown beyond what it began with."""
    learning = finite(facts)
    if learning is None or len(learning.losses) < 2:
        return
    losses = learning.losses
    first, best, last = losses[0], min(losses), min(losses[-max(1, len(losses) // 10) :])
    has_lost_it = best < first / _GREW and last > first
    if not (last > _GREW * first > 0 or has_lost_it):
        return
    at = losses.index(best) + 1
    yield Finding(
        code="diverging",
        fault=Fault.LEARNING_RATE,
        severity=Severity.WARNING,
        sentence=f"the loss grows: {number(best)} in epoch {grouped(at)}, {number(last)} now",
        explanation="Each step is longer than the way to the valley, and ends higher on the other "
        "side. Try a tenth of the rate.",
        numbers={"first": first, "best": best, "best epoch": at, "last": last},
        patch=slower(facts),
    )


def oscillating(facts: Facts) -> Iterator[Finding]:
    """The loss jumps to and fro, and gets nowhere by it."""
    learning = finite(facts)
    if learning is None or len(learning.losses) < _FEWEST_EPOCHS:
        return
    half = learning.losses[len(learning.losses) // 2 :]
    moves = [after - before for before, after in itertools.pairwise(half)]
    swing = sum(map(abs, moves)) / len(moves)
    turns = sum(one * other < 0 for one, other in itertools.pairwise(moves))
    size = learning.chance_loss or abs(learning.losses[0])
    if turns < (len(moves) - 1) / 2 or swing <= _SWINGS * size or abs(half[0] - half[-1]) > swing:
        return
    yield Finding(
        code="oscillating",
        fault=Fault.LEARNING_RATE,
        severity=Severity.INFO if learning.has_learned else Severity.WARNING,
        sentence=f"the loss jumps by {number(swing)} from epoch to epoch, and has got from "
        f"{number(half[0])} to {number(half[-1])} in {counted(len(moves), 'epoch')}",
        explanation="Steps as long as the valley is wide jump from side to side. Try a tenth of "
        "the rate, or larger batches.",
        numbers={"swing": swing, "from": half[0], "to": half[-1]},
        patch=slower(facts),
    )


def all_rows_alike(facts: Facts) -> Iterator[Finding]:
    """The network gives one output whatever it is asked."""
    learning = learned(facts)
    if learning is None or learning.steps < ENOUGH_STEPS or not says_the_same(facts):
        return
    dead = _dead_layer(learning)
    why = "" if dead is None else f": all ReLUs of layer {dead} are off"
    yield Finding(
        code="all-rows-alike",
        fault=Fault.ACTIVATION,
        severity=Severity.WARNING,
        layer=dead,
        sentence=f"after {counted(learning.steps, 'step')} all rows get the same output{why}",
        explanation=(
            "Nothing of the features gets through any more. Dead ReLUs do not come back: a smaller "
            "rate, standardised features, more units or leaky_relu keep them alive."
        ),
        numbers={"spread": learning.output_spread, "steps": learning.steps},
        patch=() if dead is None else (f"layers.{dead}.activation=leaky_relu",),
    )


def _dead_layer(learning: LearningFacts) -> int | None:
    return next((at for at, share in enumerate(learning.dead_units) if share == 1.0), None)


def dead_after_training(facts: Facts) -> Iterator[Finding]:
    """ReLUs that have died."""
    learning = learned(facts)
    if learning is None:
        return
    for place, share in enumerate(learning.dead_units):
        if share >= _DEAD and place < len(facts.layers) and facts.layers[place].units > 1:
            yield Finding(
                code="dead-after-training",
                fault=Fault.ACTIVATION,
                # What half of it has learned with does the work without them.
                severity=Severity.INFO if learning.has_learned else Severity.WARNING,
                layer=place,
                sentence=f"{percent(share)} of the ReLUs of layer {place} are off for every "
                f"row after {counted(learning.steps, 'step')}",
                explanation="They get no gradient and do not come back. leaky_relu always has one.",
                numbers={"share": share},
                patch=(f"layers.{place}.activation=leaky_relu",),
            )
            return


def stuck_at_the_baseline(facts: Facts) -> Iterator[Finding]:
    """It does no better than always saying the same."""
    learning = learned(facts)
    if learning is None or learning.score is None or learning.baseline is None:
        return
    if learning.steps < ENOUGH_STEPS and not learning.is_whole:
        return
    if not is_no_better(learning.score, learning.baseline):
        return
    first, last = learning.losses[0], learning.losses[-1]
    falls = last < (1 - _MOVED) * first
    if falls and not learning.is_whole:
        return  # it is on its way
    yield Finding(
        code="stuck-at-the-baseline",
        fault=Fault.EPOCHS if falls else why_stuck(facts),
        severity=Severity.WARNING,
        sentence=f"after {counted(learning.steps, 'step')} it does no better than always saying "
        f"the same: {number(learning.score, 3)} against {number(learning.baseline, 3)}",
        explanation="Loss and score of the rows trained on are those of a constant answer.",
        numbers={"score": learning.score, "baseline": learning.baseline},
    )


def nothing_carries_over(facts: Facts) -> Iterator[Finding]:
    """Rows trained on are known by heart, and rows held out are guessed."""
    learning, fit = learned(facts), facts.fit
    if learning is None or not learning.has_learned or fit.validation_rows < _FEWEST_HELD_OUT:
        return
    score, baseline = learning.validation_score, learning.validation_baseline
    if score is None or baseline is None or not is_no_better(score, baseline):
        return
    yield Finding(
        code="nothing-carries-over",
        fault=Fault.LABELS,
        severity=Severity.WARNING,
        sentence=f"rows trained on are known by heart ({number(learning.score or 0, 3)}), and rows "
        f"held out are guessed: {number(score, 3)} against {number(baseline, 3)}",
        explanation=(
            "A network large enough learns any labels by heart, shuffled ones too (Zhang et al. "
            "2017). Are the labels those of the rows, and were both shuffled in one order? Are "
            "the rows held out of the same kind?"
        ),
        numbers={"trained on": learning.score or 0.0, "held out": score, "baseline": baseline},
    )


def overfitting(facts: Facts) -> Iterator[Finding]:
    """The validation loss has risen while the training loss fell."""
    learning = learned(facts)
    if learning is None or len(learning.validation_losses) < 4:
        return
    validation = learning.validation_losses
    best = min(range(len(validation)), key=validation.__getitem__)
    last = validation[-1]
    fell = learning.losses[-1] < learning.losses[best]
    if best + 1 < len(validation) and last > (1 + _OVER) * validation[best] > 0 and fell:
        yield Finding(
            code="overfitting",
            fault=Fault.REGULARIZATION,
            severity=Severity.INFO,
            sentence=f"validation is best at epoch {grouped(best + 1)} and has risen from "
            f"{number(validation[best])} to {number(last)} since",
            explanation="Early stopping keeps the weights of the best epoch; Dropout puts it off.",
            numbers={"best epoch": best + 1, "best": validation[best], "last": last},
        )


def still_falling(facts: Facts) -> Iterator[Finding]:
    """The training ends while it learns."""
    learning = learned(facts)
    if learning is None or not learning.is_whole or len(learning.losses) < 2:
        return
    tenth = max(1, len(learning.losses) // 10)
    before, last = learning.losses[-1 - tenth], learning.losses[-1]
    if 0 < last < 0.9 * before:
        yield Finding(
            code="still-falling",
            fault=Fault.EPOCHS,
            severity=Severity.INFO,
            sentence=f"the loss still falls at the end: {number(before)} to {number(last)} in the "
            f"last {counted(tenth, 'epoch')}",
            explanation="More epochs would go on.",
            numbers={"before": before, "last": last},
            patch=(f"fit.epochs={2 * facts.fit.epochs}",),
        )


def nothing_changes(facts: Facts) -> Iterator[Finding]:
    """The loss has stood still for long: more epochs bring nothing."""
    learning = finite(facts)
    if learning is None:
        return
    losses = learning.losses
    last, step = losses[-1], _STILL * abs(losses[0])
    moved = (at for at in range(len(losses) - 1, -1, -1) if abs(losses[at] - last) > step)
    since = next(moved, -1) + 1
    if len(losses) - since < max(_FEWEST_EPOCHS, len(losses) / 4):
        return
    yield Finding(
        code="nothing-changes",
        fault=Fault.EPOCHS,
        severity=Severity.INFO,
        sentence=f"the loss is {number(last)} since epoch {grouped(since + 1)}: nothing changes "
        "any more",
        explanation="More epochs of the same bring nothing; what is left to gain needs another "
        "rate, more units or other features.",
        numbers={"since": since + 1, "loss": last},
    )
