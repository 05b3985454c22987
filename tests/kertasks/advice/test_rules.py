"""Every rule on plain facts: one case that it fires on, and one just short of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from kertasks.advice.facts import (
    CheckedFact,
    CompileFacts,
    Facts,
    FitFacts,
    InputFacts,
    LayerFacts,
    LayerKind,
    LearningFacts,
    StartFacts,
    TargetFacts,
    TargetKind,
)
from kertasks.advice.rule_table import advise, all_rules
from kertasks.runs.advice.finding import Fault, Finding, Severity


def dense(units: int, activation: str = "relu", **more: Any) -> LayerFacts:
    given: dict[str, Any] = {"input_shape": (8,), "output_shape": (units,), "parameters": 9 * units}
    return LayerFacts(
        kind=LayerKind.DENSE,
        class_name="Dense",
        units=units,
        activation=activation,
        **{**given, **more},
    )


def of_kind(kind: LayerKind, class_name: str, **more: Any) -> LayerFacts:
    return LayerFacts(kind=kind, class_name=class_name, **more)


def dropout(rate: float) -> LayerFacts:
    return of_kind(LayerKind.DROPOUT, "Dropout", rate=rate)


def normalization(**more: Any) -> LayerFacts:
    given: dict[str, Any] = {"momentum": 0.9, "axis": -1, "input_shape": (8,)}
    return of_kind(LayerKind.NORMALIZATION, "BatchNormalization", **{**given, **more})


FLATTEN = of_kind(LayerKind.RESHAPING, "Flatten")
MASKING = of_kind(LayerKind.MASKING, "Masking")
EMBEDDING = of_kind(LayerKind.EMBEDDING, "Embedding")


def convolution(filters: int, **more: Any) -> LayerFacts:
    return LayerFacts(
        kind=LayerKind.CONVOLUTION,
        class_name="Conv2D",
        units=filters,
        activation="relu",
        input_shape=(28, 28, 3),
        **more,
    )


YES_AND_NO = TargetFacts(kind=TargetKind.CLASSES, class_rows=(500, 500))
NUMBERS = TargetFacts(kind=TargetKind.NUMBERS, least=-1, most=1, mean=0, deviation=1)
THREE = TargetFacts(kind=TargetKind.ONE_HOT, row_shape=(3,), class_rows=(300, 300, 400))
SEVERAL = TargetFacts(kind=TargetKind.MULTI_HOT, row_shape=(3,))
START = StartFacts(rows=100, loss=0.7, chance_loss=0.69, reach=20.0, stepped_loss=0.68)
LEARNING = LearningFacts(
    seconds=1, epochs=100, steps=3200, is_whole=True, losses=(0.7, 0.3), score=0.9, baseline=0.5
)

SOUND = Facts(
    inputs=InputFacts(rows=1000, row_shape=(8,), most=3.0, distinct_rows=1000),
    targets=YES_AND_NO,
    layers=(dense(16), dense(1, "sigmoid")),
    compiled=CompileFacts(loss="BinaryCrossentropy", learning_rate=0.001, metrics=("accuracy",)),
    fit=FitFacts(rows=1000, epochs=100),
    start=START,
)


def facts(**changes: Any) -> Facts:
    """Sound facts with changes: of a part by its name and fields, of the whole by a value."""
    found = SOUND
    for name, value in changes.items():
        part = getattr(found, name)
        whole = replace(part, **value) if isinstance(value, dict) else value
        found = replace(found, **{name: whole})
    return found


def regression(*layers: LayerFacts, **changes: Any) -> Facts:
    """Sound facts of a network that says a number."""
    given: dict[str, Any] = {
        "targets": NUMBERS,
        "layers": layers or (dense(16), dense(1, "linear")),
        "compiled": {"loss": "MeanSquaredError", "metrics": ("mae",)},
        "start": {"chance_loss": 1.0},
    }
    return facts(**{**given, **changes})


def classifier(*layers: LayerFacts, loss: str = "CategoricalCrossentropy", **more: Any) -> Facts:
    """Sound facts of a network that says one of three classes."""
    given: dict[str, Any] = {
        "targets": THREE,
        "layers": layers or (dense(16), dense(3, "softmax")),
        "compiled": {"loss": loss},
    }
    return facts(**{**given, **more})


def said(about: str, refused: bool = False) -> dict[str, Any]:
    return {"checked": (CheckedFact(about=about, reason="is wrong", refused=refused),)}


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
        regression(targets=replace(NUMBERS, most=1e5, deviation=1e4), start={"reach": 0.99}),
        regression(targets=replace(NUMBERS, most=1e5, deviation=1e4), start={"reach": 1.0}),
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
    # a short training
    "loss-is-no-number": (
        facts(learning=replace(LEARNING, losses=(0.7, math.nan))),
        facts(learning=LEARNING),
    ),
    "all-rows-alike": (
        facts(learning=replace(LEARNING, output_spread=1e-5)),
        facts(learning=replace(LEARNING, output_spread=2e-5)),
    ),
    "dead-after-training": (
        facts(learning=replace(LEARNING, dead_units=(0.9, 0.0))),
        facts(learning=replace(LEARNING, dead_units=(0.89, 0.0))),
    ),
    "stuck-at-the-baseline": (
        facts(learning=replace(LEARNING, score=0.524)),
        facts(learning=replace(LEARNING, score=0.526)),
    ),
    "overfitting": (
        facts(learning=replace(LEARNING, losses=(4, 3, 2, 1), validation_losses=(4, 2, 2, 2.3))),
        facts(learning=replace(LEARNING, losses=(4, 3, 2, 1), validation_losses=(4, 2, 2, 2.2))),
    ),
    "still-falling": (
        facts(learning=replace(LEARNING, losses=(1.0, 0.89))),
        facts(learning=replace(LEARNING, losses=(1.0, 0.91))),
    ),
}

MORE = {
    "unscaled-inputs": (
        (facts(inputs={"most": 11.0, "spread_ratio": 100.0}), True),
        (facts(inputs={"most": 11.0, "spread_ratio": 99.0}), False),
        (facts(inputs={"most": 9.0, "offset": 10.0}), True),
        (facts(inputs={"most": 9.0, "offset": 9.9}), False),
        (facts(inputs={"most": 1e6}, layers=(normalization(), dense(1, "sigmoid"))), False),
        (facts(inputs={"most": 1e6}, layers=(EMBEDDING, dense(1, "sigmoid"))), False),
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
    "gradient-lost-on-the-way": (
        (facts(layers=(dense(9, "tanh", gradient=9e-7), dense(1, "sigmoid", gradient=1e-3))), True),
        (
            facts(layers=(dense(9, "tanh", gradient=2e-6), dense(1, "sigmoid", gradient=1e-3))),
            False,
        ),
    ),
}


def codes(found: Facts) -> set[str]:
    return {finding.code for finding in advise(found)}


def test_nothing_is_said_of_sound_facts() -> None:
    assert advise(SOUND) == []
    assert advise(regression()) == []
    assert advise(classifier()) == []


@pytest.mark.parametrize("code", CASES)
def test_a_rule_fires_and_is_silent_just_short_of_it(code: str) -> None:
    fires, just_short = CASES[code]
    assert code in codes(fires)
    assert code not in codes(just_short)


@pytest.mark.parametrize("code", MORE)
def test_a_rule_with_several_reasons_has_a_case_of_each(code: str) -> None:
    for found, fires in MORE[code]:
        assert (code in codes(found)) is fires


def test_every_rule_has_a_case() -> None:
    every = [found for found, _ in CASES.values()]
    every += [found for cases in MORE.values() for found, fires in cases if fires]
    silent = [rule.__name__ for rule in all_rules() if not any(list(rule(one)) for one in every)]
    assert silent == []


def all_findings() -> Iterator[Finding]:
    for found, _ in CASES.values():
        yield from advise(found)


def test_every_finding_reads_well_and_ends_where_the_line_ends() -> None:
    for finding in all_findings():
        assert finding.sentence
        assert not finding.sentence.endswith("."), finding.sentence
        assert "nan" not in finding.sentence or finding.code == "no-loss-to-begin-with"
        assert all(isinstance(value, (int, float)) for value in finding.numbers.values())


def test_a_patch_is_written_as_set_takes_it() -> None:
    patches = [change for finding in all_findings() for change in finding.patch]
    assert len(patches) > 20
    for change in patches:
        path, _, value = change.partition("=")
        assert path.split(".")[0] in ("layers", "compile", "fit"), change
        assert value, change


def test_the_worst_comes_first_and_then_what_is_most_certain() -> None:
    found = facts(
        layers=(dense(16), dropout(0.6), dense(1, "softmax")),
        inputs={"most": 1000.0},
        fit={"batch_size": 2000},
    )
    said_of_it = advise(found)
    assert [finding.severity for finding in said_of_it] == [
        Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.INFO,
    ]  # fmt: skip
    assert [finding.fault for finding in said_of_it] == [
        Fault.ACTIVATION, Fault.DATA, Fault.REGULARIZATION, Fault.BATCH_SIZE,
    ]  # fmt: skip


def test_dead_units_of_a_network_that_has_learned_are_worth_a_remark_only() -> None:
    dead = replace(LEARNING, dead_units=(0.95, 0.0), score=0.9)
    assert [one.severity for one in advise(facts(learning=dead)) if one.layer == 0] == [
        Severity.INFO
    ]
    stuck = replace(dead, score=0.6)
    assert Severity.WARNING in [one.severity for one in advise(facts(learning=stuck))]


def test_what_a_stranger_named_cannot_break_a_line() -> None:
    hostile = CheckedFact(about="data", reason="x holds \x1b[2Jnan\nin row 3", refused=True)
    (finding,) = advise(facts(checked=(hostile,)))
    assert finding.sentence == "x holds [2Jnan in row 3"
