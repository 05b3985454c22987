"""Looks at the layers of a network, made by hand."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kertasks.runs.looking.view import Look, Rows
from kertasks.runs.views.layer_page import LayerRecord, LayerRequest, UnitFacts, WeightFacts
from kertasks.runs.views.layer_table import Histogram, LayerFacts, LayersRecord, LayersRequest

BELL = Histogram(-1.25, 1.5, (1, 4, 16, 64, 64, 16, 4, 1, 0, 0, 0, 1))
SPIKE = Histogram(0.0, 2.0, (100, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1))

DENSE = LayerFacts(
    name="dense",
    class_name="Dense",
    activation="relu",
    shape=(8,),
    parameters=24,
    weights=BELL,
    activations=SPIKE,
    units=8,
    dead=0,
    saturated=None,
    weight_norm=4.0,
    gradient_norm=0.1,
)
FLATTEN = LayerFacts(
    "flatten", "Flatten", "", (4,), 0, None, SPIKE, None, None, None, None, None
)  # fmt: skip


def dense(**changed: Any) -> LayerFacts:
    return replace(DENSE, **changed)


def table(*layers: LayerFacts, sampled: int = 4, **changed: Any) -> LayersRecord:
    return LayersRecord(Rows.TRAIN, changed.pop("row_count", 4), sampled, layers, **changed)


def page(layer: LayerFacts, units: int, picture: Any = (), **changed: Any) -> LayerRecord:
    """One layer with so many units, all with the same picture; the second one is dead."""
    made = LayerRecord(
        Rows.TRAIN,
        row_count=4,
        sampled=4,
        index=0,
        layer_count=2,
        layer=layer,
        weights=(WeightFacts("kernel", (2, units), True, 4.0, 0.1, BELL),),
        unit_word="unit",
        unit_count=units,
        units=tuple(
            UnitFacts(number, 1.5, None, -0.25, 0.5, 0.75, number == 1, picture)
            for number in range(units)
        ),
        first=0,
        channels=0,
        channel=0,
        largest=max((abs(value) for row in picture for value in row), default=0.0),
    )
    return replace(made, **changed)


def looked(record: LayersRecord | LayerRecord, epoch: int = 412) -> Look:
    request = LayersRequest() if isinstance(record, LayersRecord) else LayerRequest()
    return Look(request, epoch, 0, record)
