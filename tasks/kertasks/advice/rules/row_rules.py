"""Rows: which are trained on, which are held out, how many there are of each class."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.advice.facts import Facts, LayerKind
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.text.numbers import grouped

_MOST_SHARED = 0.5
"""Of the rows held out that may be trained on too before the result is mostly memory."""

_RARE = 0.1
"""Share of rows of classes that are on one side of a split alone, below which they are rare ones:
Reuters holds out 41 of its 46 topics, and 1 % of its rows are of the other five."""

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
        if fact.about in ("split", "monitor"):
            is_small = fact.about == "split" and facts.fit.unmatched_share < _RARE
            known = Severity.INFO if is_small else Severity.WARNING
            yield Finding(
                code=f"check-{fact.about}",
                fault=Fault.VALIDATION,
                severity=Severity.ERROR if fact.refused else known,
                sentence=fact.reason,
                explanation="Keras holds out the last rows as they lie; shuffle them before.",
            )


def validation_rows_trained_on(facts: Facts) -> Iterator[Finding]:
    """Rows held out that are among those trained on: they say nothing of others."""
    fit = facts.fit
    if not fit.validation_rows or fit.shared_rows <= _MOST_SHARED * fit.validation_rows:
        return
    # Where there are few different rows at all, held out ones cannot be new.
    distinct = facts.inputs.distinct_rows
    is_few = distinct is not None and distinct <= fit.rows / 2
    yield Finding(
        code="validation-rows-trained-on",
        fault=Fault.VALIDATION,
        severity=Severity.INFO if is_few else Severity.WARNING,
        sentence=f"{grouped(fit.shared_rows)} of {grouped(fit.validation_rows)} rows held out are "
        "trained on too",
        explanation="What they show is memory, not what the network makes of new rows.",
        numbers={"shared": fit.shared_rows, "held out": fit.validation_rows},
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
