"""The layers of a network, a row each: what their weights, activations and gradients are like."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest
from kertasks.text.plain_text import one_line

Bins = Annotated[int, Meta(ge=1, le=64)]


class Histogram(msgspec.Struct, frozen=True):
    """How many of some numbers lie where, in ranges of equal width."""

    low: float
    """The smallest of the finite numbers; 0 where there is none."""

    high: float
    counts: tuple[Index, ...]
    not_finite: Index = 0
    """How many are infinite or no number."""


class LayerFacts(msgspec.Struct, frozen=True):
    """Says of one layer what can be told in a row."""

    name: str
    class_name: str
    activation: str
    """The name of its activation function; empty where it has none, or a linear one."""

    shape: tuple[int | None, ...] | None
    """Of its output for one row; of the first where there are several. None where that is not
    known."""

    parameters: Index
    weights: Histogram | None
    """Of its trainable weights, or of all its weights where none is trainable; None without any."""

    activations: Histogram | None
    """Of its output for all rows looked at; None where it cannot be had."""

    units: Index | None
    """How many units were judged: places of the axis that holds units or channels. None for a
    layer without weights that is no activation, and where there are fewer than two rows."""

    dead: Index | None
    """How many of them give one and the same number for all rows and places; so does a ReLU that
    never fires, which gives 0."""

    saturated: float | None
    """The share of outputs of a sigmoid or tanh that lie within a fortieth of its range from one
    of its ends; None for others."""

    weight_norm: float | None
    """The square root of the sum of squares of the weights in ``weights``."""

    gradient_norm: float | None
    """Likewise of the gradient of the loss of the rows looked at, by the trainable weights, as in a
    step without what only training does (dropout). None where it cannot be had."""

    update: float | None = None
    """The norm of the difference between these weights and those of ``LayersRecord.since``, divided
    by the norm of those; None where those are not known or are all 0."""

    def __post_init__(self) -> None:
        for name in ("name", "class_name", "activation"):
            force_setattr(self, name, one_line(getattr(self, name)))


class LayersRequest(ViewRequest, frozen=True, tag="layers"):
    """Asks for all layers."""

    bins: Bins = 16
    """Of each histogram."""


class LayersRecord(ViewRecord, frozen=True, tag="layers"):
    """Says what the layers of a network are like."""

    sampled: Index
    """How many of the rows were looked at, spread evenly over them."""

    layers: tuple[LayerFacts, ...]
    """In the network's order, without its inputs."""

    since: Index | None = None
    """The epoch whose weights ``LayerFacts.update`` compares with; None where there is none."""
