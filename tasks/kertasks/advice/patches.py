"""Patches: changes of a recipe, as ``--set`` takes them, before they are carried out.

A rule names places as they are before its patch, and a layer's settings as if it had them itself.
Here they become changes that can be carried out one after the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from kertasks.advice.facts import (
    STEPS_BY_GRADIENT,
    USUAL_RATE,
    Facts,
    InputFacts,
    LayerFacts,
    LayerKind,
)
from kertasks.runs.advice.finding import Finding

_LARGEST_PIXEL = 255.0
_PIXELS = 16
"""Places in a row from which on it may be a picture, where all numbers are those of pixels."""

_NEAR = 0.01
"""A column that spreads by less of its mean needs all the digits of that."""

_UNEVEN = 10.0
"""Times as far as another one column spreads from which on they need a scale each."""

_ROUNDS = 3
"""Of looking at what is wrong with what was mended; each costs as much as looking at it once."""

_OF_LAYER = re.compile(r"layers\.(\d+)\.([a-z_]+)=(.*)")
_PUT_IN = re.compile(r"layers\.(\d+)\+=.*")


def together(patches: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Several patches of one network as one.

    What two of them change is changed as the first says. Layers are put in last, from the end on,
    so that every place is still the one that was meant.
    """
    settings: dict[str, str] = {}
    put_in: dict[str, int] = {}
    for patch in patches:
        for change in patch:
            if found := _PUT_IN.fullmatch(change):
                put_in.setdefault(change, int(found[1]))
                continue
            path = change.partition("=")[0]
            if not any(_overlap(path, known) for known in settings):
                settings.setdefault(path, change)
    return (*settings.values(), *sorted(put_in, key=lambda change: put_in[change], reverse=True))


def completed(
    patch: tuple[str, ...], alarms_with: Callable[[tuple[str, ...]], Iterable[Finding]]
) -> tuple[str, ...]:
    """A patch with all that is still wrong, or wrong only now, mended as well.

    Args:
        patch: what is changed.
        alarms_with: gives what is wrong with the network that has a patch.
    """
    for _ in range(_ROUNDS):
        alarms = [one for one in alarms_with(patch) if one.is_alarm and one.fits_a_recipe]
        more = together(one.patch for one in alarms)
        if not more:
            break
        patch += more
    return patch


def _overlap(one: str, other: str) -> bool:
    """Whether one path is a part of what the other names."""
    return one.startswith(f"{other}.") or other.startswith(f"{one}.")


def placed(patch: Iterable[str], layers: Sequence[LayerFacts]) -> tuple[str, ...]:
    """A rule's patch with each setting where it stands: of the layer in a wrapper, or of the
    layer of activation that bends a layer's output."""
    return together([[_placed(change, layers) for change in patch]])


def _placed(change: str, layers: Sequence[LayerFacts]) -> str:
    found = _OF_LAYER.fullmatch(change)
    if not found or int(found[1]) >= len(layers):
        return change
    place, key, value = int(found[1]), found[2], found[3]
    bent_by = layers[place].bent_by
    if key == "activation" and bent_by is not None:
        if layers[bent_by].class_name == "Activation":
            return f"layers.{bent_by}.activation={value}"
        return f'layers.{bent_by}={{ class = "Activation", activation = "{value}" }}'
    return f"layers.{place}.layer.{key}={value}" if layers[place].is_wrapped else change


def standardised_inputs(inputs: InputFacts) -> tuple[str, ...]:
    """A layer in front of all others that brings the features to about 1; none where they cannot
    be scaled by numbers."""
    places = math.prod(inputs.row_shape)
    if not inputs.row_shape or inputs.constant or not inputs.deviation:
        return ()
    are_pixels = inputs.least >= 0 and 1 < inputs.most <= _LARGEST_PIXEL and places >= _PIXELS
    if are_pixels and (inputs.whole or not inputs.means):
        return (_first("Rescaling", scale=1 / _LARGEST_PIXEL),)
    if inputs.means:
        # A column that is constant is only moved to 0.
        pairs = list(zip(inputs.means, inputs.deviations, strict=True))
        means = [
            _short(mean) if deviation > _NEAR * abs(mean) else mean for mean, deviation in pairs
        ]
        squares = [_short(deviation**2) or 1.0 for _, deviation in pairs]
        return (_first("Normalization", mean=means, variance=squares),)
    if inputs.spread_ratio > _UNEVEN:
        return (_first("BatchNormalization", momentum=0.9),)
    scale = 1 / inputs.deviation
    return (_first("Rescaling", scale=scale, offset=-inputs.mean * scale),)


def _short(value: float) -> float:
    """To as many digits as make no difference to what is scaled."""
    return float(f"{value:.5g}")


def _first(class_name: str, **arguments: float | Sequence[float]) -> str:
    return f"layers.0+={_table(class_name, arguments)}"


def _table(class_name: str, arguments: Mapping[str, float | Sequence[float]]) -> str:
    """A layer as TOML writes it, its numbers to all the digits that float32 has: a column that is
    constant and large must become 0."""
    given = [f"{name} = {_toml(value)}" for name, value in arguments.items()]
    return "{ " + ", ".join([f'class = "{class_name}"', *given]) + " }"


def _toml(value: float | Sequence[float]) -> str:
    if isinstance(value, (int, float)):
        return f"{value + 0.0:.9g}"  # there is no -0
    return f"[{', '.join(map(_toml, value))}]"


def scaled_output(facts: Facts) -> tuple[str, ...]:
    """A layer behind all others that gives numbers of the target's own size and place, so that the
    layers before it have to give numbers of about 1; with an optimizer whose steps do not depend on
    how large the loss is.

    The same as standardising the target, and its error stays in the target's own unit."""
    targets, compiled = facts.targets, facts.compiled
    if not facts.sequential or not targets.deviation:
        return ()
    if len(targets.means) > 1:
        scales = [deviation or 1.0 for deviation in targets.deviations]
        patch = [_last(facts, scales, targets.means)]
    else:
        patch = [_last(facts, targets.deviation, targets.mean)]
    if compiled.optimizer in STEPS_BY_GRADIENT:
        patch.append("compile.optimizer=Adam")
    elif (compiled.learning_rate or USUAL_RATE) < USUAL_RATE:
        patch.append(f"compile.optimizer.learning_rate={USUAL_RATE}")
    return tuple(patch)


def _last(facts: Facts, scale: float | Sequence[float], offset: float | Sequence[float]) -> str:
    layer = _table("Rescaling", {"scale": scale, "offset": offset})
    return f"layers.{len(facts.layers)}+={layer}"


def output_in_own_unit(facts: Facts, scale: float, offset: float) -> tuple[str, ...]:
    """A layer behind all others that turns standardised numbers back, for targets that are no
    longer standardised; none where the network does not end with its last layer."""
    return (_last(facts, scale, offset),) if facts.sequential else ()


def fresh_weights(facts: Facts) -> tuple[str, ...]:
    """Weights drawn by the sizes of the layers, as Keras does by itself."""
    kinds = (LayerKind.DENSE, LayerKind.CONVOLUTION)
    return tuple(
        f"layers.{place}.kernel_initializer=glorot_uniform"
        for place, layer in facts.weighted
        if layer.kind in kinds
    )
