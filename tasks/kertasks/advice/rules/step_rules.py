"""Steps: how many there are, how far they lead, and whether one is too far."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.advice.facts import Facts, LayerKind
from kertasks.advice.patches import fresh_weights
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, learning_rate, number, percent

ENOUGH = 1.0
"""Losses that all steps can bring down by the first slope; below it the way is tried in strides."""

_LEFT = 0.9
"""Share of the loss that is left at the end of a way that leads nowhere."""

_FEW_STEPS = 300
_FEW_EPOCHS = 5
"""Each row is seen five times at most, in fewer steps than Keras's own introductions take in their
first epoch: networks that learn in that are rare."""

_MANY_EPOCHS = 20
_USUAL_BATCH = 32
"""Keras's own: where there are many epochs of larger batches, the batches are what makes the steps
few."""

_VERY_FEW_STEPS = 25
"""However many epochs they are in: a weight of 0.1 moves by 0.025 at Adam's usual rate."""

_FAR_REACHING = 10.0
"""Losses that few steps can bring down, from which their number says nothing: a large rate, or
many inputs, come far in few."""

_FAR_REACHING_SLOPE = 100.0
"""The same of steps that shrink with the slope: flatter directions take ten times as long."""

_STEPS_TO_LEARN = 1_000
_LEAST_TIMES, _MOST_TIMES = 5, 1_000
_SURELY_ENOUGH = 10.0
"""What few epochs become: some thousand steps, five times as many at least, and as many as reach
ten times as far as the first slope asks for: a slope gets flatter on the way."""

_RISES = 2.0
"""A step down the slope that doubles the loss of the very rows it was computed on is too long: one
of 2 / curvature leaves it as it was, and what is beyond grows with every step."""

_RISES_AT_FIRST = 10.0
"""The same of optimizers that step by the rate in every weight at once: they do that only in their
first steps, and come back from a rise that is less."""

_WORSE_THAN_CHANCE = 10.0
"""Times the loss of always saying the same, before training: the outputs begin far too large."""


def cannot_train(facts: Facts) -> Iterator[Finding]:
    """Keras refuses the first batch."""
    if facts.cannot_train and not any(fact.refused for fact in facts.checked):
        yield Finding(
            code="cannot-train",
            fault=Fault.LAYERS,
            severity=Severity.ERROR,
            sentence=f"Keras computes nothing of the first batch: {facts.cannot_train}",
        )


def no_loss_to_begin_with(facts: Facts) -> Iterator[Finding]:
    """The loss of the first batch is no number before any step."""
    start = facts.start
    said = any(fact.about in ("data", "output", "labels") for fact in facts.checked)
    if start is not None and not math.isfinite(start.loss) and not said:
        yield Finding(
            code="no-loss-to-begin-with",
            fault=Fault.LOSS,
            severity=Severity.ERROR,
            sentence=f"the loss is {start.loss} before the first step",
            explanation="The output is where the loss has no value: a logarithm of 0 or less.",
        )


def rate_too_high(facts: Facts) -> Iterator[Finding]:
    """A single step makes the loss larger than it was by far."""
    start, rate = facts.start, facts.compiled.learning_rate
    if start is None or start.stepped_loss is None or rate is None:
        return
    floor = max(abs(start.loss), start.chance_loss or 0.0)
    # A loss that is no number after the step has left what float32 holds.
    rises = _RISES if facts.compiled.optimizer == "SGD" else _RISES_AT_FIRST
    overshoots = not start.stepped_loss <= rises * floor
    if not overshoots or start.loss != start.loss:
        return
    yield Finding(
        code="rate-too-high",
        fault=Fault.LEARNING_RATE,
        severity=Severity.WARNING if start.stepped_loss < 100 * floor else Severity.ERROR,
        sentence=f"one step of {_rate(facts)} takes the loss from {number(start.loss)} to "
        f"{number(start.stepped_loss)}",
        explanation=(
            "A step along the slope is too long where the loss of the same rows rises. Try a "
            "tenth of the rate."
        ),
        numbers={"before": start.loss, "after": start.stepped_loss, "rate": rate},
        patch=(f"compile.optimizer.learning_rate={rate / 10:g}",),
    )


