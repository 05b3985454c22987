"""Layers: what bends, what is too narrow, what stands in the wrong place."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.advice.facts import Facts, LayerFacts, LayerKind
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, number, percent

_LINEAR_ENOUGH = 0.95
"""From that share of what there is to explain on, a linear model leaves nothing to bend for."""

_CURVED = 0.2
"""By so much a forest of trees must explain more before a line is said to be wrong: less is noise
of a few hundred rows."""

_ALL_CURVED = 0.5
"""By so much, and the line is no use at all."""

_BENDING = 32
"""Units that are put in where a line does not do."""

_SIGMOIDS = 3
"""A sigmoid's slope is 1/4 at most: after three the gradient is 1/64 of what it was, and less
(Hochreiter 1991; Glorot and Bengio 2010)."""

FAINT = 1e-3
"""Of the last layer's gradient, in the first one: it then learns a thousand times slower."""

FEW_RELUS = 2
"""Each ReLU is off for about half the rows: of two, both are for a quarter of them, and nothing of
those rows gets through."""

_WIDE_ENOUGH = 8

UNMOVED = 1 / 3
"""Share of the first, arbitrary statistics that is still in a BatchNormalization's average."""

_DEAD = 0.9
"""Share of a layer's ReLUs that are off: about half are by chance, in each row others."""

_MANY = 8
"""Of fewer units than that all must be off: nine tenths of them say nothing."""

_INDISTINCT = 1e-5
"""Spread of the outputs over rows whose features differ by about 1: float32 holds seven digits."""

_NOTHING = 1e-7
"""Spread of a layer's outputs that is rounding: float32 holds seven digits."""

_FEW_CHANNELS = 4
"""A Dense layer along an axis of so few numbers sees colours, not the picture."""


def no_layer_bends(facts: Facts) -> Iterator[Finding]:
    """Weighted sums of weighted sums are weighted sums: layers without activation are one."""
    hidden = [(place, layer) for place, layer in facts.hidden]
    if not hidden or not facts.sequential or not all(layer.is_linear for _, layer in hidden):
        return
    bending = (LayerKind.RECURRENT, LayerKind.EMBEDDING, LayerKind.OTHER)
    if any(layer.kind in bending for layer in facts.layers):
        return
    score = facts.targets.linear_score
    if score is not None and score >= _LINEAR_ENOUGH:
        return
    yield Finding(
        code="no-layer-bends",
        fault=Fault.ACTIVATION,
        severity=Severity.WARNING,
        layer=hidden[0][0],
        sentence="no hidden layer has an activation: all of them together are one linear layer",
        explanation=(
            "Whatever their sizes, such layers can only draw straight lines. relu after each "
            "hidden layer lets the network bend."
        ),
        numbers={} if score is None else {"linear score": score},
        patch=(
            *(f"layers.{place}.activation=relu" for place, _ in hidden),
            *(f"layers.{place}.units={_WIDE_ENOUGH}" for place, layer in hidden if _is_few(layer)),
        ),
    )


def _is_few(layer: LayerFacts) -> bool:
    """Whether a layer would be too few ReLUs."""
    return layer.kind is LayerKind.DENSE and 0 < layer.units <= FEW_RELUS


def a_line_for_a_curve(facts: Facts) -> Iterator[Finding]:
    """One linear layer, where something that bends explains much more."""
    score, curved = facts.targets.linear_score, facts.targets.curved_score
    if facts.hidden or facts.last is None or not facts.sequential:
        return
    if score is None or curved is None or curved - max(score, 0.0) < _CURVED:
        return
    place = facts.last[0]
    yield Finding(
        code="a-line-for-a-curve",
        fault=Fault.LAYERS,
        severity=Severity.ERROR if curved - max(score, 0.0) > _ALL_CURVED else Severity.WARNING,
        layer=place,
        sentence=f"one layer draws a straight line, which explains {percent(max(score, 0.0))} "
        f"of the target; what bends explains {percent(curved)}",
        explanation=(
            "However long it is trained, a line cannot bend. Put a Dense layer with relu or tanh "
            "before it."
        ),
        numbers={"linear": score, "curved": curved},
        patch=(f'layers.{place}+={{ class = "Dense", units = {_BENDING}, activation = "relu" }}',),
    )


