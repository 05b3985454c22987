"""What counts most in a text or a picture, as rows of cells. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.runs.views.saliency import Saliency
from kertasks.text.numbers import counted, number
from kertui.plotting.frame import side_by_side
from kertui.plotting.heat import DIVERGING, SEQUENTIAL, HeatLook, heat, scale, shade
from kertui.plotting.strips import PLAIN, Cell, Row, broken, cells, fit, on
from kertui.text.fitting_text import fitted

_LIST = 30
"""Columns of the list of what counts most."""

_WIDE = 72
"""Columns from which it stands beside the text, and not over it."""

_FEW = 4
"""Words of it where it stands over the text."""

_BAR = 8
_SCALE = 12
_GAP = 3
_FAINT = 1 / 10
"""The share of the most a pixel counts below which it is left out there."""

_MARKED = 1 / 3
"""The share of the most a word counts from which it is marked where colours do not tell it."""


@dataclass(frozen=True, slots=True)
class SaliencyDrawing:
    """Rows of cells, and how many rows of text there are in all."""

    rows: list[Row]
    lines: int


def saliency_rows(
    record: Saliency, width: int, height: int, look: HeatLook, first: int = 0
) -> SaliencyDrawing:
    """The text with its words coloured by what they count for, or the picture beside what counts.

    Args:
        record: what to draw.
        width: of the rows.
        height: how many there may be.
        look: what it is drawn with.
        first: the first line of a text in sight.
    """
    width, height = max(1, width), max(1, height)
    legend = [] if height < 4 else [fit(_legend(width, look), width)]
    room = height - len(legend)
    if record.pixels:
        rows, lines = _pictures(record, width, room, look), 0
    else:
        rows, lines = _text(record, width, room, look, first)
    rows = [fit(row, width) for row in rows[:room]]
    rows += [fit([], width)] * (room - len(rows))
    return SaliencyDrawing([*rows, *legend], lines)


def _legend(width: int, look: HeatLook) -> Row:
    row = cells("against it ", "dim") + scale(_SCALE, look) + cells(" for it", "dim")
    if not look.halves:
        row = cells("-against it  +for it", "dim")
    return side_by_side(
        [row, cells(f"gradient {look.glyphs.times} input", "dim")], width, look.glyphs
    )


def _most(weights: Sequence[float]) -> float:
    return max((abs(one) for one in weights if math.isfinite(one)), default=0.0) or 1.0


def _place(weight: float, most: float) -> float:
    """Where a weight lies on the ramp whose middle is 0."""
    return 0.5 + weight / most / 2


# --- texts


def _text(
    record: Saliency, width: int, height: int, look: HeatLook, first: int
) -> tuple[list[Row], int]:
    beside = width >= _WIDE
    wide = width - _LIST - _GAP if beside else width
    listed = _counting_most(record, look, height if beside else min(_FEW, max(0, height - 3)))
    lines = _lines(record, wide, look)
    if not beside:
        above = [*listed, []] if listed else []
        room = max(0, height - len(above))
        return [*above, *lines[_start(first, lines, room) :][:room]], len(lines)
    shown = lines[_start(first, lines, height) :][:height]
    count = max(len(shown), len(listed))
    shown += [[] for _ in range(count - len(shown))]
    listed += [[] for _ in range(count - len(listed))]
    gap = cells(" " * _GAP)
    return [fit(row, wide) + gap + part for row, part in zip(shown, listed, strict=True)], len(
        lines
    )


def _start(first: int, lines: Sequence[Row], room: int) -> int:
    return max(0, min(first, len(lines) - room))


def _lines(record: Saliency, width: int, look: HeatLook) -> list[Row]:
    """The text in lines, each word on the colour of what it counts for."""
    most = _most(record.weights)
    lines: list[Row] = [[]]
    for word, weight in zip(record.words, record.weights, strict=True):
        for part in broken(_word(word, weight, most, look), width):
            if lines[-1] and len(lines[-1]) + 1 + len(part) > width:
                lines.append([])
            lines[-1] += [*([(" ", PLAIN)] if lines[-1] else []), *part]
    if record.left_out:
        lines.append(
            cells(f"{look.glyphs.ellipsis} {counted(record.left_out, 'more word')}", "dim")
        )
    return lines


def _word(word: str, weight: float, most: float, look: HeatLook) -> Row:
    if not math.isfinite(weight):
        return cells(word, "bad")
    if look.halves:
        place = _place(weight, most)
        # What counts for next to nothing is no colour but text.
        return cells(word, on(shade(DIVERGING, place)) if round(20 * place) != 10 else "dim")
    if abs(weight) < _MARKED * most:
        return cells(word, "dim")
    return cells(f"{'+' if weight > 0 else '-'}{word}", "strong")


def _counting_most(record: Saliency, look: HeatLook, most_rows: int) -> list[Row]:
    """The words that count most, each once, with a bar and its weight."""
    weights = dict(zip(record.words, record.weights, strict=True))
    most = _most(record.weights)
    ordered = sorted(
        (one for one in weights if math.isfinite(weights[one]) and weights[one]),
        key=lambda one: -abs(weights[one]),
    )
    rows = []
    for word in ordered[: max(0, most_rows)]:
        weight = weights[word]
        full = max(1, round(_BAR * abs(weight) / most))
        role = shade(DIVERGING, 1.0 if weight > 0 else 0.0)
        bar = [*cells(look.glyphs.full * full, role), *cells(" " * (_BAR - full))]
        figure = ("+" if weight > 0 else look.glyphs.minus) + number(abs(weight), 3)
        name = fitted(word, _LIST - _BAR - 10, look.glyphs)
        rows.append([*cells(figure.rjust(8) + " ", "dim"), *bar, (" ", PLAIN), *cells(name)])
    return rows


# --- pictures


def _pictures(record: Saliency, width: int, height: int, look: HeatLook) -> list[Row]:
    """The picture and what its pixels count for, beside each other or, where they do not fit, one
    over the other."""
    high, wide = len(record.pixels), len(record.pixels[0])
    most = _most([one for line in record.pixel_weights for one in line])
    counts = [[_place(one, most) for one in line] for line in record.pixel_weights]
    beside = min((width - _GAP) // (2 * wide), 2 * (height - 1) // high)
    above = min(width // wide, 2 * ((height - 3) // 2) // high)
    by = max(1, beside, above)
    left = [cells("the picture", "dim"), *_enlarged(record.pixels, by, look, SEQUENTIAL)]
    right = [cells("what counts", "dim")]
    if look.halves:
        right += _enlarged(counts, by, look, DIVERGING)
    else:
        right += _signed(record.pixel_weights, by, most)
    if above > beside:
        return [*left, [], *right]
    gap = wide * by + _GAP
    return [fit(one, gap) + other for one, other in zip(left, right, strict=True)]


def _signed(lines: Sequence[Sequence[float]], by: int, most: float) -> list[Row]:
    """What pixels count for by signs, strong ones for much of it."""
    wider = [[value for value in line for _ in range(by)] for line in lines for _ in range(by)]
    return [[_sign(value / most) for value in line] for line in wider[::2]]


def _sign(share: float) -> Cell:
    if not abs(share) >= _FAINT:
        return " ", PLAIN
    return "+" if share > 0 else "-", "strong" if abs(share) >= _MARKED else "dim"


def _enlarged(lines: Sequence[Sequence[float]], by: int, look: HeatLook, ramp: str) -> list[Row]:
    """A picture with so many places across and down for a pixel."""
    wider = [[value for value in line for _ in range(by)] for line in lines]
    return heat([line for line in wider for _ in range(by)], look, ramp)
