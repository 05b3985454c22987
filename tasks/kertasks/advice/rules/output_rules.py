"""Output, loss and labels held against each other: what the network is asked, and how.

Whether a loss takes the labels and the output at all is judged by the check of recipes, and passed
on here; the rules below are about what can be computed and means something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.advice.facts import Facts, TargetKind
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import percent

_OF_EXCLUSIVE_CLASSES = (
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "SparseCategoricalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "crossentropy",
    "ce",
)
_OF_YES_AND_NO = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
_ABSOLUTE = ("MeanAbsoluteError", "MeanAbsolutePercentageError")
_OF_NUMBERS = (
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Huber",
    "LogCosh",
    "Poisson",
    *_ABSOLUTE,
)
_ONE_SIDED = ("relu", "relu6")


def softmax_on_one_unit(facts: Facts) -> Iterator[Finding]:
    """Softmax divides by the sum of its row: of one number it makes 1, always."""
    if facts.last is None:
        return
    place, layer = facts.last
    if layer.activation == "softmax" and layer.units == 1:
        yield Finding(
            code="softmax-on-one-unit",
            fault=Fault.ACTIVATION,
            severity=Severity.ERROR,
            layer=place,
            sentence="softmax over one unit is always 1, whatever the network computes",
            explanation=(
                "Softmax divides each number by the sum of its row; alone in its row it is 1. "
                "For one yes-or-no answer the last layer takes sigmoid."
            ),
            numbers={"units": 1},
            patch=(f"layers.{place}.activation=sigmoid",),
        )


def what_the_check_says(facts: Facts) -> Iterator[Finding]:
    """What the check of a recipe says of labels, loss, output and sizes, in its own words."""
    if _is_one_softmax(facts):
        return
    for fact in facts.checked:
        if fact.about not in ("labels", "loss", "output", "sizes", "layer", "optimizer", "lookup"):
            continue
        if fact.about == "output" and any(one_sided_output(facts)):
            continue  # which says it with its numbers
        fault = {
            "labels": _fault_of_labels(facts),
            "loss": Fault.LOSS,
            "output": Fault.ACTIVATION,
            "sizes": Fault.LAYERS,
            "layer": Fault.LAYERS,
            "optimizer": Fault.OPTIMIZER,
            "lookup": Fault.DATA,
        }[fact.about]
        place = facts.last[0] if facts.last is not None and fact.about == "output" else None
        is_told_where = fact.about in ("layer", "optimizer", "lookup") and fact.path
        yield Finding(
            code=f"check-{fact.about}",
            fault=fault,
            severity=Severity.ERROR if fact.refused else Severity.WARNING,
            layer=place,
            sentence=f"{fact.path}: {fact.reason}" if is_told_where else fact.reason,
            explanation=_WHY[fact.about],
            patch=_patch(facts, fact.about),
        )


_WHY = {
    "labels": "The loss is computed all the same, and its least value is not where the labels are.",
    "loss": "What this loss gives for such labels cannot be made small by answering right.",
    "output": "The loss compares the labels with numbers the last layer cannot give, or reads them "
    "as something else.",
    "sizes": "Keras refuses it, or repeats the smaller of the two until it fits, without a word.",
    "layer": "Keras cannot build the network so.",
    "optimizer": "Keras refuses the optimizer so.",
    "lookup": "A number an Embedding has no row for is an error, or reads nothing.",
}


def _is_one_softmax(facts: Facts) -> bool:
    """Whether all there is to say of labels and output follows from one softmax over one unit."""
    if facts.last is None or facts.targets.classes > 2:
        return False
    return facts.last[1].activation == "softmax" and facts.last[1].units == 1


def _fault_of_labels(facts: Facts) -> Fault:
    """Numbers under a loss for classes ask for another loss; classes for other labels."""
    is_numbers = facts.targets.kind is TargetKind.NUMBERS
    return Fault.LOSS if is_numbers and not facts.targets.divided else Fault.LABELS


def _patch(facts: Facts, about: str) -> tuple[str, ...]:
    """What mends it, where that is clear."""
    if facts.last is None:
        return ()
    place, layer = facts.last
    activation, loss = f"layers.{place}.activation", facts.compiled.loss
    if about == "output":
        if facts.targets.kind is TargetKind.NUMBERS and loss in _OF_NUMBERS:
            return (f"{activation}=linear",)
        if loss in _OF_YES_AND_NO and not facts.compiled.from_logits:
            return (f"{activation}=sigmoid",)
        if loss in _OF_EXCLUSIVE_CLASSES and not facts.compiled.from_logits:
            return (f"{activation}=softmax",)
        if facts.compiled.from_logits and layer.activation in ("sigmoid", "softmax"):
            return (f"{activation}=linear",)
    are_numbers = facts.targets.kind is TargetKind.NUMBERS
    if about == "labels" and are_numbers and (layer.units <= 1 or loss in _OF_NUMBERS):
        return (f"{activation}=linear", "compile.loss=mse")
    if about in ("labels", "sizes") and facts.targets.kind is TargetKind.CLASSES:
        units = int(facts.targets.most) + 1
        if facts.targets.least >= 0 and units > 2:
            return _whole_classes(facts, units)
    if about == "loss" and facts.targets.is_classes:
        return ("compile.loss=binary_crossentropy",) if layer.activation == "sigmoid" else ()
    return ()


def _whole_classes(facts: Facts, classes: int) -> tuple[str, ...]:
    """A unit for each class number, from 0 on."""
    if facts.last is None:
        return ()
    place = facts.last[0]
    return (
        f"layers.{place}.units={classes}",
        f"layers.{place}.activation=softmax",
        "compile.loss=sparse_categorical_crossentropy",
    )


def sigmoids_for_exclusive_classes(facts: Facts) -> Iterator[Finding]:
    """Keras divides the outputs by their sum: the gradient of a sigmoid near 1 is gone by then."""
    if facts.last is None or facts.compiled.loss not in _OF_EXCLUSIVE_CLASSES:
        return
    place, layer = facts.last
    if layer.activation not in ("sigmoid", "hard_sigmoid") or facts.compiled.from_logits:
        return
    units = layer.output_shape[-1] if layer.output_shape else layer.units
    if units < 2:
        return
    yield Finding(
        code="sigmoids-for-exclusive-classes",
        fault=Fault.ACTIVATION,
        severity=Severity.WARNING,
        layer=place,
        sentence=f"a row has one of {units} classes, and sigmoid answers each for itself: they "
        "want softmax",
        explanation=(
            "A categorical cross-entropy takes probabilities that sum to 1. Keras divides sigmoids "
            "by their sum, so that all of them may grow to 1 together, where they hardly move."
        ),
        numbers={"units": units},
        patch=(f"layers.{place}.activation=softmax",),
    )


def softmax_for_independent_answers(facts: Facts) -> Iterator[Finding]:
    """Several answers may be yes at once, or none; softmax shares one yes among them."""
    if facts.last is None or facts.targets.kind is not TargetKind.MULTI_HOT:
        return
    place, layer = facts.last
    if layer.activation != "softmax":
        return
    yield Finding(
        code="softmax-for-independent-answers",
        fault=Fault.ACTIVATION,
        severity=Severity.ERROR,
        layer=place,
        sentence="rows have several answers or none, and softmax shares one among all of them",
        explanation=(
            "The outputs of softmax sum to 1. Answers that do not exclude each other take sigmoid "
            "and binary cross-entropy."
        ),
        patch=(f"layers.{place}.activation=sigmoid", "compile.loss=binary_crossentropy"),
    )


def softmax_for_numbers(facts: Facts) -> Iterator[Finding]:
    """Numbers of which none depends on the sum of the others."""
    if facts.last is None or facts.targets.kind is not TargetKind.NUMBERS:
        return
    place, layer = facts.last
    if layer.activation != "softmax" or facts.compiled.loss not in _OF_NUMBERS or layer.units < 2:
        return
    yield Finding(
        code="softmax-for-numbers",
        fault=Fault.ACTIVATION,
        severity=Severity.ERROR,
        layer=place,
        sentence="the targets are numbers, and the outputs of softmax sum to 1",
        explanation="A number to be predicted takes a last layer without activation.",
        patch=(f"layers.{place}.activation=linear",),
    )


def yes_or_no_loss_for_exclusive_classes(facts: Facts) -> Iterator[Finding]:
    """No to everything is right for all classes but one."""
    classes = facts.targets.classes
    if facts.compiled.loss not in _OF_YES_AND_NO or facts.targets.kind is not TargetKind.ONE_HOT:
        return
    if classes < 3:  # of two classes each output says the same as the other: nothing is lost
        return
    yield Finding(
        code="yes-or-no-loss-for-exclusive-classes",
        fault=Fault.LOSS,
        severity=Severity.WARNING,
        sentence=f"binary cross-entropy asks {classes} questions of a row that has one class: no "
        f"to all of them is {percent(1 - 1 / classes)} right",
        explanation=(
            "Each output counts for itself, and all but one are to say no. Categorical "
            "cross-entropy with softmax asks which class it is."
        ),
        numbers={"classes": classes},
        patch=_softmax_patch(facts),
    )


def _softmax_patch(facts: Facts) -> tuple[str, ...]:
    if facts.last is None:
        return ()
    place = facts.last[0]
    kind = "" if facts.targets.kind is TargetKind.ONE_HOT else "sparse_"
    return (
        f"layers.{place}.activation=softmax",
        f"compile.loss={kind}categorical_crossentropy",
    )


def error_of_numbers_for_classes(facts: Facts) -> Iterator[Finding]:
    """A squared or absolute error of probabilities is flat where they are most wrong."""
    loss, targets = facts.compiled.loss, facts.targets
    if loss not in _OF_NUMBERS or not targets.is_classes or facts.last is None:
        return
    place, layer = facts.last
    patch: tuple[str, ...] = ()
    if targets.kind is TargetKind.ONE_HOT and layer.units > 1:
        patch = _softmax_patch(facts)
    elif layer.units == 1 or targets.kind is TargetKind.MULTI_HOT:
        patch = (f"layers.{place}.activation=sigmoid", "compile.loss=binary_crossentropy")
    yield Finding(
        code="error-of-numbers-for-classes",
        fault=Fault.LOSS,
        severity=Severity.WARNING,
        sentence=f"the labels are classes, and {loss} measures how far numbers are apart",
        explanation=(
            "Behind sigmoid or softmax its slope vanishes where the answer is most wrong; an "
            "absolute error besides is least at always saying the larger class. Cross-entropy has "
            "neither fault (Bishop, Pattern Recognition and Machine Learning, 4.3)."
        ),
        patch=patch,
    )


def one_sided_output(facts: Facts) -> Iterator[Finding]:
    """A ReLU at the end gives 0 and no gradient wherever its sum is below 0."""
    if facts.last is None:
        return
    place, layer = facts.last
    if layer.activation not in _ONE_SIDED:
        return
    is_classes = facts.targets.is_classes
    dead = 0.0 if facts.start is None or facts.start.dead_rows is None else facts.start.dead_rows
    # Numbers that are never negative may come from a ReLU; not if most rows begin at its dead end.
    if not is_classes and dead <= 0.5:
        return
    end = "softmax" if facts.targets.kind is TargetKind.ONE_HOT else "sigmoid"
    yield Finding(
        code="relu-at-the-end",
        fault=Fault.ACTIVATION,
        severity=Severity.ERROR if dead > 0.5 else Severity.WARNING,
        layer=place,
        sentence="the last layer is a ReLU: where its sum is below 0 it says 0 and learns nothing",
        explanation=(
            "A probability takes sigmoid or softmax, a number no activation at all. "
            f"Before training {percent(dead)} of the rows get 0."
        ),
        numbers={"rows at 0": dead},
        patch=(f"layers.{place}.activation={end if is_classes else 'linear'}",),
    )


def divided_class_numbers(facts: Facts) -> Iterator[Finding]:
    """Class numbers divided by their largest, which a loss takes for probabilities."""
    steps, loss = facts.targets.divided, facts.compiled.loss
    if not steps or loss not in (*_OF_YES_AND_NO, *_OF_EXCLUSIVE_CLASSES):
        return
    yield Finding(
        code="divided-class-numbers",
        fault=Fault.LABELS,
        severity=Severity.WARNING,
        sentence=f"the labels are 0, 1/{steps}, 2/{steps}, …: class numbers that were divided",
        explanation=(
            "Scaling is for features. Class numbers stay whole, with a unit a class, softmax and "
            "sparse categorical cross-entropy."
        ),
        numbers={"classes": steps + 1},
        patch=_whole_classes(facts, steps + 1),
        labels_times=steps,
    )
