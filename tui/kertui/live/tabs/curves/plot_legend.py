"""The row above a plot: what it shows, the two strokes with their values, the best epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kertasks.text import numbers as formatting
from kertui.plotting.strips import Row, cells, fit, join
from kertui.plotting.traces import VALIDATION
from kertui.terminal.glyphs import Glyphs

if TYPE_CHECKING:
    from kertui.live.tabs.curves.metric_plot import MetricPlot


_LONG = (" train", " validation")
_SHORT = (" train", " val")
_NONE = ("", "")


def legend(plot: MetricPlot, width: int, glyphs: Glyphs) -> Row:
    """The legend in the longest of its forms that fits.

    The values are those at the cursor, else the latest. First the words give way, then the
    best epoch, then the marks; the strokes with their values stay the longest.
    """
    title = _title(plot, glyphs)
    room = width - len(title) - 2
    for words, best, marks in (
        (_LONG, True, True),
        (_SHORT, True, True),
        (_NONE, True, True),
        (_NONE, False, True),
        (_NONE, False, False),
    ):
        parts = [
            *(_marks(plot) if marks else []),
            *(_best(plot, glyphs) if best else []),
            *_strokes(plot, glyphs, words),
        ]
        right = _spaced(parts)
        if len(right) <= room:
            return join(title, right, width)
    return fit(title, width)


def _title(plot: MetricPlot, glyphs: Glyphs) -> Row:
    title = cells(formatting.metric_label(plot.metric), "strong")
    if plot.broken_since is not None:
        title += cells(f"  {glyphs.cross} not finite since {plot.broken_since}", "bad")
    if plot.cursor is not None and plot.history.epochs:
        title += cells(f"  epoch {formatting.grouped(plot.cursor)}", "accent")
    return title


def _marks(plot: MetricPlot) -> list[Row]:
    marks = []
    if plot.zoomed:
        marks.append(cells("last part", "dim"))
    if plot.smooth:
        marks.append(cells("smooth", "dim"))
    if plot.log_y:
        marks.append(cells("log y", "dim"))
    return marks


def _best(plot: MetricPlot, glyphs: Glyphs) -> list[Row]:
    epoch = plot.history.best_epoch
    if epoch is None:
        return []
    value = plot.value_at(VALIDATION + plot.metric, epoch)
    if math.isnan(value):
        value = plot.value_at(plot.metric, epoch)
    if math.isnan(value):
        return []
    text = f" best {formatting.grouped(epoch)}: {formatting.metric(plot.metric, value)}"
    return [cells(glyphs.best, "best") + cells(text, "dim")]


def _strokes(plot: MetricPlot, glyphs: Glyphs, words: tuple[str, str]) -> list[Row]:
    last = plot.history.last
    epoch = plot.cursor if plot.cursor is not None else (last.epoch if last else 0)
    parts = []
    strokes = ("xx", "oo") if glyphs.ascii else (glyphs.solid_stroke, glyphs.dotted_stroke)
    names = (plot.metric, VALIDATION + plot.metric)
    for name, role, stroke, word in zip(
        names, ("train", "validation"), strokes, words, strict=True
    ):
        if plot.history.epochs and not len(plot.history.column(name)):
            continue
        value = plot.value_at(name, epoch)
        text = "" if math.isnan(value) else " " + formatting.metric(plot.metric, value)
        if epoch and math.isnan(value):
            text = " nan"
        parts.append(cells(stroke, role) + cells(word, "dim") + cells(text))
    return parts


def _spaced(parts: list[Row]) -> Row:
    row: Row = []
    for part in parts:
        row += (cells("   ") if row else []) + part
    return row
