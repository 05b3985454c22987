"""What a short training shows: whether the loss falls, where it stays, what became of the units."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.advice.facts import Facts, LearningFacts
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, grouped, number

_ENOUGH_STEPS = 200
"""Steps before a loss that has not moved says something."""

_MOVED = 0.02
"""Share of the loss by which it must fall to be said to have moved: batches alone shake it by 1 %
or so."""

_BETTER = 0.05
"""Share of what the largest class leaves wrong that must be right to be better than it."""

_SAME = 1e-5
"""Outputs that differ by less than that, of their size, are one."""

_DEAD = 0.9
_OVER = 0.1
"""Share by which the validation loss must have risen above its least."""


def _learning(facts: Facts) -> LearningFacts | None:
    found = facts.learning
    return found if found is not None and found.losses else None


def not_finite_any_more(facts: Facts) -> Iterator[Finding]:
    """The loss is no number."""
    learning = _learning(facts)
    if learning is None:
        return
    bad = next((at for at, loss in enumerate(learning.losses) if not math.isfinite(loss)), None)
    if bad is None:
        return
    rate = facts.compiled.learning_rate
    yield Finding(
        code="loss-is-no-number",
        fault=Fault.LEARNING_RATE,
        severity=Severity.ERROR,
        sentence=f"the loss is no number since epoch {bad + 1}",
        explanation=(
            "A step was so long that a weight left what float32 holds, or a cell of the data is no "
            "number. Try a tenth of the rate, and standardised features and targets."
        ),
        numbers={"epoch": bad + 1},
        patch=() if rate is None else (f"compile.optimizer.learning_rate={rate / 10:g}",),
    )


def all_rows_alike(facts: Facts) -> Iterator[Finding]:
    """The network gives one output whatever it is asked."""
    learning = _learning(facts)
    if learning is None or learning.steps < _ENOUGH_STEPS:
        return
    if facts.inputs.constant or facts.fit.rows < 2:  # there is nothing to tell apart
        return
    if not learning.output_spread <= _SAME * max(learning.output_size, 1e-30):
        return
    dead = _dead_layer(learning)
    why = "" if dead is None else f": all ReLUs of layer {dead} are off"
    yield Finding(
        code="all-rows-alike",
        fault=Fault.ACTIVATION,
        severity=Severity.ERROR,
        layer=dead,
        sentence=f"after {counted(learning.steps, 'step')} all rows get the same output{why}",
        explanation=(
            "Nothing of the features gets through any more. Dead ReLUs do not come back: a smaller "
            "rate, standardised features, more units or leaky_relu keep them alive."
        ),
        patch=() if dead is None else (f"layers.{dead}.activation=leaky_relu",),
    )


def _dead_layer(learning: LearningFacts) -> int | None:
    return next((at for at, share in enumerate(learning.dead_units) if share == 1.0), None)


def dead_after_training(facts: Facts) -> Iterator[Finding]:
    """ReLUs that have died."""
    learning = _learning(facts)
    if learning is None:
        return
    for place, share in enumerate(learning.dead_units):
        if share >= _DEAD and place < len(facts.layers) and facts.layers[place].units > 1:
            yield Finding(
                code="dead-after-training",
                fault=Fault.ACTIVATION,
                severity=Severity.INFO if _has_learned(learning) else Severity.WARNING,
                layer=place,
                sentence=f"{share:.0%} of the ReLUs of layer {place} are off for every row after "
                f"{counted(learning.steps, 'step')}",
                explanation="They get no gradient and do not come back. leaky_relu always has one.",
                numbers={"share": share},
                patch=(f"layers.{place}.activation=leaky_relu",),
            )
            return


def _has_learned(learning: LearningFacts) -> bool:
    """Whether half of what the baseline leaves wrong is right: then what is left does the work."""
    if learning.score is None or learning.baseline is None:
        return False
    return learning.score - learning.baseline > (1 - learning.baseline) / 2


def stuck_at_the_baseline(facts: Facts) -> Iterator[Finding]:
    """It does no better than always saying the same."""
    learning = _learning(facts)
    if learning is None or learning.score is None or learning.baseline is None:
        return
    if learning.steps < _ENOUGH_STEPS and not learning.is_whole:
        return
    room = 1 - learning.baseline
    if room <= 0 or learning.score - learning.baseline > _BETTER * room:
        return
    first, last = learning.losses[0], learning.losses[-1]
    if last < (1 - _MOVED) * first and not learning.is_whole:
        return  # it is on its way
    fault = Fault.EPOCHS if learning.is_whole and last < (1 - _MOVED) * first else _why_stuck(facts)
    yield Finding(
        code="stuck-at-the-baseline",
        fault=fault,
        severity=Severity.WARNING,
        sentence=f"after {counted(learning.steps, 'step')} it does no better than always saying "
        f"the same: {number(learning.score, 3)} against {number(learning.baseline, 3)}",
        explanation="Loss and score of the rows trained on are those of a constant answer.",
        numbers={"score": learning.score, "baseline": learning.baseline},
    )


def _why_stuck(facts: Facts) -> Fault:
    """What is most often to be changed: a rate below the usual one, else the activations."""
    rate = facts.compiled.learning_rate
    usual = 0.01 if facts.compiled.optimizer == "SGD" else 0.001
    if rate is not None and rate != usual:
        return Fault.LEARNING_RATE
    return Fault.ACTIVATION


def overfitting(facts: Facts) -> Iterator[Finding]:
    """The validation loss has risen while the training loss fell."""
    learning = _learning(facts)
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
    learning = _learning(facts)
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
