"""Dropout: where it stands, how much it drops, and of how much."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.advice.facts import Facts, LayerFacts, LayerKind, TargetKind
from kertasks.advice.rules.layer_rules import FEW_RELUS
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import number, percent

_HEAVY = 0.5
"""Above it more is dropped than kept; 0.5 is what Srivastava et al. (2014) use in hidden layers,
and the most they found to help."""

_NOISE = 0.15
"""Relative noise that Dropout puts on a sum of n numbers, sqrt(p / (1 - p) / n): a class survives
it, the value of a number does not."""


def dropout_of_the_output(facts: Facts) -> Iterator[Finding]:
    """Dropout after the last weighted layer drops answers."""
    if facts.last is None:
        return
    for place in range(facts.last[0] + 1, len(facts.layers)):
        layer = facts.layers[place]
        if layer.kind is LayerKind.DROPOUT and layer.rate > 0:
            yield Finding(
                code="dropout-of-the-output",
                fault=Fault.REGULARIZATION,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"layer {place} drops {percent(layer.rate)} of the answers themselves",
                explanation="Dropout belongs between hidden layers, not after the last one.",
                numbers={"rate": layer.rate},
                patch=(f"layers.{place}.rate=0.0",),
            )


def heavy_dropout(facts: Facts) -> Iterator[Finding]:
    """More is dropped than kept."""
    heavy = [
        (place, layer)
        for place, layer in enumerate(facts.layers)
        if layer.kind is LayerKind.DROPOUT and layer.rate > _HEAVY
    ]
    if heavy:
        place, layer = max(heavy, key=lambda one: one[1].rate)
        yield Finding(
            code="heavy-dropout",
            fault=Fault.REGULARIZATION,
            severity=Severity.WARNING,
            layer=place,
            sentence=f"layer {place} drops {percent(layer.rate)} of what it gets, more than it "
            "keeps",
            explanation="Dropout of 0.2 to 0.5 is what was found to help; more starves the rest.",
            numbers={"rate": layer.rate, "layers": len(heavy)},
            patch=tuple(f"layers.{each}.rate=0.2" for each, _ in heavy),
        )


def dropout_leaves_too_few(facts: Facts) -> Iterator[Finding]:
    """Dropouts that leave two units or fewer of a layer, as narrow as one that has no more."""
    for place, layer, before in _after_hidden(facts):
        is_told = layer.rate > _HEAVY  # by itself
        if not layer.rate or is_told:
            continue
        left = before.units * (1 - layer.rate)
        if before.kind is LayerKind.DENSE and 0 < left <= FEW_RELUS:
            yield Finding(
                code="dropout-leaves-too-few",
                fault=Fault.REGULARIZATION,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"Dropout of {layer.rate:g} leaves {number(left, 2)} of "
                f"{before.units} units in a step",
                explanation="So few let nothing of many rows through: leave it out there.",
                numbers={"left": left},
                patch=(f"layers.{place}.rate=0.0",),
            )
            return


def dropout_shakes_a_number(facts: Facts) -> Iterator[Finding]:
    """The noise of Dropout on few units is an error of the number they add up to."""
    if facts.targets.kind is not TargetKind.NUMBERS or facts.last is None:
        return
    for place, layer, before in _after_hidden(facts):
        if not before.units:
            continue
        noise = math.sqrt(layer.rate / (1 - min(layer.rate, 0.99)) / before.units)
        if noise > _NOISE:
            yield Finding(
                code="dropout-shakes-a-number",
                fault=Fault.REGULARIZATION,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"Dropout of {layer.rate:g} over {before.units} units shakes the "
                f"number they add up to by {percent(noise)}",
                explanation="A class survives such noise, a number does not: leave it out.",
                numbers={"noise": noise},
                patch=(f"layers.{place}.rate=0.0",),
            )
            return


def _after_hidden(facts: Facts) -> Iterator[tuple[int, LayerFacts, LayerFacts]]:
    """Each Dropout with its place and the hidden layer before it, where there is one."""
    for place, layer in enumerate(facts.layers):
        before = [one for at, one in facts.hidden if at < place]
        if layer.kind is LayerKind.DROPOUT and before:
            yield place, layer, before[-1]