def _rate(facts: Facts) -> str:
    rate, momentum = facts.compiled.learning_rate or 0.0, facts.compiled.momentum
    with_momentum = f" with momentum {momentum:g}" if momentum else ""
    return f"{learning_rate(rate)}{with_momentum}"


def outputs_begin_too_large(facts: Facts) -> Iterator[Finding]:
    """Before training it is far worse than saying the same always."""
    start = facts.start
    if start is None or not start.chance_loss or facts.targets.deviation == 0:
        return
    if not start.loss > _WORSE_THAN_CHANCE * start.chance_loss or not facts.targets.is_classes:
        return
    if facts.first_reader is not None and facts.inputs.most >= 100:
        return  # that is why, and is said already
    yield Finding(
        code="outputs-begin-too-large",
        fault=Fault.INITIALIZER,
        severity=Severity.WARNING,
        sentence=f"before training the loss is {number(start.loss)}; always saying the shares of "
        f"the classes costs {number(start.chance_loss)}",
        explanation="The weights are drawn too large for so many inputs: use glorot_uniform.",
        numbers={"loss": start.loss, "chance": start.chance_loss},
        patch=fresh_weights(facts),
    )


def adadelta_at_a_thousandth(facts: Facts) -> Iterator[Finding]:
    """Keras's default rate of Adadelta is a thousandth of the method's own."""
    rate = facts.compiled.learning_rate
    if facts.compiled.optimizer == "Adadelta" and rate is not None and rate <= 0.05:
        yield Finding(
            code="adadelta-at-a-thousandth",
            fault=Fault.LEARNING_RATE,
            severity=Severity.WARNING,
            sentence=f"Adadelta at {learning_rate(rate)} hardly moves: the method has a rate of 1",
            explanation=(
                "Zeiler (2012) has no rate at all, which is 1.0; Keras's default of 0.001 makes "
                "its steps a thousand times smaller."
            ),
            numbers={"rate": rate},
            patch=("compile.optimizer.learning_rate=1.0",),
        )


def way_too_short(facts: Facts) -> Iterator[Finding]:
    """Rate times steps does not lead anywhere, by the slope of the loss as it is."""
    start, fit, rate = facts.start, facts.fit, facts.compiled.learning_rate
    if start is None or start.reach is None or rate is None or start.reach >= ENOUGH:
        return
    if start.strides_left is None or start.strides_left <= _LEFT:
        return
    fault, patch = _shortest_part(facts)
    yield Finding(
        code="way-too-short",
        fault=fault,
        severity=Severity.WARNING,
        sentence=f"{counted(fit.steps, 'step')} of {_rate(facts)} are too short a way: they leave "
        f"{percent(start.strides_left)} of the loss",
        explanation=(
            "Steps times rate times slope is how far a training can come. Train longer, with more "
            "steps an epoch (a smaller batch), or with a larger rate."
        ),
        numbers={
            "reach": start.reach,
            "left": start.strides_left,
            "steps": fit.steps,
            "rate": rate,
        },
        patch=patch,
    )


def _shortest_part(facts: Facts) -> tuple[Fault, tuple[str, ...]]:
    """What of rate and steps is the smaller of what is usual."""
    fit, rate = facts.fit, facts.compiled.learning_rate or 0.0
    usual = facts.compiled.usual_rate
    if fit.steps <= _FEW_STEPS and fit.epochs >= _MANY_EPOCHS and fit.batch_size > _USUAL_BATCH:
        return Fault.BATCH_SIZE, _smaller_batches(facts)
    if fit.steps <= _FEW_STEPS:
        return Fault.EPOCHS, _more_epochs(facts)
    if facts.compiled.optimizer == "SGD" and rate >= usual and not facts.compiled.momentum:
        return Fault.OPTIMIZER, ("compile.optimizer=Adam",)
    return Fault.LEARNING_RATE, (f"compile.optimizer.learning_rate={10 * rate:g}",)


