"""What a trained network itself shows: gradients, rows it has lost, training against use."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.advice.facts import Facts, LayerKind, LearningFacts
from kertasks.advice.judging import (
    ENOUGH_STEPS,
    finite,
    is_no_better,
    learned,
    says_the_same,
    slower,
    why_stuck,
)
from kertasks.advice.rules.layer_rules import FAINT, UNMOVED
from kertasks.advice.rules.learning_rules import stuck_at_the_baseline
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, number, percent

_GREW = 100.0
"""Times its first gradient that a layer has after training without having learned: gradients that
explode do so by orders of magnitude (Pascanu et al. 2013)."""

_LOST = 0.1
"""Share of what could be right that nothing can make right any more."""

_NARROW = 4
"""Of that many ReLUs or fewer all are off for one row in sixteen at least, by chance."""

_APART = 2.0
"""Times its loss in training that a network has in use: Dropout alone makes it smaller there."""

_WORTH_IT = 0.1
"""Of what a constant answer costs: losses that differ by less are both next to nothing."""


def gradient_vanishes(facts: Facts) -> Iterator[Finding]:
    """After training next to nothing of the gradient gets to the first layer."""
    learning = finite(facts)
    if learning is None or len(facts.hidden) < 1 or _gets_somewhere(learning):
        return
    places = [place for place, _ in facts.weighted if place < len(learning.gradients)]
    found = [learning.gradients[place] for place in places]
    if len(found) < 2 or not 0 < found[0] < FAINT * found[-1]:
        return
    bent = [
        place for place, layer in facts.hidden if layer.activation in ("sigmoid", "tanh", "softmax")
    ]
    yield Finding(
        code="gradient-vanishes",
        fault=Fault.ACTIVATION,
        severity=Severity.WARNING,
        layer=places[0],
        sentence=f"after {counted(learning.steps, 'step')} the first layer's gradient is "
        f"{found[0] / found[-1]:.1g} of the last one's: it does not learn",
        explanation=(
            "Slopes multiply from layer to layer, and those of sigmoid and tanh are small "
            "(Hochreiter 1991; Glorot and Bengio 2010). relu keeps them; so do BatchNormalization "
            "and fewer layers."
        ),
        numbers={"first": found[0], "last": found[-1]},
        patch=tuple(f"layers.{place}.activation=relu" for place in bent),
    )


def _gets_somewhere(learning: LearningFacts) -> bool:
    """Whether it has learned something: then enough of the gradient has got to the first layer."""
    if learning.score is None or learning.baseline is None:
        return learning.losses[-1] < learning.losses[0]
    return not is_no_better(learning.score, learning.baseline)


def gradient_explodes(facts: Facts) -> Iterator[Finding]:
    """Gradients have grown by orders of magnitude, and the loss has not fallen."""
    learning = finite(facts)
    if learning is None or learning.losses[-1] < learning.losses[0] or facts.compiled.clips:
        return
    grown = [
        (after / layer.gradient, place)
        for place, (layer, after) in enumerate(zip(facts.layers, learning.gradients, strict=False))
        if layer.gradient
    ]
    if not grown or max(grown)[0] <= _GREW:
        return
    times, place = max(grown)
    yield Finding(
        code="gradient-explodes",
        fault=Fault.LEARNING_RATE,
        severity=Severity.WARNING,
        layer=place,
        sentence=f"the gradient of layer {place} is {number(times, 2)} times what it was, and the "
        "loss has not fallen",
        explanation="Clip gradients, or take a tenth of the rate.",
        numbers={"times": times},
        patch=slower(facts),
    )


def rows_it_cannot_tell_apart(facts: Facts) -> Iterator[Finding]:
    """Rows with other targets reach the last layer as the same numbers."""
    learning = learned(facts)
    if learning is None or learning.lost is None or learning.lost <= _LOST:
        return
    if learning.steps < ENOUGH_STEPS and not learning.is_whole:
        return
    if says_the_same(facts):  # all of them, which is told
        return
    relus = [(place, layer) for place, layer in facts.hidden if layer.activation == "relu"]
    narrow = [place for place, layer in relus if layer.units <= _NARROW]
    yield Finding(
        code="rows-it-cannot-tell-apart",
        fault=Fault.LAYERS if narrow else Fault.ACTIVATION,
        severity=Severity.INFO if learning.has_learned else Severity.WARNING,
        layer=narrow[0] if narrow else None,
        sentence=f"rows with other targets reach the last layer as the same numbers: "
        f"{percent(learning.lost)} of what could be right cannot be any more",
        explanation=(
            "Where all ReLUs of a layer are off for two rows, no later layer can tell them apart, "
            "and no gradient mends it. More units, or leaky_relu, keep them apart."
        ),
        numbers={"lost": learning.lost},
        patch=tuple(f"layers.{place}.units=8" for place in narrow)
        or tuple(f"layers.{place}.activation=leaky_relu" for place, _ in relus),
    )


def training_and_use_disagree(facts: Facts) -> Iterator[Finding]:
    """The network answers otherwise than it is trained: which layer, and why."""
    learning = finite(facts)
    if learning is None:
        return
    dropped, kept, used = (
        learning.loss_in_training, learning.loss_without_dropout, learning.loss_in_use,
    )  # fmt: skip
    if dropped is None or kept is None or used is None:
        return
    size = learning.chance_loss or abs(learning.losses[0])
    if used > _APART * kept and used - kept > _WORTH_IT * size:
        yield _too_young(facts, kept, used)
    elif dropped > _APART * kept and dropped - kept > _WORTH_IT * size and learning.is_whole:
        place = _first(facts, LayerKind.DROPOUT)
        yield Finding(
            code="training-and-use-disagree",
            fault=Fault.REGULARIZATION,
            severity=Severity.INFO,
            layer=place,
            sentence=f"the loss of the same rows is {number(dropped)} in training and "
            f"{number(used)} in use: Dropout makes the difference",
            explanation="Dropout drops in training alone, so that the training loss is no measure "
            "of how well the rows are known; the validation loss is.",
            numbers={"in training": dropped, "in use": used},
        )


def _too_young(facts: Facts, kept: float, used: float) -> Finding:
    """Of moving averages that are not what batches have."""
    learning = facts.learning
    slow = [(at, layer) for at, layer in enumerate(facts.layers) if layer.momentum]
    place, momentum = (slow[0][0], slow[0][1].momentum) if slow else (None, 0.0)
    steps = 0 if learning is None else learning.steps
    left = momentum**steps
    # A training that was cut short has not had the steps that are planned; and where it answers
    # well in use all the same, it does no harm.
    is_cut = left > UNMOVED and learning is not None and not learning.is_whole
    does_no_harm = is_cut or (learning is not None and learning.has_learned)
    why = (
        f"after {counted(steps, 'step')} {percent(left)} of BatchNormalization's averages is "
        "still what they began with"
        if left > UNMOVED
        else "BatchNormalization's averages are not those of the batches"
    )
    return Finding(
        code="training-and-use-disagree",
        fault=Fault.LAYERS,
        severity=Severity.INFO if does_no_harm else Severity.WARNING,
        layer=place,
        sentence=f"the loss of the same rows is {number(kept)} in training and {number(used)} in "
        f"use: {why}",
        explanation=(
            "In training it takes the batch's own mean and variance, in use moving averages. They "
            "are too young with a momentum near 1 and few steps, and wrong with batches of a few "
            "rows. A momentum of 0.9, more steps or larger batches bring them together."
        ),
        numbers={"in training": kept, "in use": used, "left": left},
        patch=tuple(f"layers.{at}.momentum=0.9" for at, layer in slow if layer.momentum > 0.9),
    )


def _first(facts: Facts, kind: LayerKind) -> int | None:
    return next((at for at, layer in enumerate(facts.layers) if layer.kind is kind), None)


def one_batch_is_not_learned(facts: Facts) -> Iterator[Finding]:
    """Not even a few rows are known by heart: it is not the data, nor the number of rows."""
    learning = learned(facts)
    tried = None if learning is None else learning.one_batch
    if tried is None or tried.steps < ENOUGH_STEPS or tried.rows < 2:
        return
    if not is_no_better(tried.score, tried.baseline):
        return
    is_told = any(stuck_at_the_baseline(facts))
    yield Finding(
        code="one-batch-is-not-learned",
        fault=why_stuck(facts),
        severity=Severity.INFO if is_told else Severity.WARNING,
        sentence=f"{counted(tried.rows, 'row')} alone are not learned in "
        f"{counted(tried.steps, 'step')}: {number(tried.score, 3)} against "
        f"{number(tried.baseline, 3)} for a constant answer",
        explanation=(
            "Any network that can learn knows a few rows by heart soon. That it does not leaves "
            "the network, the loss or the rate; more rows or more epochs would not help."
        ),
        numbers={"rows": tried.rows, "score": tried.score, "baseline": tried.baseline},
    )
