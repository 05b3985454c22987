"""Numbers as bars in a row of text: a histogram, and a size on a logarithmic scale. Pure."""

from __future__ import annotations

import math

from kertasks.runs.views.layer_table import Histogram
from kertasks.text.numbers import number, scientific
from kertui.plotting.strips import Row, cells
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs

END_WIDTH = 7
"""Columns of a number at an end of a histogram."""

LOWEST, HIGHEST = -8, 2
"""The powers of ten at the ends of a logarithmic bar."""


def histogram_rows(
    histogram: Histogram, rows: int, glyphs: Glyphs, role: str, *, ends: bool = False
) -> list[Row]:
    """A bar a bin. Their heights are as the roots of the counts: what is rare shows beside what is
    frequent, and no bin with a number in it is blank.

    Args:
        histogram: what is drawn.
        rows: of the highest bar.
        glyphs: the signs to draw with.
        role: of the bars.
        ends: whether the smallest and the largest number stand at the ends of the lowest row.
    """
    most, levels = max(histogram.counts, default=0), len(glyphs.levels)
    heights = [
        math.ceil(rows * levels * math.sqrt(count / most)) if count else 0
        for count in histogram.counts
    ]
    drawn: list[Row] = []
    for row in reversed(range(rows)):
        filled = (min(levels, height - row * levels) for height in heights)
        bars = "".join(glyphs.levels[height - 1] if height > 0 else " " for height in filled)
        drawn.append(cells(bars, role))
    if histogram.not_finite and not most:
        drawn[-1] = cells(padded("not finite", len(histogram.counts)), "bad")
    if not ends:
        return drawn
    low, high = (
        (end_text(end, glyphs) for end in (histogram.low, histogram.high)) if most else ("", "")
    )
    blank = cells(" " * (END_WIDTH + 1))
    before = cells(padded(low, END_WIDTH, right=True) + " ", "dim")
    after = cells(" " + padded(high, END_WIDTH), "dim")
    return [*(blank + row + blank for row in drawn[:-1]), before + drawn[-1] + after]


def end_text(value: float, glyphs: Glyphs) -> str:
    """A number in at most ``END_WIDTH`` cells."""
    text = number(value, 3)
    for digits in (2, 1):
        if len(text) > END_WIDTH:
            text = scientific(value, digits)
    return text.replace("-", glyphs.minus, 1) if value < 0 else text


def log_bar(value: float, width: int, glyphs: Glyphs, role: str) -> Row:
    """A size from ten to the power of ``LOWEST`` to that of ``HIGHEST``; what is not finite fills
    the bar.

    Args:
        value: 0 or more.
        width: of the bar in cells, each as many powers of ten as the others.
        glyphs: the signs to draw with.
        role: of the bar.
    """
    if not math.isfinite(value):
        share = 1.0
    elif value <= 0:
        share = 0.0
    else:
        share = (math.log10(value) - LOWEST) / (HIGHEST - LOWEST)
    full = round(width * min(1.0, max(0.0, share)))
    # However small, it is not nothing.
    full = max(full, 1) if value else full
    return cells(glyphs.full * full, role) + cells(glyphs.empty * (width - full), "axis")