def gradient_lost_in_sigmoids(facts: Facts) -> Iterator[Finding]:
    """Many sigmoids in a row pass on next to nothing of the gradient."""
    dense = (LayerKind.DENSE, LayerKind.CONVOLUTION)
    squashing = [
        (place, layer)
        for place, layer in facts.hidden
        if layer.kind in dense and layer.activation in ("sigmoid", "hard_sigmoid")
    ]
    if len(squashing) >= _SIGMOIDS:
        most = 0.25 ** len(squashing)
        yield _lost_gradient(squashing, f"{len(squashing)} hidden layers of sigmoids", most)
        return
    weighted = facts.weighted
    first, last = (weighted[0][1].gradient, weighted[-1][1].gradient) if weighted else (None, None)
    bent = [one for one in facts.hidden if one[1].activation in ("sigmoid", "tanh")]
    if first is not None and last and bent and 0 < first < FAINT * last:
        yield _lost_gradient(bent, f"{len(facts.hidden)} hidden layers", first / last)


def _lost_gradient(bent: list[tuple[int, LayerFacts]], what: str, share: float) -> Finding:
    return Finding(
        code="gradient-lost-on-the-way",
        fault=Fault.ACTIVATION,
        severity=Severity.WARNING,
        layer=bent[0][0],
        sentence=f"{what}: {share:.2g} of the gradient at most gets to the first",
        explanation="A sigmoid's slope is 1/4 at most, and slopes multiply. relu keeps it at 1.",
        numbers={"share": share},
        patch=tuple(f"layers.{each}.activation=relu" for each, _ in bent),
    )


def narrower_than_the_answer(facts: Facts) -> Iterator[Finding]:
    """Hidden layers through which the class, or the row, does not fit."""
    classes = facts.targets.classes
    # To name one of n classes takes log2(n) bits, and a unit of ReLU is worth about half of one.
    wanted = 2 * math.log2(classes) if classes > 2 else 0.0
    narrow = [
        (place, layer)
        for place, layer in facts.hidden
        if facts.sequential and (_is_below(layer, wanted) or _shuts_rows_out(layer, facts))
    ]
    if not narrow:
        return
    place, layer = narrow[0]
    are_off = "both are" if layer.units == FEW_RELUS else "it is"
    why = (
        f"{classes} classes have to fit through"
        if _is_below(layer, wanted)
        else f"{are_off} off for {percent(0.5**layer.units)} of the rows"
    )
    yield Finding(
        code="narrower-than-the-answer",
        fault=Fault.LAYERS,
        severity=Severity.WARNING,
        layer=place,
        sentence=f"layer {place} has {counted(layer.units, 'unit')}: {why}",
        explanation=(
            "What a narrow layer drops no later one gets back. Reuters with a second layer of 4 "
            "units for 46 classes stays at 0.66 where 64 give 0.79; xor through layers of two "
            "ReLUs ends in dead ones, and three of its four rows get the same answer."
        ),
        numbers={"units": layer.units, "layers": len(narrow)},
        patch=tuple(
            f"layers.{at}.{'units' if one.kind is LayerKind.DENSE else 'filters'}="
            f"{max(_WIDE_ENOUGH, 2 * classes)}"
            for at, one in narrow
            if not _has_a_size_to_keep(facts, at)
        ),
    )


def _has_a_size_to_keep(facts: Facts, place: int) -> bool:
    """Whether a layer behind it takes so many numbers and no others."""
    for layer in facts.layers[place + 1 :]:
        if layer.class_name == "Reshape":
            return True
        if layer.learns:
            return False
    return False


def _is_below(layer: LayerFacts, wanted: float) -> bool:
    return layer.kind is LayerKind.DENSE and 0 < layer.units < wanted


