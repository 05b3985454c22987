"""What the features and the targets are like: constant, missing, of other sizes than weights."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.advice.facts import USUAL_RATE, Facts, StartFacts, TargetKind
from kertasks.advice.patches import scaled_output, standardised_inputs
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, grouped, learning_rate, number, percent

FAR = 100.0
"""Weights are drawn for inputs of about 1 (Glorot and Bengio 2010; He et al. 2015): what is a
hundred times that starts two orders of magnitude off."""

UNEVEN = 100.0
"""The condition of the problem is the square of that ratio: one rate is then 10,000 times too
large for one weight or too small for another (LeCun et al. 1998, Efficient BackProp, 4.3)."""

OFFSET = 10.0
"""A column that far from 0, in its own deviations, is a constant with 1 % of its square left."""

_ENOUGH = 1.0
"""Losses that all steps can bring down: less and the loss cannot come to 0 at its first slope."""

_HALF = 0.5
"""Of the loss that is left, where it is not known what the mean would cost."""

_MOST = 0.9
"""Share of a layer at its ends: with less of them the rest still learns, and takes them along."""


def constant_inputs(facts: Facts) -> Iterator[Finding]:
    """All rows are the same: there is nothing to tell them apart by."""
    if facts.inputs.constant:
        yield Finding(
            code="constant-inputs",
            fault=Fault.DATA,
            severity=Severity.ERROR,
            sentence="all rows have the same features: nothing can be learned from them",
            explanation=(
                "Often whole numbers were divided and rounded to 0, or word numbers were scaled "
                "before an Embedding, which looks them up as they are."
            ),
        )


def constant_columns(facts: Facts) -> Iterator[Finding]:
    """Features that are the same in all rows."""
    count = facts.inputs.constant_columns
    if count and not facts.inputs.constant:
        yield Finding(
            code="constant-columns",
            fault=Fault.DATA,
            severity=Severity.INFO,
            sentence=f"{counted(count, 'feature')} of {grouped(facts.inputs.row_shape[-1])} "
            f"{'is' if count == 1 else 'are'} the same in all rows",
            explanation="It does no harm, and a column that should vary may have been lost.",
            numbers={"features": count},
        )


def constant_target(facts: Facts) -> Iterator[Finding]:
    """All targets are the same."""
    targets = facts.targets
    is_one_class = targets.kind in (TargetKind.CLASSES, TargetKind.ONE_HOT) and targets.classes == 1
    is_one_number = (
        targets.kind is TargetKind.NUMBERS and targets.deviation == 0 and facts.fit.rows > 1
    )
    if is_one_class or is_one_number:
        yield Finding(
            code="constant-target",
            fault=Fault.LABELS,
            severity=Severity.ERROR,
            sentence="all rows to train on have the same target",
            explanation="A network learns to say it always, whatever the features are.",
        )


def not_numbers(facts: Facts) -> Iterator[Finding]:
    """Missing and infinite cells, and what else the check says of the data."""
    for fact in facts.checked:
        if fact.about == "data":
            yield Finding(
                code="check-data",
                fault=Fault.DATA,
                severity=Severity.ERROR,
                sentence=fact.reason,
                explanation="One such number makes every weight that reads it none either.",
            )


def unscaled_inputs(facts: Facts) -> Iterator[Finding]:
    """Features of other sizes than the weights are drawn for."""
    inputs, reader = facts.inputs, facts.first_reader
    if reader is None or inputs.constant:
        return
    if inputs.most >= FAR:
        what = f"features run to {number(inputs.most, 3)}, and weights are drawn for about 1"
    elif inputs.spread_ratio >= UNEVEN and inputs.most > OFFSET:
        what = f"one feature spreads {number(inputs.spread_ratio, 3)} times as far as another"
    elif inputs.offset >= OFFSET:
        what = (
            f"features are {number(inputs.offset, 3)} times as far from 0 as from each other: "
            "most of what a layer gets is the same for all rows"
        )
    else:
        return
    yield Finding(
        code="unscaled-inputs",
        fault=Fault.DATA,
        severity=Severity.WARNING,
        sentence=f"the {what}",
        explanation=(
            "The largest feature decides the sums of the first layer, and the one rate there is "
            "suits it alone. Standardise each feature with the training rows' mean and deviation, "
            "or divide pixels by 255; a Normalization or BatchNormalization layer does it too."
        ),
        numbers={
            "largest": inputs.most,
            "spread ratio": inputs.spread_ratio,
            "offset": inputs.offset,
        },
        patch=standardised_inputs(inputs),
    )


def unscaled_target(facts: Facts) -> Iterator[Finding]:
    """Targets of which all steps of the training together do not even reach the mean."""
    targets, start = facts.targets, facts.start
    if targets.kind is not TargetKind.NUMBERS or start is None or facts.last is None:
        return
    if start.reach is None or start.reach >= _ENOUGH or not facts.last[1].is_linear:
        return
    size = max(abs(targets.most), abs(targets.least))
    if size < FAR or not _stays_above_the_mean(start):
        return
    rate = facts.compiled.learning_rate or 0.0
    yield Finding(
        code="unscaled-target",
        fault=Fault.LEARNING_RATE if rate < USUAL_RATE else Fault.DATA,
        severity=Severity.ERROR,
        sentence=f"targets run to {number(size, 3)}: {grouped(facts.fit.steps)} steps of "
        f"{learning_rate(rate)} do not even reach their mean",
        explanation=(
            "Outputs begin near 0, and a weight moves by about the rate in a step. Standardise "
            "the target and turn predictions back, or raise the rate."
        ),
        numbers={
            "largest": size,
            "reach": start.reach,
            "left": start.strides_left or 0.0,
            "steps": facts.fit.steps,
        },
        patch=scaled_output(facts),
    )


def _stays_above_the_mean(start: StartFacts) -> bool:
    """Whether the way ends where always saying the mean would cost less."""
    if start.strides_left is None:
        return False
    if start.chance_loss is None:
        return start.strides_left > _HALF
    return start.strides_left * start.loss > start.chance_loss


def saturated_units(facts: Facts) -> Iterator[Finding]:
    """Sigmoids and tanhs that are at an end before training begins, where they have no slope."""
    for place, layer in facts.hidden:
        if layer.saturated is None or layer.saturated <= _MOST:
            continue
        by_inputs = facts.inputs.most > OFFSET and facts.first_reader is not None
        yield Finding(
            code="saturated-units",
            fault=Fault.DATA if by_inputs else Fault.INITIALIZER,
            severity=Severity.WARNING,
            layer=place,
            sentence=f"{percent(layer.saturated)} of the {layer.activation}s of layer {place} "
            "are at an end of their range before training, where they have no slope",
            explanation=(
                "Inputs or weights are too large for them: standardise the features, or draw "
                "smaller weights (glorot_uniform)."
            ),
            numbers={"share": layer.saturated},
            patch=standardised_inputs(facts.inputs)
            if by_inputs
            else (f"layers.{place}.kernel_initializer=glorot_uniform",),
        )
        return


def unit_of_the_target(facts: Facts) -> Iterator[Finding]:
    """An error in scaled units is not in dollars."""
    scale = facts.targets.scaled_by
    if scale is None or not {"mae", "mean_absolute_error"} & set(facts.compiled.metrics):
        return
    yield Finding(
        code="scaled-target",
        fault=Fault.METRIC,
        severity=Severity.WARNING,
        sentence=f"the target is scaled: a mean absolute error of 1 is {number(scale, 4)} in its "
        "own unit",
        explanation=(
            "Multiply an error by the scale alone. Turning it back as a prediction is, with the "
            "scaler's inverse transform, adds the mean: 0.2652 of Boston's prices became 24.83, "
            "and is 2.439."
        ),
        numbers={"scale": scale},
    )
