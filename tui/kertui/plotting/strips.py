"""Rows of text with colours, as cells to compare and as strips for Textual to show.

A cell is a character and the name of its role (``"train"``, ``"dim"``, …), or of two, one on the
other; a widget maps roles to its theme's colours. A character two cells wide is followed by a cell
without one, so that a row has as many entries as it takes columns. Comparing cells finds the span
of a row that really changed: Textual sends every cell of what is refreshed, changed or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from kertasks.text.plain_text import JOINERS
from kertui.terminal.cells import characters, is_single

Cell: TypeAlias = tuple[str, str]
"""A character, as a person sees it, and its role; no character in the second cell of a wide one."""

Row: TypeAlias = list[Cell]

PLAIN = ""
"""The role of text in the widget's own colour."""

RUN_ROLES = tuple(f"run-{number}" for number in range(8))
"""The roles of runs on the same axes; a theme has a class colour for each."""

ROLES = ("train", "validation", "train-raw", "validation-raw", *RUN_ROLES)
"""What curves are drawn in; the place in this tuple is a colour's number between us and plotext."""

_FIRST_NUMBER = 16
_WORTH_A_MOVE = 16
"""Bytes, about, that it takes to move the cursor and set the colours anew."""

_WITH_GROUND = 24
"""Bytes of two colours."""

_ON = " on "
_SGR = re.compile(r"\x1b\[([\d;]*)m")
_COLOUR = re.compile(r"38;5;(\d+)")


def on(ground: str, ink: str = PLAIN) -> str:
    """The role of a cell that is written in one role's colour on the colour of another."""
    return f"{ink}{_ON}{ground}"


def ground_of(role: str) -> str:
    """The role whose colour a cell is on; empty where that is the widget's own."""
    return role.partition(_ON)[2]


def ink_of(role: str) -> str:
    """The role whose colour a cell is written in."""
    return role.partition(_ON)[0]


def colour_number(role: str) -> int:
    """The number that stands for a role on its way through plotext, from 16 to 255."""
    return _FIRST_NUMBER + ROLES.index(role)


def parse(text: str) -> Row:
    """A row of plotext's text as cells."""
    row: Row = []
    role = PLAIN
    for number, part in enumerate(_SGR.split(text)):
        if number % 2:
            colour = _COLOUR.search(part)
            role = ROLES[int(colour[1]) - _FIRST_NUMBER] if colour else PLAIN
        else:
            row.extend(cells(part, role))
    return row


def cells(text: str, role: str = PLAIN) -> Row:
    """Plain text in one role. A blank has none unless the role has a ground: it looks the same in
    all of them, and it stands for what is not printable."""
    blank = role if _ON in role else PLAIN
    if is_single(text):
        return [(character, role if character != " " else blank) for character in text]
    if not text.isprintable():
        text = "".join(one if one.isprintable() or one in JOINERS else " " for one in text)
    row: Row = []
    for character, width in characters(text):
        if width:
            row.append((character, role if character != " " else blank))
            row += [("", role)] * (width - 1)
    return row


def fit(row: Row, width: int) -> Row:
    """The row cut or filled to exactly so many cells; a blank stands for half a character."""
    width = max(0, width)
    if 0 < width < len(row) and not row[width][0]:
        return [*row[: width - 1], (" ", PLAIN)]
    return row[:width] + [(" ", PLAIN)] * (width - len(row))


def put(row: Row, at: int, part: Row) -> None:
    """Write cells over those of a row from one on, as far as it goes; a blank stands for what is
    left of a wide character that is written over in part."""
    end = min(len(row), at + len(part))
    if at >= end:
        return
    if not row[at][0]:
        row[at - 1] = (" ", PLAIN)
    if end < len(row) and not row[end][0]:
        row[end] = (" ", PLAIN)
    row[at:end] = fit(part, end - at)


def broken(row: Row, width: int) -> list[Row]:
    """The row in parts of at most so many cells, broken at blanks where there are any; a part has
    one character at least."""
    parts: list[Row] = []
    rest, width = row, max(1, width)
    while len(rest) > width:
        end = max((at for at in range(1, width + 1) if rest[at][0] == " "), default=width)
        if not rest[end][0]:
            end += 1 if end == 1 else -1
        parts.append(rest[:end])
        rest = rest[end + (rest[end : end + 1] == [(" ", PLAIN)]) :]
    return [*parts, rest]


def join(left: Row, right: Row, width: int, gap: int = 1) -> Row:
    """Two parts at the two ends of a row; the left one gives way where both do not fit."""
    if len(right) + gap > width:
        return fit(left, width)
    return fit(left, width - len(right) - gap) + cells(" " * gap) + right


def text_of(row: Row) -> str:
    """The characters of a row, without their roles."""
    return "".join(character for character, _ in row)


def changed_spans(old: Row, new: Row) -> list[tuple[int, int]]:
    """Where two rows differ, each from its first to past its last cell, wide characters whole.

    Differences with few equal cells between them are one span: to move the cursor and set the
    colours anew costs about as much as sending those. Cells of a heat map cost more.
    """
    if old == new:
        return []
    if len(old) != len(new):
        return [(0, max(len(old), len(new)))]
    spans: list[tuple[int, int]] = []
    for at, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        start, stop = at, at + 1
        while start and not (old[start][0] and new[start][0]):
            start -= 1
        while stop < len(new) and not (old[stop][0] and new[stop][0]):
            stop += 1
        if spans and _cost(new[spans[-1][1] : start]) < _WORTH_A_MOVE:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return spans


def _cost(gap: Row) -> int:
    """Bytes, about, that it takes to send cells."""
    grounds = [role for _, role in gap if _ON in role]
    changes = sum(one != other for one, other in pairwise(grounds)) + bool(grounds)
    return len(gap) + _WITH_GROUND * changes


def to_strip(row: Row, styles: Mapping[str, Style]) -> Strip:
    """The row as Textual shows it; a role without a style gets the plain one.

    A blank joins the run before it that has the same ground: every run costs its colours on the way
    to the terminal.
    Only braille and blanks stay apart: a picture of the screen (SVG) stretches each run to its
    width, and braille from a fallback font is wider than the blank.
    """
    plain = styles[PLAIN]
    segments: list[Segment] = []
    text, style = "", plain
    last, look, ground = PLAIN, plain, ""
    for character, role in row:
        blank = character == " "
        apart = text != "" and _is_braille(text[-1]) != _is_braille(character)
        before = ground
        if role != last:
            last, look, ground = role, styles.get(role, plain), ground_of(role)
        own = style if blank and not apart and ground == before else look
        if text and (own is not style or apart):
            segments.append(Segment(text, style))
            text = ""
        style = own
        text += character
    if text:
        segments.append(Segment(text, style))
    return Strip(segments, len(row))


def _is_braille(character: str) -> bool:
    return "\u2800" <= character <= "\u28ff"
