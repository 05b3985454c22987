"""Facts side by side over a drawing, and a sentence in the middle of one that cannot be made."""

from __future__ import annotations

from collections.abc import Sequence

from kertui.plotting.strips import PLAIN, Row, cells, fit
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import wrap


def fact_rows(facts: Sequence[tuple[str, str]], last: str, width: int, glyphs: Glyphs) -> list[Row]:
    """Facts set apart by dots, as many on a row as fit, and a quiet one at the end of the last row.

    Args:
        facts: each with its role; of one that is longer than a row the words are wrapped.
        last: what all of them are of; a row of its own where it has no room.
        width: of the rows.
        glyphs: the signs to draw with.
    """
    rows: list[Row] = []
    between = cells(f" {glyphs.dot} ", "axis")
    for text, role in facts:
        if rows and len(rows[-1]) + len(between) + len(cells(text)) <= width:
            rows[-1] += between + cells(text, role)
        else:
            rows += [cells(line, role) for line in wrap(text, max(1, width))]
    end = cells(last, "dim")
    if rows and len(rows[-1]) + 2 + len(end) <= width:
        rows[-1] = fit(rows[-1], width - len(end)) + end
    elif end:
        rows += [cells(line, "dim") for line in wrap(last, max(1, width))]
    return [fit(row, width) for row in rows]


def sentence_rows(text: str, width: int, height: int, role: str = "dim") -> list[Row]:
    """A sentence in the middle of so many rows."""
    lines = wrap(text, max(1, min(width, 60)))[: max(0, height)]
    above = max(0, (height - len(lines)) // 2)
    middle = [cells(" " * ((width - len(cells(line))) // 2)) + cells(line, role) for line in lines]
    rows = [[(" ", PLAIN)] * 0 for _ in range(above)] + middle
    return [fit(row, width) for row in rows + [[] for _ in range(height - len(rows))]]
