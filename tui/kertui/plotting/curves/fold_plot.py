"""The curves of a cross-validation as rows of cells: every fold thin, their mean thick in a band of
one standard deviation, and a sign at its best epoch. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kertasks.text.numbers import is_share, metric_label
from kertui.plotting.axes import Limits, StableLimits
from kertui.plotting.chart import LEAST_GUTTER, Layout, Mark, chart, gutter_for
from kertui.plotting.curves.lines import Point
from kertui.plotting.dot_canvas import DOTS_A_CELL
from kertui.plotting.dot_layers import DotLayers, Reach
from kertui.plotting.strips import Row, cells, fit, join, put
from kertui.terminal.glyphs import Glyphs, Marker

LEAST_ROWS = 4
"""Legend, one row of curves, axis and labels."""

BAND, FOLD, CHOSEN, MEAN = "axis", "validation-raw", "accent", "validation"
"""The roles of what is drawn, from below."""

_SIGNS = {BAND: ".", FOLD: "-", CHOSEN: "o", MEAN: "#"}
"""The same in ASCII."""

_START = 0.1
"""Of the epochs that are done, which may be left out of the y axis."""

_PRESSED = 1 / 3
"""Of the axis, that the others would have with them."""


@dataclass(frozen=True, slots=True)
class FoldCurves:
    """One metric over the epochs, thinned to a window."""

    metric: str
    """Keras's name."""

    window: tuple[int, int] | None = None
    """The first and the last epoch of the x axis; None while there is no epoch."""

    folds: tuple[tuple[Point, ...], ...] = ()
    """Epoch and value, a fold each; no points for one that waits."""

    mean: tuple[Point, ...] = ()
    band: tuple[Reach, ...] = ()
    """Epoch, the mean less its standard deviation, and the mean with it."""

    best: Point | None = None
    """The best epoch of the mean by the judge, and the mean of this metric there."""

    def limits(self, *, whole: bool, positive: bool = False) -> tuple[float, float, bool]:
        """The least and the greatest value to show, infinity and minus infinity without one, and
        whether the start is left out.

        Args:
            whole: whether the start is shown too where it would press the rest together: most of
                the way is gone in the first epochs, and what counts is decided in the others.
            positive: only values above zero, for a logarithmic axis.
        """
        low, high = self._ends(0.0, positive)
        if whole or not low < high:
            return low, high, False
        done = max((points[-1][0] for points in self.folds if points), default=0.0)
        least, most = self._ends(1 + _START * (done - 1), positive)
        if self.best is not None and low <= self.best[1] <= high:  # its sign is always in sight
            least, most = min(least, self.best[1]), max(most, self.best[1])
        if least < most < least + _PRESSED * (high - low):
            return least, most, True
        return low, high, False

    def _ends(self, since: float, positive: bool) -> tuple[float, float]:
        # Where the folds are, their mean is too; a band goes beyond them seldom, and is cut there.
        low, high = math.inf, -math.inf
        above = 0.0 if positive else -math.inf
        for points in (*self.folds, self.mean):
            shown = [value for at, value in points if at >= since and above < value < math.inf]
            low, high = min([low, *shown]), max([high, *shown])
        return low, high


_MANY = 12
"""Folds that no eye follows one by one."""


def places_in(width: int, marker: Marker, folds: int) -> int:
    """How many places each curve has from left to right in a plot so many columns wide: one a dot,
    of many folds one a cell, which is drawn in half of the time."""
    dots = 1 if folds > _MANY else DOTS_A_CELL[marker][0]
    return max(1, width - LEAST_GUTTER) * dots


