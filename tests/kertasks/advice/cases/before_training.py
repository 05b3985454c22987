"""For each code of what is known before training: facts that fire it, and some just short of it."""

from __future__ import annotations

import math

from msgspec.structs import replace
from tests.kertasks.advice.cases.plain_facts import (
    EMBEDDING,
    FLATTEN,
    MASKING,
    NUMBERS,
    SEVERAL,
    THREE,
    YES_AND_NO,
    classifier,
    convolution,
    dense,
    dropout,
    facts,
    normalization,
    regression,
    said,
)

from kertasks.advice.facts import Facts, FitFacts, StoppingFacts
from kertasks.runs.advice.finding import Severity

LARGE = replace(NUMBERS, most=1e5, deviation=1e4)
REACHES = {"loss": 9.0, "reach": 0.9, "chance_loss": 1.0}
UNLINKED = replace(YES_AND_NO, linear_score=0.0, curved_score=0.0, scored_rows=200)

CASES: dict[str, tuple[Facts, Facts]] = {
    # output, loss, labels
    "softmax-on-one-unit": (
        facts(layers=(dense(16), dense(1, "softmax"))),
        classifier(dense(16), dense(2, "softmax")),
    ),
    "check-output": (facts(**said("output")), facts()),
    "check-labels": (facts(**said("labels", True)), facts()),
    "check-loss": (facts(**said("loss")), facts()),
    "check-sizes": (facts(**said("sizes", True)), facts()),
    "sigmoids-for-exclusive-classes": (
        classifier(dense(16), dense(3, "sigmoid")),
        classifier(dense(16), dense(3, "sigmoid"), loss="BinaryFocalCrossentropy"),
    ),
    "softmax-for-independent-answers": (
        facts(layers=(dense(16), dense(3, "softmax")), targets=SEVERAL),
        facts(layers=(dense(16), dense(3, "sigmoid")), targets=SEVERAL),
    ),
    "softmax-for-numbers": (
        regression(dense(16), dense(3, "softmax")),
        regression(
            dense(16), dense(3, "softmax"), compiled={"loss": "KLDivergence", "metrics": ()}
        ),
    ),
    "yes-or-no-loss-for-exclusive-classes": (
        classifier(dense(16), dense(3, "softmax"), loss="BinaryCrossentropy"),
        classifier(
            dense(16),
            dense(2, "softmax"),
            loss="BinaryCrossentropy",
            targets=replace(THREE, row_shape=(2,), class_rows=(500, 500)),
        ),
    ),
    "error-of-numbers-for-classes": (
        facts(compiled={"loss": "MeanSquaredError"}),
        regression(),
    ),
    "relu-at-the-end": (
        regression(dense(16), dense(1, "relu"), start={"dead_rows": 0.6, "chance_loss": None}),
        regression(dense(16), dense(1, "relu"), start={"dead_rows": 0.5, "chance_loss": None}),
    ),
    "divided-class-numbers": (
        facts(targets=replace(NUMBERS, least=0, divided=4)),
        facts(targets=replace(NUMBERS, least=0, divided=0)),
    ),
    # features and targets
    "constant-inputs": (facts(inputs={"constant": True}), facts()),
    "constant-target": (
        facts(targets=replace(YES_AND_NO, class_rows=(1000,))),
        facts(targets=replace(YES_AND_NO, class_rows=(999, 1)), compiled={"metrics": ()}),
    ),
    "check-data": (facts(**said("data")), facts()),
    "unscaled-inputs": (facts(inputs={"most": 100.0}), facts(inputs={"most": 99.0})),
    "unscaled-target": (
        regression(targets=LARGE, start=REACHES | {"strides_left": 0.12}),
        regression(targets=LARGE, start=REACHES | {"strides_left": 0.11}),
    ),
    "saturated-units": (
        facts(layers=(dense(16, "tanh", saturated=0.91), dense(1, "sigmoid"))),
        facts(layers=(dense(16, "tanh", saturated=0.90), dense(1, "sigmoid"))),
    ),
    "scaled-target": (
        regression(targets=replace(NUMBERS, scaled_by=9.2)),
        regression(
            targets=replace(NUMBERS, scaled_by=9.2),
            compiled={"loss": "MeanSquaredError", "metrics": ()},
        ),
    ),
    "constant-columns": (
        facts(inputs={"constant_columns": 1}),
        facts(inputs={"constant_columns": 0}),
    ),
    # rows
    "validation-larger-than-training": (
        facts(fit={"validation_rows": 1001}),
        facts(fit={"validation_rows": 1000}),
    ),
    "check-split": (facts(**said("split")), facts()),
    "validation-rows-trained-on": (
        facts(fit={"validation_rows": 100, "shared_rows": 51}),
        facts(fit={"validation_rows": 100, "shared_rows": 50}),
    ),
    "validation-of-one-class": (
        facts(fit={"validation_rows": 7, "validation_classes": 1}),  # 1 of 128 by chance
        facts(fit={"validation_rows": 6, "validation_classes": 1}),
    ),
    "validation-beyond-training": (
        regression(fit={"validation_rows": 100, "outside_share": 0.21}),
        regression(fit={"validation_rows": 100, "outside_share": 0.20}),
    ),
    "test-rows-trained-on": (
        facts(fit={"test_rows": 100, "test_shared_rows": 51, "test_classes": 2}),
        facts(fit={"test_rows": 100, "test_shared_rows": 50, "test_classes": 2}),
    ),
    "test-of-one-class": (
        facts(fit={"test_rows": 7, "test_classes": 1}),
        facts(fit={"test_rows": 6, "test_classes": 1}),
    ),
    "few-test-rows": (
        facts(fit={"test_rows": 99, "test_classes": 2}),
        facts(fit={"test_rows": 100, "test_classes": 2}),
    ),
    "same-features-other-labels": (
        facts(targets=replace(YES_AND_NO, ceiling=0.989)),
        facts(targets=replace(YES_AND_NO, ceiling=0.991)),
    ),
    "labels-unlinked": (
        facts(targets=replace(UNLINKED, linear_score=0.02, curved_score=-0.1)),
        facts(targets=replace(UNLINKED, linear_score=-0.1, curved_score=0.03)),
    ),
    "few-distinct-rows": (
        facts(inputs={"distinct_rows": 100}),
        facts(inputs={"distinct_rows": 101}),
    ),
    "batch-larger-than-data": (
        facts(fit={"batch_size": 1001}),
        facts(fit={"batch_size": 1000}),
    ),
    "one-row-normalised": (
        facts(layers=(dense(16), normalization(), dense(1, "sigmoid")), fit={"batch_size": 1}),
        facts(layers=(dense(16), normalization(), dense(1, "sigmoid")), fit={"batch_size": 2}),
    ),
    "accuracy-blind-to-a-class": (
        facts(targets=replace(YES_AND_NO, class_rows=(950, 50))),
        facts(targets=replace(YES_AND_NO, class_rows=(949, 51))),
    ),
    "more-parameters-than-rows": (
        facts(
            layers=(dense(16, parameters=10_000), dense(1, "sigmoid")), fit={"validation_rows": 9}
        ),
        facts(
            layers=(dense(16, parameters=9_000), dense(1, "sigmoid")), fit={"validation_rows": 9}
        ),
    ),
    "unused-classes": (
        classifier(targets=replace(THREE, unused_classes=1)),
        classifier(),
    ),
    # what ends it
    "check-monitor": (facts(**said("monitor")), facts()),
    "stops-at-the-worst": (
        facts(stopping=StoppingFacts(monitor="val_accuracy", mode="min", better="max")),
        facts(stopping=StoppingFacts(monitor="val_accuracy", mode="auto", better="max")),
    ),
    # layers
    "no-layer-bends": (
        facts(
            layers=(dense(16, "linear"), dense(1, "sigmoid")),
            targets=replace(YES_AND_NO, linear_score=0.94),
        ),
        facts(
            layers=(dense(16, "linear"), dense(1, "sigmoid")),
            targets=replace(YES_AND_NO, linear_score=0.95),
        ),
    ),
    "a-line-for-a-curve": (
        regression(
            dense(1, "linear"), targets=replace(NUMBERS, linear_score=0.5, curved_score=0.71)
        ),
        regression(
            dense(1, "linear"), targets=replace(NUMBERS, linear_score=0.5, curved_score=0.69)
        ),
    ),
    "gradient-lost-on-the-way": (
        facts(layers=(*(dense(16, "sigmoid") for _ in range(3)), dense(1, "sigmoid"))),
        facts(layers=(*(dense(16, "sigmoid") for _ in range(2)), dense(1, "sigmoid"))),
    ),
    "narrower-than-the-answer": (
        classifier(
            dense(16),
            dense(4),
            dense(5, "softmax"),
            targets=replace(THREE, row_shape=(5,), class_rows=(200,) * 5),
        ),
        classifier(
            dense(16),
            dense(5),
            dense(5, "softmax"),
            targets=replace(THREE, row_shape=(5,), class_rows=(200,) * 5),
        ),
    ),
    "dead-units": (
        facts(layers=(dense(16, zero_units=0.9), dense(1, "sigmoid"))),
        facts(layers=(dense(16, zero_units=0.89), dense(1, "sigmoid"))),
    ),
    "signal-lost-on-the-way": (
        facts(layers=(dense(16), dense(16), dense(1, "sigmoid")), start={"output_spread": 9e-6}),
        facts(layers=(dense(16), dense(16), dense(1, "sigmoid")), start={"output_spread": 1e-5}),
    ),
    "nothing-passes-a-layer": (
        facts(layers=(dense(1, "softmax", spread=1e-7), dense(1, "sigmoid"))),
        facts(layers=(dense(1, "softmax", spread=2e-7), dense(1, "sigmoid"))),
    ),
    "weights-all-alike": (
        facts(layers=(dense(16, constant_weights=True), dense(1, "sigmoid"))),
        facts(layers=(dense(16), dense(1, "sigmoid", constant_weights=True))),
    ),
    "dropout-of-the-output": (
        facts(layers=(dense(16), dense(1, "sigmoid"), dropout(0.2))),
        facts(layers=(dense(16), dropout(0.2), dense(1, "sigmoid"))),
    ),
    "heavy-dropout": (
        facts(layers=(dense(16), dropout(0.51), dense(1, "sigmoid"))),
        facts(layers=(dense(16), dropout(0.5), dense(1, "sigmoid"))),
    ),
    "dropout-leaves-too-few": (
        facts(layers=(dense(4), dropout(0.5), dense(1, "sigmoid"))),
        facts(layers=(dense(4), dropout(0.4), dense(1, "sigmoid"))),
    ),
    "dropout-shakes-a-number": (
        regression(dense(16), dropout(0.3), dense(1, "linear")),
        regression(dense(16), dropout(0.2), dense(1, "linear")),
    ),
    "masking-after-mixing": (
        facts(layers=(dense(16), MASKING, dense(1, "sigmoid"))),
        facts(layers=(MASKING, dense(16), dense(1, "sigmoid"))),
    ),
    "normalised-along-the-wrong-axis": (
        facts(
            layers=(
                convolution(8),
                normalization(axis=1, input_shape=(26, 26, 8)),
                dense(1, "sigmoid"),
            )
        ),
        facts(
            layers=(
                convolution(8),
                normalization(axis=3, input_shape=(26, 26, 8)),
                dense(1, "sigmoid"),
            )
        ),
    ),
    "statistics-have-not-moved": (
        facts(
            layers=(normalization(momentum=0.99), dense(1, "sigmoid")),
            fit=FitFacts(rows=32, epochs=109),
        ),
        facts(
            layers=(normalization(momentum=0.99), dense(1, "sigmoid")),
            fit=FitFacts(rows=32, epochs=110),
        ),
    ),
    "dense-along-colours": (
        facts(layers=(dense(16, input_shape=(28, 28, 3)), FLATTEN, dense(1, "sigmoid"))),
        facts(layers=(dense(16, input_shape=(28, 28, 5)), FLATTEN, dense(1, "sigmoid"))),
    ),
    # steps
    "cannot-train": (facts(cannot_train="no"), facts()),
    "no-loss-to-begin-with": (facts(start={"loss": math.nan}), facts()),
    "rate-too-high": (
        facts(start={"stepped_loss": 1.41}, compiled={"optimizer": "SGD"}),
        facts(start={"stepped_loss": 1.40}, compiled={"optimizer": "SGD"}),
    ),
    "outputs-begin-too-large": (facts(start={"loss": 6.91}), facts(start={"loss": 6.89})),
    "adadelta-at-a-thousandth": (
        facts(compiled={"optimizer": "Adadelta"}),
        facts(compiled={"optimizer": "Adadelta", "learning_rate": 0.1}),
    ),
    "way-too-short": (
        facts(start={"reach": 0.99, "strides_left": 0.91}),
        facts(start={"reach": 0.99, "strides_left": 0.90}),
    ),
    "few-steps": (
        facts(fit=FitFacts(rows=32 * 60, epochs=5), start={"reach": 9.9}),
        facts(fit=FitFacts(rows=32 * 60 + 1, epochs=5), start={"reach": 9.9}),
    ),
    "rate-far-from-usual": (
        facts(compiled={"learning_rate": 0.1}),
        facts(compiled={"learning_rate": 0.09}),
    ),
    "check-metric": (facts(**said("metric")), facts()),
    "accuracy-of-numbers": (
        regression(compiled={"loss": "MeanSquaredError", "metrics": ("accuracy",)}),
        regression(),
    ),
}

