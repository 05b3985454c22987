"""Patches before they are carried out."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kertasks.advice.facts import (
    CompileFacts,
    Facts,
    FitFacts,
    InputFacts,
    LayerFacts,
    LayerKind,
    TargetFacts,
    TargetKind,
)
from kertasks.advice.patches import (
    fresh_weights,
    placed,
    scaled_output,
    standardised_inputs,
    together,
)

DENSE = LayerFacts(kind=LayerKind.DENSE, class_name="Dense", units=8)
RELU = LayerFacts(kind=LayerKind.ACTIVATION, class_name="ReLU")
ACTIVATION = LayerFacts(kind=LayerKind.ACTIVATION, class_name="Activation")


def test_several_patches_keep_the_places_that_each_meant() -> None:
    found = together(
        [
            ("layers.0+=Flatten", "layers.2.activation=relu"),
            ("layers.3+=Dropout", "layers.2.activation=tanh", "compile.optimizer=Adam"),
            ("compile.optimizer.learning_rate=0.1", "layers.0+=Flatten"),
        ]
    )
    assert found == (
        "layers.2.activation=relu",
        "compile.optimizer=Adam",
        "layers.3+=Dropout",
        "layers.0+=Flatten",
    )


def test_a_setting_is_changed_where_it_stands() -> None:
    wrapped = replace(DENSE, is_wrapped=True)
    layers = (replace(DENSE, bent_by=1), RELU, wrapped, replace(DENSE, bent_by=4), ACTIVATION)
    patch = (
        "layers.0.activation=sigmoid",
        "layers.0.units=3",
        "layers.2.activation=sigmoid",
        "layers.3.activation=softmax",
        "fit.epochs=9",
    )
    assert placed(patch, layers) == (
        'layers.1={ class = "Activation", activation = "sigmoid" }',
        "layers.0.units=3",
        "layers.2.layer.activation=sigmoid",
        "layers.4.activation=softmax",
        "fit.epochs=9",
    )


def test_features_are_scaled_by_what_they_are() -> None:
    table = InputFacts(rows=9, row_shape=(2,), most=900, means=(3.0, 500.5), deviations=(2.0, 0.0))
    assert standardised_inputs(table) == (
        'layers.0+={ class = "Normalization", mean = [3, 500.5], variance = [4, 1] }',
    )
    picture = InputFacts(rows=9, row_shape=(28, 28), most=255, whole=True, means=(1.0,) * 28)
    assert standardised_inputs(picture) == (
        'layers.0+={ class = "Rescaling", scale = 0.00392156863 }',
    )
    assert standardised_inputs(replace(picture, whole=False, means=())) == (
        'layers.0+={ class = "Rescaling", scale = 0.00392156863 }',
    )
    wide = InputFacts(rows=9, row_shape=(5000,), most=900, mean=10, deviation=4)
    assert standardised_inputs(wide) == (
        'layers.0+={ class = "Rescaling", scale = 0.25, offset = -2.5 }',
    )
    uneven = replace(wide, spread_ratio=100.0)
    assert standardised_inputs(uneven) == (
        'layers.0+={ class = "BatchNormalization", momentum = 0.9 }',
    )
    assert standardised_inputs(replace(table, constant=True)) == ()


def regression(optimizer: str, rate: float, **targets: object) -> Facts:
    given = {"deviation": 50.0, "mean": 400.0, **targets}
    return Facts(
        inputs=InputFacts(rows=9, row_shape=(2,)),
        targets=TargetFacts(kind=TargetKind.NUMBERS, **given),  # type: ignore[arg-type]
        layers=(DENSE, DENSE),
        compiled=CompileFacts(optimizer=optimizer, learning_rate=rate),
        fit=FitFacts(rows=9),
    )


@pytest.mark.parametrize(
    ("optimizer", "rate", "more"),
    [
        ("Adam", 0.001, ()),
        ("Adam", 0.0001, ("compile.optimizer.learning_rate=0.001",)),
        ("SGD", 0.01, ("compile.optimizer=Adam",)),
    ],
)
def test_a_large_target_is_scaled_behind_the_last_layer(
    optimizer: str, rate: float, more: tuple[str, ...]
) -> None:
    layer = 'layers.2+={ class = "Rescaling", scale = 50, offset = 400 }'
    assert together([scaled_output(regression(optimizer, rate))]) == (*more, layer)


def test_several_targets_are_scaled_each_by_its_own_numbers() -> None:
    facts = regression("Adam", 0.001, means=(1.0, 2.0), deviations=(3.0, 0.0))
    assert scaled_output(facts) == (
        'layers.2+={ class = "Rescaling", scale = [3, 1], offset = [1, 2] }',
    )
    assert scaled_output(replace(facts, sequential=False)) == ()


def test_weights_are_drawn_anew_where_there_are_any() -> None:
    facts = replace(regression("Adam", 0.001), layers=(DENSE, ACTIVATION, DENSE))
    assert fresh_weights(facts) == (
        "layers.0.kernel_initializer=glorot_uniform",
        "layers.2.kernel_initializer=glorot_uniform",
    )
