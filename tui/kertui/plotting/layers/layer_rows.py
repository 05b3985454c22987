"""The layers of a network as a table: what weights, activations and gradients are like. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len

from kertasks.runs.views.layer_table import Histogram, LayerFacts, LayersRecord
from kertasks.text.numbers import grouped, number, scientific
from kertui.plotting.layers.level_bars import END_WIDTH, end_text, histogram_rows, log_bar
from kertui.plotting.strips import PLAIN, Row, cells, fit
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted
from kertui.text.layer_lines import shape_text

_VANISHED = 1e-4
"""Of the largest layer's gradient: below it a layer hardly learns beside that one."""

_EXPLODED = 1e2
"""A gradient from which on a step of any usual learning rate is a leap."""

_LEAST_NAME, _MOST_NAME = 16, 28
_LEAST_BINS = 12
_TALLEST = 6
"""Rows of a histogram, at most."""

_LEAST_TALL = 3
"""Rows of a layer from which its histograms have several."""

_GAP = 2
_NONE = "–"
_NONE_ASCII = "-"


class Flow(StrEnum):
    """How the gradient of a layer stands among those of the others."""

    GOOD = "good"
    NOTHING = "no gradient"
    VANISHES = "vanishes"
    EXPLODES = "explodes"


def flow_of(layer: LayerFacts, layers: Sequence[LayerFacts]) -> Flow:
    """How a layer's gradient stands among those of its network."""
    own = layer.gradient_norm
    if own is None:
        return Flow.GOOD
    if not math.isfinite(own) or own >= _EXPLODED:
        return Flow.EXPLODES
    if own == 0:
        return Flow.NOTHING
    norms = [one.gradient_norm for one in layers if one.gradient_norm is not None]
    most = max((one for one in norms if math.isfinite(one)), default=0.0)
    return Flow.VANISHES if own < _VANISHED * most else Flow.GOOD


def bins_at(width: int) -> int:
    """How many bins a histogram of the table has at a width."""
    return next(bins for least, bins in ((150, 24), (112, 20), (0, _LEAST_BINS))
                if width >= least)  # fmt: skip


def label_of(layer: LayerFacts) -> str:
    """A layer in few words: its class and its activation function, or the name that a person gave
    it."""
    # Keras's own names are the class in small letters, with a number.
    letters = "".join(one for one in layer.name.lower() if one.isalpha())
    named = letters != "".join(one for one in layer.class_name.lower() if one.isalpha())
    first = layer.name if named and layer.name else layer.class_name
    return f"{first} {layer.activation}".rstrip()


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    worth: int
    """Columns of less worth give way first."""

    draw: Callable[[LayerFacts], list[Row]]
    """Its rows of a layer, from the top; the last one stands beside the name."""


@dataclass(frozen=True, slots=True)
class _Table:
    """All that may be drawn of a record's layers.

    Args:
        layers: of the network.
        glyphs: the signs to draw with.
        tall: rows of a histogram.
    """

    layers: Sequence[LayerFacts]
    glyphs: Glyphs
    tall: int

    def columns(self, bins: int, *, ends: bool, bar: int) -> list[_Column]:
        """The columns after the name, from the left."""
        strip = max(bins + ends * 2 * (END_WIDTH + 1), len("activations"))
        found = [
            self._text("out", 40, lambda one: shape_of(one, self.glyphs), right=False),
            self._text("params", 30, lambda one: grouped(one.parameters) if one.parameters else ""),
            _Column("weights", strip, 50, lambda one: self._strip(one.weights, "train", ends)),
            _Column(
                "activations",
                strip,
                60,
                lambda one: self._strip(one.activations, "validation", ends, known=False),
            ),
            _Column("  dead", self._dead_width(), 90, lambda one: [self._dead(one)]),
            self._text("saturated", 20, lambda one: percent(one.saturated)),
            _Column("gradient", bar + 9, 80, lambda one: [self._gradient(one, bar)]),
            self._text("update", 70, lambda one: small(one.update)),
        ]
        return [column for column in found if column.width]

    def _text(
        self, title: str, worth: int, words: Callable[[LayerFacts], str], *, right: bool = True
    ) -> _Column:
        """A column of words, as wide as they are; of no width where there are none."""
        widest = max((cell_len(words(one)) for one in self.layers), default=0)
        width = max(widest, len(title)) if widest else 0

        def draw(layer: LayerFacts) -> list[Row]:
            return [cells(padded(words(layer), width, right=right), "dim")]

        return _Column(title.rjust(width) if right else title, width, worth, draw)

    def _none(self) -> Row:
        return cells(_NONE_ASCII if self.glyphs.ascii else _NONE, "axis")

    def _strip(
        self, histogram: Histogram | None, role: str, ends: bool, known: bool = True
    ) -> list[Row]:
        if histogram is None:
            return [[] if known else self._none()]
        return histogram_rows(histogram, self.tall, self.glyphs, role, ends=ends)

    def _dead_width(self) -> int:
        return max((len(self._dead(one)) for one in self.layers), default=0)

    def _dead(self, layer: LayerFacts) -> Row:
        if layer.dead is None or layer.units is None:
            return []
        digits = max(len(grouped(one.units)) for one in self.layers if one.units is not None)
        text = f"{grouped(layer.dead):>{digits}} of {grouped(layer.units):>{digits}}"
        if not layer.dead:
            return cells(f"  {text}", "dim")
        return cells(f"{self.glyphs.cross} {text}", "warning")

    def _gradient(self, layer: LayerFacts, bar: int) -> Row:
        norm = layer.gradient_norm
        if norm is None:
            return self._none() if layer.weight_norm is not None else []
        flow = flow_of(layer, self.layers)
        role = {Flow.GOOD: "accent", Flow.EXPLODES: "bad"}.get(flow, "warning")
        mark = {Flow.GOOD: " ", Flow.EXPLODES: self.glyphs.up}.get(flow, self.glyphs.down)
        said = "dim" if flow is Flow.GOOD else role
        return [
            *log_bar(norm, bar, self.glyphs, role),
            *cells(f" {mark}", role),
            *cells(f"{small(norm):>7}", said),
        ]


