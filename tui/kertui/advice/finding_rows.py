"""Findings as rows of cells: what is wrong, the numbers, why, what mends it, what trying gave.
Pure."""

from __future__ import annotations

from kertasks.text.numbers import grouped
from kertui.advice.finding_words import fix_of, headline, numbers_of, tried_words
from kertui.advice.known_advice import Advised, KnownAdvice
from kertui.plotting.fact_rows import sentence_rows
from kertui.plotting.strips import PLAIN, Row, cells, fit
from kertui.terminal.glyphs import Glyphs
from kertui.text.finding_look import counted_from_one, sign_of
from kertui.text.fitting_text import wrap

_MARK = 2
_LABEL = 10
"""Cells of the column that says what stands beside it."""

_WIDEST = 100
"""Cells of a text: longer lines are hard to read."""


def finding_rows(
    known: KnownAdvice, cursor: int, width: int, height: int, signs: Glyphs
) -> tuple[list[Row], list[int]]:
    """All findings under each other.

    Args:
        known: the findings, in order.
        cursor: the place of the chosen one.
        width: of the rows.
        height: rows there are to see at once, for a sentence where there is no finding.
        signs: the signs to draw with.

    Returns:
        The rows, and in which of them each finding begins.
    """
    if not known.entries:
        text = known.looking or (f"No advice: {known.trouble}." if known.trouble else NOTHING)
        role = "dim" if known.looking or known.trouble else "strong"
        return sentence_rows(text, width, height, role), []
    rows: list[Row] = []
    begins = []
    for place, entry in enumerate(known.entries):
        if rows and not (entry.dismissed and known.entries[place - 1].dismissed):
            rows.append([])
        begins.append(len(rows))
        rows += _entry_rows(known, entry, width, signs, chosen=place == cursor)
    if known.trouble:
        rows += [[], *_labelled("", f"No advice on the recipe: {known.trouble}.", "dim", width)]
    return [fit(row, width) for row in rows], begins


NOTHING = "Nothing found that keeps it from learning."


def _entry_rows(
    known: KnownAdvice, entry: Advised, width: int, signs: Glyphs, *, chosen: bool
) -> list[Row]:
    finding = entry.finding
    sign, role = sign_of(finding.severity, signs)
    mark = cells((signs.cursor if chosen else " ").ljust(_MARK), "chosen")
    place, said = headline(finding, known.recipe)
    room = max(8, min(width - _MARK - 2, _WIDEST))
    if entry.epoch is not None:
        said += f"  (epoch {grouped(entry.epoch)})"
    if entry.dismissed:
        said += "  (dismissed)"
    lines = wrap(f"{place}{said}", room)
    first = lines[0] if lines else ""
    strong = len(place) if first.startswith(place) else 0
    text_role, place_role = ("dim", "dim") if entry.dismissed else (PLAIN, "strong")
    rows = [
        mark
        + cells(f"{sign} ", "dim" if entry.dismissed else role)
        + cells(first[:strong], place_role)
        + cells(first[strong:], text_role)
    ]
    rows += [cells(" " * (_MARK + 2)) + cells(line, text_role) for line in lines[1:]]
    if entry.dismissed:
        return rows
    if finding.numbers:
        rows += _labelled("numbers", numbers_of(finding, signs), PLAIN, width)
    if finding.explanation:
        rows += _labelled("why", counted_from_one(finding.explanation), PLAIN, width)
    if entry.fixed is not None and known.recipe is not None:
        role = PLAIN if entry.offered is not None else "dim"
        rows += _labelled("fix", fix_of(finding, known.recipe), role, width)
    text, role = _trial(entry, signs)
    return rows + (_labelled("tried", text, role, width) if text else [])


def _trial(entry: Advised, signs: Glyphs) -> tuple[str, str]:
    """What is to be said of trying the fix, and its role."""
    if entry.fixed is None:
        return "", ""
    if entry.trying:
        return f"being tried {signs.ellipsis}", "dim"
    if entry.untried:
        return f"cannot be tried: {entry.untried}", "dim"
    if entry.tried is None:
        return "not yet", "dim"
    return tried_words(entry.tried, signs), "accent" if entry.tried.helps else "dim"


def _labelled(label: str, text: str, role: str, width: int) -> list[Row]:
    """A text with what it is in the column before it."""
    before = _MARK + 2
    room = max(8, min(width - before - _LABEL, _WIDEST))
    return [
        cells(" " * before)
        + cells("" if number else label, "dim")
        + cells(" " * (_LABEL if number else _LABEL - len(label)))
        + cells(line, role)
        for number, line in enumerate(wrap(text, room))
    ]
