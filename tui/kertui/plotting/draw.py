"""Curves to rows of text: the only module that knows plotext.

plotext paints the curves and nothing else; axes, labels and legend are ours (``chart``), so
that numbers stay right-aligned and the plots of a pane line up. It gets whole-numbered dots
that lie inside the plot, whatever the data was. Importing it takes a quarter of a second:
``preload`` does that in a thread, and until then ``is_loaded`` is False.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kertui.plotting.axes import Limits
from kertui.plotting.curves.lines import Line, Point, clip, dashes, dots, finite_lines, solid
from kertui.plotting.strips import colour_number
from kertui.terminal.glyphs import Marker

DOT_GAP = 3.0
"""Between the dots of a dotted stroke, in braille dots."""

_DOTS = {Marker.BRAILLE: (2, 4), Marker.BLOCKS: (2, 2), Marker.ASCII: (1, 1)}
"""How many places a cell has for a curve, across and down."""

_GAPS = {Marker.BRAILLE: DOT_GAP, Marker.BLOCKS: 4.0, Marker.ASCII: 2.0}
"""Between the dots of a dotted stroke, in such places."""

_HALVES = str.maketrans("▘▝▖▗▌▐▚▞▛▜▙▟", "▀▀▄▄████████")
"""Quarters of a cell, which old fonts lack, as its halves."""

_loading = threading.Lock()
_loaded = threading.Event()


@dataclass(frozen=True, slots=True)
class Stroke:
    """What tells a curve from the others: its colour, and whether its line is whole."""

    role: str
    """Which colour: one of ``strips.ROLES``."""

    dotted: bool = False
    ascii_marker: str = "x"
    """The character it is drawn with in ASCII."""

    dashes: tuple[int, ...] = ()
    """Lengths drawn and left out in turn, in braille dots; empty for a whole line."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line to draw, and the stroke it is drawn with."""

    points: Iterable[Point]
    """From left to right; a point that is not finite is a gap."""

    stroke: Stroke


def is_loaded() -> bool:
    """Whether drawing can begin at once."""
    return _loaded.is_set()


def preload() -> None:
    """Import plotext. Call it in a thread, after the first paint."""
    _plotext()


def _plotext() -> Any:
    with _loading:
        import plotext

        _loaded.set()
        return plotext


def dots_wide(columns: int, marker: Marker = Marker.BRAILLE) -> int:
    """How many places a curve has from left to right in so many columns."""
    return columns * _DOTS[marker][0]


def draw(
    curves: Sequence[Curve],
    size: tuple[int, int],
    limits: Limits,
    *,
    marker: Marker = Marker.BRAILLE,
) -> list[str]:
    """Draw the curves, later ones over earlier ones.

    Args:
        curves: what to draw.
        size: columns and rows.
        limits: the data at the edges; what lies outside is cut off.
        marker: what the curves are drawn with.

    Returns:
        As many rows as ``size`` says, with colours as SGR sequences (``strips.parse``).
    """
    columns, rows = size
    if columns < 1 or rows < 1:
        return []
    plotext = _plotext()
    # A terminal of its own: figures are not for several threads, and the module's own one
    # would also be cut to the size of the terminal we run in. "_master" is private (6.1).
    terminal = type(plotext.terminal)()
    terminal.limit(False, False)
    figure = terminal._master
    figure.plot_size(columns, rows)
    figure.theme("simple")
    figure.canvas("default")
    figure.legend(False)
    figure.axes(False)
    across, down = _DOTS[marker]
    wide, high = across * columns, down * rows
    for axis, places in (("x", wide), ("y", high)):
        ruler = figure.ruler(axis)
        ruler.ticks([])
        ruler.lim(-0.5, places - 0.5)
        ruler.alignment(lim="edge")
    for curve in curves:
        lines = _placed(curve, limits, wide, high, _GAPS[marker])
        if lines:
            figure.draw(_signal(plotext, figure, curve, lines, marker))
    text: str = figure.build().string()
    if marker is Marker.BLOCKS:
        text = text.translate(_HALVES)
    return text.removesuffix("\n").split("\n")


def _placed(curve: Curve, limits: Limits, wide: int, high: int, gap: float) -> list[Line]:
    """The curve's visible parts in whole dots, from the bottom left."""
    parts = [
        [(x * (wide - 1), y * (high - 1)) for x, y in part]
        for line in finite_lines(map(limits.unit_point, curve.points))
        for part in clip(line)
    ]
    return [
        _stroked(curve.stroke, part, gap) if len(part) > 1 else _speck(part[0], wide, high)
        for part in parts
    ]


def _stroked(stroke: Stroke, line: Line, gap: float) -> Line:
    if stroke.dotted:
        return dots(line, gap)
    return dashes(line, stroke.dashes) if stroke.dashes else solid(line)


def _speck(point: Point, wide: int, high: int) -> Line:
    """A point alone, made large enough to see."""
    x, y = min(round(point[0]), wide - 2), min(round(point[1]), high - 2)
    x, y = max(0, x), max(0, y)
    return [(float(a), float(b)) for b in (y, y + 1) for a in (x, x + 1) if a < wide and b < high]


def _signal(plotext: Any, figure: Any, curve: Curve, lines: list[Line], marker: Marker) -> Any:
    xs = [x for line in lines for x, _ in line]
    ys = [y for line in lines for _, y in line]
    pixel = plotext.pixel(colour_number(curve.stroke.role))
    names = {Marker.BRAILLE: "braille", Marker.BLOCKS: "hd"}
    sign = plotext.marker(names.get(marker, curve.stroke.ascii_marker), pixel)
    signal = figure.signal(xs, ys, marker=sign)
    if not curve.stroke.dotted and not curve.stroke.dashes:
        signal.lines()
        start = 0
        for line in lines:
            signal.line(start, False)
            start += len(line)
    return signal