MORE: dict[str, tuple[tuple[Facts, bool], ...]] = {
    "unscaled-inputs": (
        (facts(inputs={"most": 11.0, "spread_ratio": 100.0}), True),
        (facts(inputs={"most": 11.0, "spread_ratio": 99.0}), False),
        (facts(inputs={"most": 9.0, "offset": 10.0}), True),
        (facts(inputs={"most": 9.0, "offset": 9.9}), False),
        (facts(inputs={"most": 1e6}, layers=(normalization(), dense(1, "sigmoid"))), False),
        (facts(inputs={"most": 1e6}, layers=(EMBEDDING, dense(1, "sigmoid"))), False),
    ),
    "unscaled-target": (
        (regression(targets=LARGE, start={"reach": 1.0, "strides_left": 0.9}), False),
        (regression(targets=LARGE, start={"reach": 0.9, "strides_left": None}), False),
        (
            regression(
                targets=LARGE, start={"reach": 0.9, "strides_left": 0.51, "chance_loss": None}
            ),
            True,
        ),
    ),
    "narrower-than-the-answer": (
        (facts(layers=(dense(2), dense(1, "sigmoid"))), True),
        (facts(layers=(dense(3), dense(1, "sigmoid"))), False),
        (classifier(convolution(1), FLATTEN, dense(3, "softmax")), True),
        (classifier(convolution(2), FLATTEN, dense(3, "softmax")), False),
    ),
    "few-steps": (
        (facts(fit=FitFacts(rows=4, epochs=25), start={"reach": 9.9}), True),
        (facts(fit=FitFacts(rows=4, epochs=26), start={"reach": 9.9}), False),
        (facts(fit=FitFacts(rows=4, epochs=20), start={"reach": 10.0}), False),
    ),
    "validation-rows-trained-on": (
        (facts(fit={"validation_rows": 9, "shared_rows": 9}, inputs={"distinct_rows": 4}), True),
    ),
    "same-features-other-labels": (
        (regression(targets=replace(NUMBERS, ceiling=0.97)), True),
        (regression(targets=replace(NUMBERS, ceiling=0.981)), False),
    ),
    "labels-unlinked": (
        (facts(targets=replace(UNLINKED, scored_rows=199)), False),
        (facts(targets=UNLINKED, layers=(EMBEDDING, dense(1, "sigmoid"))), False),
    ),
    "nothing-passes-a-layer": (
        (
            facts(layers=(dense(9, "relu", spread=0.0, zero_units=1.0), dense(1, "sigmoid"))),
            False,  # the units are dead, which is said
        ),
    ),
    "gradient-lost-on-the-way": (
        (facts(layers=(dense(9, "tanh", gradient=9e-7), dense(1, "sigmoid", gradient=1e-3))), True),
        (
            facts(layers=(dense(9, "tanh", gradient=2e-6), dense(1, "sigmoid", gradient=1e-3))),
            False,
        ),
    ),
}

SEVERITIES: tuple[tuple[str, Facts, Severity], ...] = (
    # the larger half of what could be right is lost
    (
        "same-features-other-labels",
        facts(targets=replace(YES_AND_NO, ceiling=0.74)),
        Severity.WARNING,
    ),
    ("same-features-other-labels", facts(targets=replace(YES_AND_NO, ceiling=0.75)), Severity.INFO),
    (
        "validation-rows-trained-on",
        facts(fit={"validation_rows": 9, "shared_rows": 9}, inputs={"distinct_rows": 500}),
        Severity.INFO,
    ),
    (
        "validation-rows-trained-on",
        facts(fit={"validation_rows": 9, "shared_rows": 9}, inputs={"distinct_rows": 501}),
        Severity.WARNING,
    ),
    ("labels-unlinked", facts(targets=UNLINKED), Severity.INFO),
)
"""What decides between a warning and a remark."""