def _shuts_rows_out(layer: LayerFacts, facts: Facts) -> bool:
    """Whether a layer is so few ReLUs that all are off for many rows."""
    if layer.activation != "relu" or not layer.units:
        return False
    if layer.kind is LayerKind.CONVOLUTION:  # a picture of pictures is another thing
        return layer.units == 1 and facts.targets.classes > 1
    is_narrowing = math.prod(layer.input_shape) > 1
    return layer.kind is LayerKind.DENSE and layer.units <= FEW_RELUS and is_narrowing


def dead_units(facts: Facts) -> Iterator[Finding]:
    """ReLUs that give 0 for every row before training: no gradient brings them back."""
    for place, layer in facts.hidden:
        if layer.zero_units is None or layer.activation != "relu":
            continue
        if layer.zero_units < _DEAD or (layer.units < _MANY and layer.zero_units < 1):
            continue
        yield Finding(
            code="dead-units",
            fault=Fault.ACTIVATION,
            severity=Severity.WARNING,
            layer=place,
            sentence=f"{percent(layer.zero_units)} of the units of layer {place} give 0 for "
            "every row before training",
            explanation="A ReLU below 0 passes no gradient. leaky_relu or elu always do.",
            numbers={"share": layer.zero_units},
            patch=(f"layers.{place}.activation=leaky_relu",),
        )
        return


def signal_lost_on_the_way(facts: Facts) -> Iterator[Finding]:
    """Weights so small that rows which differ are one to the last layer."""
    start = facts.start
    if start is None or start.output_spread is None or len(facts.hidden) < 2:
        return
    normalises = any(layer.kind is LayerKind.NORMALIZATION for layer in facts.layers)
    if not 0 < start.output_spread < _INDISTINCT or facts.inputs.constant or normalises:
        return
    dense = [place for place, layer in facts.hidden if layer.kind is LayerKind.DENSE]
    yield Finding(
        code="signal-lost-on-the-way",
        fault=Fault.INITIALIZER,
        severity=Severity.WARNING,
        sentence=f"before training the outputs of different rows differ by "
        f"{start.output_spread:.1g}: the weights begin too small",
        explanation=(
            "Each layer makes the differences smaller, and the gradients likewise. glorot_uniform "
            "and he_normal draw weights by the sizes of the layers, which keeps them."
        ),
        numbers={"spread": start.output_spread},
        patch=tuple(f"layers.{place}.kernel_initializer=glorot_uniform" for place in dense),
    )


def nothing_passes_a_layer(facts: Facts) -> Iterator[Finding]:
    """A hidden layer that gives the same for all rows, whatever they are."""
    if facts.start is None or facts.start.rows < 2 or facts.inputs.constant:
        return
    for place, layer in facts.hidden:
        if layer.spread is None or layer.spread > _NOTHING:
            continue
        is_told = layer.constant_weights or layer.zero_units == 1 or (layer.saturated or 0) > _DEAD
        if not is_told:
            yield Finding(
                code="nothing-passes-a-layer",
                fault=Fault.ACTIVATION,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"layer {place} gives the same for all rows before training: nothing of "
                "the features gets through it",
                explanation="Softmax over a single number does so, as do weights of 0.",
                numbers={"spread": layer.spread},
                patch=(f"layers.{place}.activation=relu",),
            )
        return


def weights_all_alike(facts: Facts) -> Iterator[Finding]:
    """Units that begin alike get the same gradient and stay alike."""
    for place, layer in facts.hidden:
        if layer.constant_weights and layer.units > 1:
            yield Finding(
                code="weights-all-alike",
                fault=Fault.INITIALIZER,
                severity=Severity.ERROR,
                layer=place,
                sentence=f"all weights of layer {place} begin alike: its {layer.units} units stay "
                "one and the same",
                explanation="Units that begin alike get the same gradient. Draw them at random.",
                patch=(f"layers.{place}.kernel_initializer=glorot_uniform",),
            )
            return


