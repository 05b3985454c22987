"""One layer of a network: its weights, and its units one by one."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest
from kertasks.runs.views.layer_table import Bins, Histogram, LayerFacts
from kertasks.text.plain_text import one_line

MOST_UNITS = 256
"""Told of at once."""

Picture = tuple[tuple[float, ...], ...]
"""Numbers in rows from the top, all of one length; empty for none."""


class WeightFacts(msgspec.Struct, frozen=True):
    """Says of one array of weights what can be told in a row."""

    name: str
    shape: tuple[Index, ...]
    trainable: bool
    norm: float
    gradient_norm: float | None
    """None where it is not trainable or the gradient cannot be had."""

    histogram: Histogram

    def __post_init__(self) -> None:
        force_setattr(self, "name", one_line(self.name))


class UnitFacts(msgspec.Struct, frozen=True):
    """Says of one unit, or of one row of an embedding, what can be told in a row; None for what
    there is not."""

    number: Index
    weight_norm: float | None = None
    """Of its incoming weights, without the bias."""

    recurrent_norm: float | None = None
    """Of its incoming weights from the layer's own state."""

    bias: float | None = None
    """Of several, as in an LSTM, there is none."""

    mean: float | None = None
    """Of its output over all rows looked at and all places."""

    active: float | None = None
    """The share of rows for which its output is above 0 somewhere; None for other activations than
    those of the ReLU's family."""

    dead: bool = False
    """As ``LayerFacts.dead``."""

    picture: Picture = ()
    """Of its incoming weights: a kernel of a convolution, or a single row of at most
    ``WIDEST_PICTURE`` weights."""


WIDEST_PICTURE = 32


class LayerRequest(ViewRequest, frozen=True, tag="layer"):
    """Asks for one layer."""

    index: Index = 0
    """In ``LayersRecord.layers``."""

    first: Index = 0
    """The first unit to tell of."""

    count: Annotated[int, Meta(ge=0, le=MOST_UNITS)] = 64
    """How many units to tell of at most."""

    channel: Index = 0
    """Of which input channel the kernels are shown; the last one where there are fewer."""

    bins: Bins = 16
    """Of each histogram."""


class LayerRecord(ViewRecord, frozen=True, tag="layer"):
    """Says what one layer of a network is like."""

    sampled: Index
    """How many of the rows were looked at, spread evenly over them."""

    index: Index
    layer_count: Index
    layer: LayerFacts
    weights: tuple[WeightFacts, ...]
    unit_word: str
    """What a unit is called: ``unit``, ``filter``, ``row``."""

    unit_count: Index
    units: tuple[UnitFacts, ...]
    """From ``first`` on."""

    first: Index
    channels: Index
    """How many input channels a kernel has; 0 where there are no pictures to choose from."""

    channel: Index
    largest: float
    """The largest size of a number in any picture of the layer; 0 where there are none."""