def _smaller_batches(facts: Facts) -> tuple[str, ...]:
    """The usual batch, and where its steps are not surely enough either, more epochs."""
    fit, start = facts.fit, facts.start
    smaller = f"fit.batch_size={_USUAL_BATCH}"
    batches = -(-fit.rows // _USUAL_BATCH)
    reach = start.reach * batches / fit.batches if start is not None and start.reach else ENOUGH
    times = min(_MOST_TIMES, _SURELY_ENOUGH / reach)
    return (smaller, _epochs(times * fit.epochs)) if times > 1 else (smaller,)


def _epochs(wanted: float) -> str:
    return f"fit.epochs={int(float(f'{wanted:.2g}'))}"


def _more_epochs(facts: Facts) -> tuple[str, ...]:
    """As many as make the way long enough, at least ten times as many and some hundred steps."""
    fit, start = facts.fit, facts.start
    reach = start.reach if start is not None and start.reach else ENOUGH
    times = min(_MOST_TIMES, max(_LEAST_TIMES, _SURELY_ENOUGH / reach))
    epochs = max(_MANY_EPOCHS, _STEPS_TO_LEARN / fit.batches, times * fit.epochs)
    return (_epochs(epochs),)


def few_epochs(facts: Facts) -> Iterator[Finding]:
    """Few steps in few epochs."""
    fit = facts.fit
    is_few = fit.epochs <= _FEW_EPOCHS and fit.steps <= _FEW_STEPS
    if not is_few and fit.steps > _VERY_FEW_STEPS:
        return
    far = _FAR_REACHING_SLOPE if facts.compiled.optimizer == "SGD" else _FAR_REACHING
    start = facts.start
    if start is not None and start.reach is not None and start.reach >= far:
        return
    if any(finding.fault is Fault.EPOCHS for finding in way_too_short(facts)):
        return  # the same, by what was measured
    yield Finding(
        code="few-steps",
        fault=Fault.EPOCHS,
        severity=Severity.WARNING,
        sentence=f"only {counted(fit.steps, 'step')} in {counted(fit.epochs, 'epoch')}",
        explanation=(
            "Twenty steps in all teach a network nothing: a weight moves by about the rate in a "
            "step. More epochs, or smaller batches, make more of them."
        ),
        numbers={"steps": fit.steps, "epochs": fit.epochs},
        patch=_more_epochs(facts),
    )


def rate_far_from_usual(facts: Facts) -> Iterator[Finding]:
    """Adam's steps are as long as its rate, whatever the slope: 0.1 is far for a weight of 0.1."""
    rate, optimizer = facts.compiled.learning_rate, facts.compiled.optimizer
    if rate is None:
        return
    if (
        optimizer in ("Adam", "AdamW", "Nadam", "RMSprop", "Adamax")
        and rate >= 0.1
        and facts.hidden
    ):
        yield Finding(
            code="rate-far-from-usual",
            fault=Fault.LEARNING_RATE,
            severity=Severity.WARNING,
            sentence=f"{optimizer} moves each weight by about its rate a step, and "
            f"{number(rate)} is as much as most weights are",
            explanation="Usual are 0.001 to 0.01.",
            numbers={"rate": rate},
            patch=("compile.optimizer.learning_rate=0.001",),
        )


def accuracy_of_numbers(facts: Facts) -> Iterator[Finding]:
    """What a metric counts that means nothing, as the check says."""
    for fact in facts.checked:
        if fact.about == "metric":
            yield Finding(
                code="check-metric",
                fault=Fault.METRIC,
                severity=Severity.WARNING,
                sentence=fact.reason,
                explanation="The training is the same without it; the number it shows is not "
                "about how well it goes. A regression is told by its mean absolute error.",
                patch=() if facts.targets.is_classes else ("compile.metrics=['mae']",),
            )


def accuracy_along_several_numbers(facts: Facts) -> Iterator[Finding]:
    """Accuracy of several numbers asks only which of them is the greatest."""
    names = {"accuracy", "acc", "categorical_accuracy"}
    if facts.targets.is_classes or not names & set(facts.compiled.metrics):
        return
    if any(fact.about == "metric" for fact in facts.checked):
        return
    if any(layer.kind is LayerKind.OTHER for layer in facts.layers[-1:]):
        return
    yield Finding(
        code="accuracy-of-numbers",
        fault=Fault.METRIC,
        severity=Severity.INFO,
        sentence="the targets are numbers, and accuracy counts which of them are the greatest, "
        "or right to the digit",
        explanation="A regression is told by its mean absolute error.",
        patch=("compile.metrics=['mae']",),
    )
