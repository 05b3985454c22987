"""The rows that are most wrong as a list, a row of cells each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from kertasks.runs.views.worst_rows import ClassAnswer, Mistake, Mistakes, ValueAnswer
from kertasks.text.numbers import grouped, in_unit
from kertui.plotting.strips import PLAIN, Row, cells, fit
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted

_GAP = 2
_CLASS_TITLES = ("row", "it says", "sure", "it is", "given")
_VALUE_TITLES = ("row", "it says", "it is", "off by")
_NAMES = {"it says", "it is"}
"""Columns of names of classes: to the left, and cut where there is no room."""

_LEAST_NAME = 7


def mistake_rows(
    record: Mistakes,
    offset: int,
    wanted: range,
    cursor: int,
    width: int,
    glyphs: Glyphs,
) -> list[Row]:
    """A head, and a row for each of the mistakes that are wanted.

    Args:
        record: what is known.
        offset: the place of its first mistake among all, from 0.
        wanted: places among all; of one that is not known yet the row is blank.
        cursor: the place that is chosen.
        width: of the rows.
        glyphs: the signs to draw with.
    """
    titles = _CLASS_TITLES if record.classes else _VALUE_TITLES
    texts = {
        place: _texts(mistake, record.unit or None)
        for place, mistake in enumerate(record.mistakes, offset)
        if place in wanted
    }
    widths = _widths(titles, list(texts.values()), width, bool(record.classes))
    rows = [_row(titles, titles, widths, "dim", " ", glyphs, bool(record.classes))]
    for place in wanted:
        chosen = place == cursor
        sign = glyphs.cursor if chosen else " "
        parts = texts.get(place, ("",) * len(titles))
        role = "chosen" if chosen else PLAIN
        rows.append(_row(parts, titles, widths, role, sign, glyphs, bool(record.classes)))
    return [fit(row, width) for row in rows]


def _texts(mistake: Mistake, unit: str | None) -> tuple[str, ...]:
    row = grouped(mistake.row)
    match mistake.answer:
        case ClassAnswer(said, sure, true, given):
            return row, said, f"{sure:.3f}", true, f"{given:.3f}"
        case ValueAnswer(said, true):
            return row, in_unit(said, unit), in_unit(true, unit), signed(said - true, unit)


def signed(error: float, unit: str | None) -> str:
    """An error with its sign: ``"+$2,640"``."""
    return f"{'+' if error > 0 else ''}{in_unit(error, unit)}"


def _widths(
    titles: Sequence[str], texts: Sequence[tuple[str, ...]], width: int, names: bool
) -> list[int]:
    widths = [
        max(cell_len(title), *(cell_len(one[at]) for one in texts)) if texts else cell_len(title)
        for at, title in enumerate(titles)
    ]
    over = sum(widths) + _GAP * len(widths) - width
    # The longest name gives way first.
    while names and over > 0:
        longest = max((widths[at], at) for at, title in enumerate(titles) if title in _NAMES)
        if longest[0] <= _LEAST_NAME:
            break
        widths[longest[1]] -= 1
        over -= 1
    return widths


def _row(
    parts: Sequence[str],
    titles: Sequence[str],
    widths: Sequence[int],
    role: str,
    sign: str,
    glyphs: Glyphs,
    names: bool,
) -> Row:
    row = cells(sign, "chosen")
    for text, title, width in zip(parts, titles, widths, strict=True):
        left = names and title in _NAMES
        shown = padded(fitted(text, width, glyphs), width, right=not left)
        row += cells(" " * (_GAP if len(row) > 1 else 1)) + cells(shown, role)
    return row


def answer_facts(record: Mistakes, mistake: Mistake) -> list[tuple[str, str]]:
    """What is said of a row, and what is true, with the names in full."""
    unit = record.unit or None
    row = (f"row {grouped(mistake.row)}", "dim")
    match mistake.answer:
        case ClassAnswer(said, sure, true, _) if said == true:
            return [row, (f"rightly says {said}, {sure:.3f} sure", "strong")]
        case ClassAnswer(said, sure, true, given):
            return [
                row,
                (f"says {said}, {sure:.3f} sure", "bad"),
                (f"is {true}, which it gives {given:.3f}", "strong"),
            ]
        case ValueAnswer(said, true):
            return [
                row,
                (f"says {in_unit(said, unit)}", PLAIN),
                (f"is {in_unit(true, unit)}", "strong"),
                (f"off by {signed(said - true, unit)}", "bad"),
            ]
