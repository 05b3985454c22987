"""Rows of text with colours, as cells to compare and as strips for Textual to show.

A cell is a character and the name of its role (``"train"``, ``"dim"``, …); a widget maps roles
to its theme's colours. Comparing cells finds the span of a row that really changed: Textual
sends every cell of what is refreshed, changed or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Cell: TypeAlias = tuple[str, str]
"""A character one column wide, and its role."""

Row: TypeAlias = list[Cell]

PLAIN = ""
"""The role of text in the widget's own colour."""

RUN_ROLES = tuple(f"run-{number}" for number in range(8))
"""The roles of runs on the same axes; a theme has a class colour for each."""

ROLES = ("train", "validation", "train-raw", "validation-raw", *RUN_ROLES)
"""What curves are drawn in; the place in this tuple is a colour's number between us and plotext."""

_FIRST_NUMBER = 16
_WORTH_A_MOVE = 16
_SGR = re.compile(r"\x1b\[([\d;]*)m")
_COLOUR = re.compile(r"38;5;(\d+)")


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
    """Plain text in one role. A blank has none: it looks the same in all of them, and it
    stands for what is not printable."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return [(character, role if character != " " else PLAIN) for character in text]


def fit(row: Row, width: int) -> Row:
    """The row cut or filled to exactly so many cells."""
    return row[:width] + [(" ", PLAIN)] * (width - len(row))


def join(left: Row, right: Row, width: int, gap: int = 1) -> Row:
    """Two parts at the two ends of a row; the left one gives way where both do not fit."""
    if len(right) + gap > width:
        return fit(left, width)
    return fit(left, width - len(right) - gap) + cells(" " * gap) + right


def text_of(row: Row) -> str:
    """The characters of a row, without their roles."""
    return "".join(character for character, _ in row)


def changed_spans(old: Row, new: Row) -> list[tuple[int, int]]:
    """Where two rows differ, each from its first to past its last cell.

    Differences with few equal cells between them are one span: to move the cursor and set the
    colours anew costs about as much as sending those.
    """
    if old == new:
        return []
    if len(old) != len(new):
        return [(0, max(len(old), len(new)))]
    spans: list[tuple[int, int]] = []
    for at, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if spans and at - spans[-1][1] < _WORTH_A_MOVE:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


def to_strip(row: Row, styles: Mapping[str, Style]) -> Strip:
    """The row as Textual shows it; a role without a style gets the plain one.

    A blank joins the run before it: every run costs its colours on the way to the terminal.
    Only braille and blanks stay apart: a picture of the screen (SVG) stretches each run to its
    width, and braille from a fallback font is wider than the blank.
    """
    plain = styles[PLAIN]
    segments: list[Segment] = []
    text, style = "", plain
    for character, role in row:
        blank = character == " "
        apart = text != "" and _is_braille(text[-1]) != _is_braille(character)
        own = style if blank and not apart else styles.get(role, plain)
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