def height_of(layers: int, room: int) -> int:
    """How many rows a layer takes in a table of so many rows, the titles not counted; more than one
    where all layers have room for higher histograms, with a blank row between them."""
    each = room // max(1, layers)
    return min(_TALLEST + 1, each) if each >= _LEAST_TALL else 1


def table_rows(
    record: LayersRecord,
    chosen: int,
    first: int,
    size: tuple[int, int],
    *,
    each: int,
    focused: bool,
    glyphs: Glyphs,
) -> list[Row]:
    """The table: its titles and the layers from the first in sight on.

    Args:
        record: of the layers.
        chosen: which of them the cursor is on.
        first: which is in the first row.
        size: columns and rows.
        each: rows of a layer, as ``height_of`` says.
        focused: whether keys move the cursor.
        glyphs: the signs to draw with.
    """
    width, height = size
    if height < 1:
        return []
    layers = record.layers
    bins = max((len(one.weights.counts) for one in layers if one.weights), default=_LEAST_BINS)
    longest = max((cell_len(label_of(one)) for one in layers), default=0)
    name = min(max(longest, len("layer")), _MOST_NAME)
    table = _Table(layers, glyphs, max(1, each - 1))
    columns = _that_fit(table, bins, min(name, _LEAST_NAME), width)
    name = min(name, max(0, width - 2 - sum(_GAP + column.width for column in columns)))
    titles = fit(cells("  layer", "dim"), 2 + name)
    for column in columns:
        titles += cells(" " * _GAP) + fit(cells(column.title, "dim"), column.width)
    rows = [fit(titles, width)]
    for place in range(first, min(len(layers), first + (height - 1) // each)):
        layer, is_chosen = layers[place], place == chosen
        mark = cells(f"{glyphs.cursor if is_chosen else ' '} ", "accent" if focused else "dim")
        role = ("chosen" if focused else "strong") if is_chosen else PLAIN
        role = role if is_chosen or layer.parameters else "dim"
        label = mark + fit(cells(fitted(label_of(layer), name, glyphs), role), name)
        drawn = [column.draw(layer) for column in columns]
        for line in range(-table.tall, 0):
            row = label if line == -1 else fit([], 2 + name)
            for column, parts in zip(columns, drawn, strict=True):
                part = parts[line] if len(parts) >= -line else []
                row = row + cells(" " * _GAP) + fit(part, column.width)
            rows.append(fit(row, width))
        rows += [fit([], width)] * (each - table.tall)
    return rows[:height]


def _that_fit(table: _Table, bins: int, name: int, width: int) -> list[_Column]:
    """As many columns as there is room for: numbers at the ends of histograms give way first, then
    whole columns."""
    for ends, bar in ((True, 10), (False, 10), (False, 5)):
        columns = table.columns(bins, ends=ends, bar=bar)
        if 2 + name + sum(_GAP + column.width for column in columns) <= width:
            return columns
    while columns and 2 + name + sum(_GAP + column.width for column in columns) > width:
        columns.remove(min(columns, key=lambda column: column.worth))
    return columns


def network_facts(record: LayersRecord, glyphs: Glyphs) -> list[tuple[str, str]]:
    """What is to be said of all layers together, each with its role; the worst first."""
    layers, facts = record.layers, list[tuple[str, str]]()
    for flow, words in (
        (Flow.EXPLODES, "the gradient explodes in"),
        (Flow.NOTHING, "no gradient in"),
        (Flow.VANISHES, "the gradient vanishes in"),
    ):
        count = sum(flow_of(one, layers) is flow for one in layers)
        if count:
            role = "bad" if flow is Flow.EXPLODES else "warning"
            mark = glyphs.up if flow is Flow.EXPLODES else glyphs.down
            facts.append((f"{mark} {words} {_of_layers(count)}", role))
    judged = [one for one in layers if one.units is not None and one.dead is not None]
    dead, units = (sum(getattr(one, name) or 0 for one in judged) for name in ("dead", "units"))
    if dead:
        text = f"{glyphs.cross} {grouped(dead)} of {grouped(units)} units dead"
        facts.insert(0, (text, "warning"))
    elif judged:
        facts.append(("no dead units", "dim"))
    if record.since is not None:
        facts.append((f"updates since epoch {grouped(record.since)}", "dim"))
    return facts


def _of_layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{grouped(count)} layers"


def layer_facts(
    layer: LayerFacts, layers: Sequence[LayerFacts], glyphs: Glyphs, *, ranges: bool = True
) -> list[tuple[str, str]]:
    """What is known of one layer, each with its role.

    Args:
        layer: the layer.
        layers: all of its network.
        glyphs: the signs to draw with.
        ranges: whether to tell the ends of histograms, and the size of the weights.
    """
    facts = [(label_of(layer), "strong")]
    if layer.name and layer.name not in facts[0][0]:
        facts.append((layer.name, "dim"))
    facts.append((f"out {shape_of(layer, glyphs)}" if layer.shape else "", "dim"))
    facts.append((f"{grouped(layer.parameters)} parameters" if layer.parameters else "", "dim"))
    if layer.dead:
        text = f"{glyphs.cross} {grouped(layer.dead)} of {grouped(layer.units or 0)} units dead"
        facts.append((text, "warning"))
    if layer.gradient_norm is not None:
        flow = flow_of(layer, layers)
        role = {Flow.GOOD: "dim", Flow.EXPLODES: "bad"}.get(flow, "warning")
        facts.append((_gradient_words(layer.gradient_norm, layer.weight_norm, flow), role))
    if layer.update is not None:
        facts.append((f"update {small(layer.update)} of the weights", "dim"))
    if layer.saturated is not None:
        facts.append((f"{percent(layer.saturated)} saturated", "dim"))
    if ranges and layer.weights is not None and layer.weight_norm is not None:
        facts.append((f"weights {_range(layer.weights, glyphs)}", "dim"))
        facts.append((f"norm {number(layer.weight_norm, 3)}", "dim"))
    if layer.activations is None:
        facts.append(("activations not known", "dim"))
    elif ranges:
        facts.append((f"activations {_range(layer.activations, glyphs)}", "dim"))
    return [(text, role) for text, role in facts if text]


def _gradient_words(norm: float, weights: float | None, flow: Flow) -> str:
    if flow is Flow.NOTHING:
        return str(flow)
    text = f"gradient {small(norm)}"
    if weights and math.isfinite(norm / weights):
        text += f", {small(norm / weights)} of the weights"
    return text if flow is Flow.GOOD else f"{text}, {flow}"


def _range(histogram: Histogram, glyphs: Glyphs) -> str:
    text = f"{end_text(histogram.low, glyphs)} {glyphs.to} {end_text(histogram.high, glyphs)}"
    if not histogram.not_finite:
        return text
    if not any(histogram.counts):
        return "not finite"
    return f"{text}, {grouped(histogram.not_finite)} not finite"


def shape_of(layer: LayerFacts, glyphs: Glyphs) -> str:
    """The shape of a layer's output; empty where it is not known."""
    return "" if layer.shape is None else shape_text(layer.shape, glyphs.times)


def percent(share: float | None) -> str:
    """A share in percent; empty for none."""
    return "" if share is None else f"{100 * share:.0f} %"


def small(value: float | None) -> str:
    """A size in at most seven cells, with its power of ten where it is far from 1."""
    if value is None:
        return ""
    is_far = math.isfinite(value) and value and not 1e-2 <= value < 1e3
    return scientific(value, 2) if is_far else number(value, 3)