class FoldPlot:
    """The plot, drawn again and again: its axes hold still."""

    def __init__(self) -> None:
        self._stable = StableLimits()
        self._metric = ""

    def draw(
        self,
        curves: FoldCurves,
        size: tuple[int, int],
        glyphs: Glyphs,
        *,
        said: Row,
        log_y: bool = False,
        whole: bool = False,
        chosen: tuple[int, str] | None = None,
        thick: str = "mean",
        waiting: str = "",
    ) -> list[Row]:
        """The legend and the curves.

        Args:
            curves: what is drawn.
            size: columns and rows.
            glyphs: the signs to draw with.
            said: what stands at the right of the legend.
            log_y: a logarithmic y axis.
            whole: whether the start is shown too where it would press the rest together.
            chosen: the place of a fold that stands out, and its name.
            thick: what the thick curve is of.
            waiting: what is said while there is no epoch.
        """
        width, height = size
        if height < LEAST_ROWS or width <= LEAST_GUTTER + 2:
            return [fit([], width) for _ in range(height)]
        low, high, is_cut = curves.limits(whole=whole, positive=log_y)
        looks = ["log y"] if log_y else []
        if is_cut:
            looks.append("without the start")
        head = _legend(curves, width, glyphs, said, looks, chosen, thick)
        if curves.window is None or not low <= high:
            nothing = waiting
            if curves.window is not None:
                nothing = "nothing above zero to show on a log axis" if log_y else "not a number"
            return [head, *_blank(nothing, width, height - 1)]
        if curves.metric != self._metric:
            self._stable, self._metric = StableLimits(), curves.metric
        rows = Layout(width, height - 1, LEAST_GUTTER).rows
        limits = self._stable.fit(curves.window, low, high, rows, log_y, is_share(curves.metric))
        layout = Layout(width, height - 1, gutter_for(limits))
        marks = []
        if curves.best is not None:
            marks.append(Mark(*curves.best, glyphs.best, "best"))
        place = None if chosen is None else chosen[0]
        drawn = _canvas(curves, layout, limits, glyphs, place)
        return [head, *chart(drawn, layout, limits, marks=marks, glyphs=glyphs)]


def _canvas(
    curves: FoldCurves, layout: Layout, limits: Limits, glyphs: Glyphs, chosen: int | None
) -> list[Row]:
    layers = DotLayers(layout.columns, layout.rows, glyphs.marker)
    wide, high = layers.columns - 1, layers.lines - 1

    # Of forty folds of a thousand points each step counts: x is linear whatever the y axis is.
    left, across = limits.x_low, wide / (limits.x_high - limits.x_low)
    height_of = limits.height_of

    def placed(points: Iterable[Point]) -> list[Point]:
        return [
            (across * (epoch - left), high - high * height_of(value)) for epoch, value in points
        ]

    def lower(epoch: float, value: float) -> float:
        # What a logarithmic axis cannot show lies below it.
        return high + 1.0 if limits.log_y and value <= 0 else placed([(epoch, value)])[0][1]

    band = layers.add(BAND, _SIGNS[BAND])
    band.area(
        [(*placed([(epoch, top)])[0], lower(epoch, bottom)) for epoch, bottom, top in curves.band]
    )
    thin = layers.add(FOLD, _SIGNS[FOLD])
    for number, points in enumerate(curves.folds):
        if number != chosen:
            thin.curve(placed(points))
    if chosen is not None and chosen < len(curves.folds):
        layers.add(CHOSEN, _SIGNS[CHOSEN]).curve(placed(curves.folds[chosen]))
    layers.add(MEAN, _SIGNS[MEAN]).curve(placed(curves.mean), thick=True)
    return layers.rows()


def _legend(
    curves: FoldCurves,
    width: int,
    glyphs: Glyphs,
    said: Row,
    looks: Sequence[str],
    chosen: tuple[int, str] | None,
    thick: str,
) -> Row:
    """The metric on the left; what the strokes are and ``said`` on the right, as far as it fits."""
    name = cells(metric_label(curves.metric), "strong")
    title = name + cells("".join(f"  {look}" for look in looks), "dim")
    if curves.window is None:
        return fit(name, width)
    gap = cells("   ")
    one = cells(glyphs.solid_stroke, CHOSEN) + cells(f" {chosen[1]}", "dim") if chosen else []
    strokes = cells(glyphs.solid_stroke, FOLD) + cells(" others" if one else " folds", "dim")
    mean = cells(glyphs.thick_stroke, MEAN) + cells(f" {thick}", "dim")
    band = cells(glyphs.tint, BAND) + cells(" ± sd", "dim") if curves.band else []
    for left, parts in (
        (title, [one, strokes, mean, band, said]),
        (title, [one, mean, band, said]),
        (title, [one, mean, said]),
        (title, [mean, said]),
        (title, [said]),
        (name, [said]),
    ):
        right = [cell for part in parts if part for cell in gap + part]
        if len(left) + len(right) < width:
            return join(left, right, width)
    return fit(name, width)


def _blank(text: str, width: int, height: int) -> list[Row]:
    rows = [fit([], width) for _ in range(height)]
    words = fit(cells(text, "dim"), min(len(text), width))
    put(rows[(height - 1) // 2], (width - len(words)) // 2, words)
    return rows