def masking_after_mixing(facts: Facts) -> Iterator[Finding]:
    """Masking looks for steps of padding; a layer before it has made other numbers of them."""
    for place, layer in enumerate(facts.layers):
        if layer.kind is not LayerKind.MASKING:
            continue
        if any(before.learns for before in facts.layers[:place]):
            yield Finding(
                code="masking-after-mixing",
                fault=Fault.LAYERS,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"Masking at place {place} looks for padding that the layers before it "
                "have changed",
                explanation="Put it first: it compares every number of a step with mask_value.",
                patch=(f"layers.{place}=Identity", "layers.0+=Masking"),
            )


def normalised_along_the_wrong_axis(facts: Facts) -> Iterator[Finding]:
    """BatchNormalization of pictures keeps statistics of each channel, not of each line."""
    for place, layer in enumerate(facts.layers):
        rank = len(layer.input_shape) + 1
        if layer.class_name != "BatchNormalization" or layer.axis is None or rank < 3:
            continue
        axis, channels = layer.axis % rank, layer.channels_axis % rank
        if axis != channels:
            yield Finding(
                code="normalised-along-the-wrong-axis",
                fault=Fault.LAYERS,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"layer {place} normalises along axis {axis}; the channels are axis "
                f"{channels}",
                explanation="It keeps a mean and a variance for each place along its axis.",
                numbers={"axis": axis, "channels": channels},
                patch=tuple(
                    f"layers.{at}.axis=-1"
                    for at, one in enumerate(facts.layers)
                    if one.class_name == "BatchNormalization" and one.axis == layer.axis
                ),
            )
            return


def statistics_that_have_not_moved(facts: Facts) -> Iterator[Finding]:
    """In use, BatchNormalization takes averages that begin at 0 and 1 and move a little a step."""
    steps = facts.fit.steps
    slow = [
        (place, layer)
        for place, layer in enumerate(facts.layers)
        if layer.momentum and layer.momentum**steps > UNMOVED
    ]
    if not slow:
        return
    place, layer = slow[0]
    left, needed = layer.momentum**steps, math.log(0.05) / math.log(layer.momentum)
    yield Finding(
        code="statistics-have-not-moved",
        fault=Fault.LAYERS,
        severity=Severity.WARNING,
        layer=place,
        sentence=f"after {steps} steps {percent(left)} of what BatchNormalization takes for "
        "mean and variance is still what it began with",
        explanation=(
            "In training it takes the batch's own statistics, in use its moving averages: with "
            f"momentum {layer.momentum:g} they need some {number(needed, 2)} steps. Until then the "
            "network answers otherwise than it was trained."
        ),
        numbers={"left": left, "steps": steps},
        patch=tuple(f"layers.{each}.momentum=0.9" for each, _ in slow),
    )


def dense_along_colours(facts: Facts) -> Iterator[Finding]:
    """Dense works along the last axis alone: before Flatten that is the colours of one pixel."""
    for place, layer in facts.hidden:
        if layer.kind is not LayerKind.DENSE or len(layer.input_shape) < 2:
            continue
        if layer.input_shape[-1] > _FEW_CHANNELS or math.prod(layer.input_shape[:-1]) < 2:
            continue
        behind = range(place + 1, len(facts.layers))
        flatten = next((at for at in behind if _mixes_places(facts.layers[at])), None)
        if flatten is not None and facts.layers[flatten].class_name == "Flatten":
            yield Finding(
                code="dense-along-colours",
                fault=Fault.LAYERS,
                severity=Severity.WARNING,
                layer=place,
                sentence=f"layer {place} comes before Flatten: it computes with the "
                f"{layer.input_shape[-1]} numbers of each place alone",
                explanation="Dense works along the last axis. Flatten first, or use convolutions.",
                patch=(f"layers.{flatten}=Identity", f"layers.{place}+=Flatten"),
            )
            return


def _mixes_places(layer: LayerFacts) -> bool:
    """Whether a layer computes with several places of a picture or steps of a sequence."""
    if layer.kind in (LayerKind.CONVOLUTION, LayerKind.RECURRENT, LayerKind.POOLING):
        return True
    return layer.class_name == "Flatten"
