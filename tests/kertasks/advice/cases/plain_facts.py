"""Plain facts of trainings that are sound, to be changed by one thing at a time."""

from __future__ import annotations

from typing import Any

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
