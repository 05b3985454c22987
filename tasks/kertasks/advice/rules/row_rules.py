"""Rows: which are trained on, which are held out, how many there are of each class."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.advice.facts import Facts, LayerKind, TargetKind
from kertasks.advice.judging import are_unlinked
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import counted, grouped, number, percent

_MOST_SHARED = 0.5
"""Of the rows held out that may be trained on too before the result is mostly memory."""

_RARE = 0.1
"""Share of rows of classes that are on one side of a split alone, below which they are rare ones:
Reuters holds out 41 of its 46 topics, and 1 % of its rows are of the other five."""

_UNLIKELY = 0.01
"""Probability below which rows drawn at random are said not to be so."""

_FEWEST = 50
"""Rows from which shares mean something: one is known to 0.14 (95 %)."""

_BEYOND = 0.2
"""Share of numbers held out beyond those trained on; of rows drawn at random it is 2 in 51 of 50,
and less of more."""

_FEW_TEST_ROWS = 100
"""An accuracy of 0.9 of so many is known to 0.06."""

_NOISE = 0.02
"""Share of what could be right that is lost: less is a few rows."""

_UNLINKED = 0.5
"""The same where the larger half is lost: the features tell less than they leave open."""

_BLIND = 0.95
"""Share of the largest class from which a network that says it always looks good by accuracy."""


def validation_larger_than_training(facts: Facts) -> Iterator[Finding]:
    """The split the wrong way round."""
    fit = facts.fit
    if fit.validation_rows > fit.rows:
        yield Finding(
            code="validation-larger-than-training",
            fault=Fault.VALIDATION,
            severity=Severity.WARNING,
            sentence=f"{grouped(fit.rows)} rows are trained on and "
            f"{grouped(fit.validation_rows)} held out: is the split the wrong way round?",
            explanation=(
                "Taking x[:1000] to train and the rest to validate costs reuters 8 points of "
                "accuracy: 0.71 instead of 0.79."
            ),
            numbers={"trained": fit.rows, "held out": fit.validation_rows},
        )


def odd_split(facts: Facts) -> Iterator[Finding]:
    """What the check says of the classes that are held out, in its own words."""
    for fact in facts.checked:
        if fact.about == "split":
            is_small = facts.fit.unmatched_share < _RARE
            known = Severity.INFO if is_small else Severity.WARNING
            yield Finding(
                code="check-split",
                fault=Fault.VALIDATION,
                severity=Severity.ERROR if fact.refused else known,
                sentence=fact.reason,
                explanation="Keras holds out the last rows as they lie; shuffle them before.",
            )


def validation_of_one_class(facts: Facts) -> Iterator[Finding]:
    """All rows held out are of one class, which is no chance."""
    fit = facts.fit
    if fit.validation_classes != 1 or any(fact.about == "split" for fact in facts.checked):
        return
    if _is_chance(facts, fit.validation_rows):
        return
    yield Finding(
        code="validation-of-one-class",
        fault=Fault.VALIDATION,
        severity=Severity.WARNING,
        sentence=f"all {grouped(fit.validation_rows)} rows held out are of one class, of "
        f"{facts.targets.classes}",
        explanation="Keras holds out the last rows as they lie; shuffle them before.",
        numbers={"rows": fit.validation_rows, "classes": facts.targets.classes},
    )


def _is_chance(facts: Facts, rows: int) -> bool:
    """Whether so many rows may be of one class by chance."""
    counts = facts.targets.class_rows
    if len(counts) < 2:
        return True
    probability: float = (max(counts) / sum(counts)) ** rows
    return probability > _UNLIKELY


def validation_beyond_training(facts: Facts) -> Iterator[Finding]:
    """Numbers held out that are larger, or smaller, than all that are trained on."""
    fit = facts.fit
    if fit.rows < _FEWEST or fit.outside_share <= _BEYOND:
        return
    yield Finding(
        code="validation-beyond-training",
        fault=Fault.VALIDATION,
        severity=Severity.WARNING,
        sentence=f"{percent(fit.outside_share)} of the targets held out are beyond all that "
        "are trained on",
        explanation=(
            "The last rows are held out as they lie, and these are sorted, or grow with time. A "
            "network says little beyond what it has seen: shuffle the rows before, or give it the "
            "change from row to row."
        ),
        numbers={"share": fit.outside_share},
    )


def validation_rows_trained_on(facts: Facts) -> Iterator[Finding]:
    """Rows held out that are among those trained on: they say nothing of others."""
    fit = facts.fit
    yield from _trained_on(facts, "validation", fit.shared_rows, fit.validation_rows)


def rows_of_the_test_trained_on(facts: Facts) -> Iterator[Finding]:
    """Rows of the test that are among those trained on: it tests memory."""
    yield from _trained_on(facts, "test", facts.fit.test_shared_rows, facts.fit.test_rows)


def _trained_on(facts: Facts, name: str, shared: int, rows: int) -> Iterator[Finding]:
    if not rows or shared <= _MOST_SHARED * rows:
        return
    # Where there are few different rows at all, held out ones cannot be new.
    distinct = facts.inputs.distinct_rows
    is_few = distinct is not None and distinct <= facts.fit.rows / 2
    yield Finding(
        code=f"{name}-rows-trained-on",
        fault=Fault.VALIDATION,
        severity=Severity.INFO if is_few else Severity.WARNING,
        sentence=f"{grouped(shared)} of {grouped(rows)} rows of the {name} are trained on too",
        explanation="What they show is memory, not what the network makes of new rows.",
        numbers={"shared": shared, "held out": rows},
    )


def one_class_to_test(facts: Facts) -> Iterator[Finding]:
    """All rows of the test are of one class, which is no chance."""
    fit = facts.fit
    if fit.test_classes != 1 or _is_chance(facts, fit.test_rows):
        return
    yield Finding(
        code="test-of-one-class",
        fault=Fault.VALIDATION,
        severity=Severity.WARNING,
        sentence=f"all {grouped(fit.test_rows)} rows of the test are of one class: always saying "
        "it is right",
        explanation="Shuffle the rows before some are kept for the test.",
        numbers={"rows": fit.test_rows},
    )


def few_test_rows(facts: Facts) -> Iterator[Finding]:
    """So few rows that their share says little."""
    rows = facts.fit.test_rows
    if not 0 < rows < _FEW_TEST_ROWS or not facts.targets.is_classes:
        return
    margin = 1.96 * math.sqrt(0.9 * 0.1 / rows)
    yield Finding(
        code="few-test-rows",
        fault=Fault.VALIDATION,
        severity=Severity.INFO,
        sentence=f"the test has {counted(rows, 'row')}: an accuracy of 0.9 of them is one of 0.9 "
        f"give or take {number(margin, 2)}",
        explanation="That is the 95 % interval of a share; four times the rows halve it.",
        numbers={"rows": rows, "margin": margin},
    )


def same_features_other_labels(facts: Facts) -> Iterator[Finding]:
    """Rows that are the same to the network, and are to get different answers."""
    targets, rows = facts.targets, facts.fit.rows
    if targets.ceiling is None or facts.inputs.constant:
        return
    is_numbers = targets.kind is TargetKind.NUMBERS
    baseline = 0.0 if is_numbers else max(targets.class_rows, default=0) / sum(targets.class_rows)
    if baseline >= 1:
        return
    lost = (1 - targets.ceiling) / (1 - baseline)
    if lost <= _NOISE:
        return
    most = f"R² can be {number(targets.ceiling, 3)}" if is_numbers else (
        f"{targets.ceiling:.1%} can be right"
    )  # fmt: skip
    yield Finding(
        code="same-features-other-labels",
        fault=Fault.LABELS,
        severity=Severity.WARNING if lost > _UNLINKED and rows >= _FEWEST else Severity.INFO,
        sentence=f"rows with the same features have different targets: at most {most}",
        explanation=(
            "No network answers the same question in two ways. A feature is missing that tells "
            "them apart, or the labels are not those of these rows."
        ),
        numbers={"ceiling": targets.ceiling, "baseline": baseline},
    )


def labels_unlinked(facts: Facts) -> Iterator[Finding]:
    """Nothing simple finds anything of the targets in the features."""
    if not are_unlinked(facts):
        return
    linear, curved = facts.targets.linear_score or 0.0, facts.targets.curved_score or 0.0
    yield Finding(
        code="labels-unlinked",
        fault=Fault.LABELS,
        severity=Severity.INFO,
        sentence=f"neither a line nor a forest of trees finds the targets in the features: "
        f"{number(max(linear, curved), 2)} of what there is, of rows held out",
        explanation=(
            "Were features and labels shuffled in one order? Some targets are beyond both (whether "
            "a number of ones is odd), so that this is a question, no judgement."
        ),
        numbers={"linear": linear, "curved": curved},
    )


def few_distinct_rows(facts: Facts) -> Iterator[Finding]:
    """Many rows that repeat a few."""
    distinct = facts.inputs.distinct_rows
    if distinct is not None and facts.fit.rows >= 10 * distinct and not facts.inputs.constant:
        yield Finding(
            code="few-distinct-rows",
            fault=Fault.DATA,
            severity=Severity.INFO,
            sentence=f"{grouped(facts.fit.rows)} rows repeat {grouped(distinct)}",
            explanation="Rows held out of them are among those trained on.",
            numbers={"distinct": distinct, "rows": facts.fit.rows},
        )


def batch_larger_than_data(facts: Facts) -> Iterator[Finding]:
    """One step an epoch."""
    fit = facts.fit
    if fit.batch_size > fit.rows > 1:
        yield Finding(
            code="batch-larger-than-data",
            fault=Fault.BATCH_SIZE,
            severity=Severity.INFO,
            sentence=f"a batch of {grouped(fit.batch_size)} holds all {grouped(fit.rows)} rows: "
            "an epoch is one step",
            numbers={"batch": fit.batch_size, "rows": fit.rows},
        )


def one_row_normalised(facts: Facts) -> Iterator[Finding]:
    """A batch of one row has no spread to normalise with."""
    for place, layer in enumerate(facts.layers):
        if layer.class_name != "BatchNormalization" or len(layer.input_shape) != 1:
            continue
        if min(facts.fit.batch_size, facts.fit.rows) == 1:
            yield Finding(
                code="one-row-normalised",
                fault=Fault.BATCH_SIZE,
                severity=Severity.ERROR,
                layer=place,
                sentence="BatchNormalization of one row gives 0 for every feature in training",
                explanation="It takes mean and variance of the batch: of one row, the row itself.",
                patch=("fit.batch_size=32",),
            )
            return


def accuracy_blind_to_a_class(facts: Facts) -> Iterator[Finding]:
    """Hardly any row is of another class than the largest."""
    counts, metrics = facts.targets.class_rows, facts.compiled.metrics
    if len(counts) < 2 or not any("acc" in name for name in metrics):
        return
    share = max(counts) / sum(counts)
    if share >= _BLIND and not any(_sees_classes(name) for name in metrics):
        yield Finding(
            code="accuracy-blind-to-a-class",
            fault=Fault.METRIC,
            severity=Severity.WARNING,
            sentence=f"{share:.1%} of the rows are of one class: saying it always has that "
            "accuracy",
            explanation="AUC, precision and recall see the rare class; class_weight weighs it.",
            numbers={"share": share},
        )


def _sees_classes(metric: str) -> bool:
    return any(part in metric.lower() for part in ("auc", "prec", "recall", "f1", "fbeta"))


def more_parameters_than_rows(facts: Facts) -> Iterator[Finding]:
    """It may learn the rows by heart."""
    parameters = sum(layer.parameters for layer in facts.layers)
    bends = any(layer.kind is LayerKind.DROPOUT for layer in facts.layers)
    if parameters > 10 * facts.fit.rows and not bends and facts.fit.validation_rows:
        yield Finding(
            code="more-parameters-than-rows",
            fault=Fault.REGULARIZATION,
            severity=Severity.INFO,
            sentence=f"{grouped(parameters)} parameters for {grouped(facts.fit.rows)} rows: watch "
            "where the validation loss is least",
            numbers={"parameters": parameters, "rows": facts.fit.rows},
        )


def unused_classes(facts: Facts) -> Iterator[Finding]:
    """One-hot columns without a row."""
    unused = facts.targets.unused_classes
    if unused and unused < facts.targets.classes:
        yield Finding(
            code="unused-classes",
            fault=Fault.LABELS,
            severity=Severity.INFO,
            sentence=f"{unused} of {unused + facts.targets.classes} one-hot columns are 0 in all "
            "rows to train on",
            explanation="Class numbers that begin at 1 leave column 0 empty.",
            numbers={"unused": unused},
        )
