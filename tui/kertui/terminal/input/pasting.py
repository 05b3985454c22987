"""A pasted text as the place it is for can take it, and what to say of the rest. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kertasks.text.numbers import grouped
from kertasks.text.plain_text import without_controls

MOST_ON_A_LINE = 4_000
"""Characters of a paste into a field of one line that are kept: longer than any path."""

_CODES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\)"
)
"""Whole escape sequences: of a colour nothing is left, not even its number."""

_BREAK = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class FittedPaste:
    """What is put in, and what could not be."""

    text: str
    controls: int
    """Control codes that were taken out."""

    left_out: int
    """Characters at the end for which there was no room."""

    @property
    def said(self) -> str:
        """What a person must know of it; empty where all of it is there."""
        parts = []
        if self.controls:
            codes = "control code" if self.controls == 1 else "control codes"
            parts.append(f"{grouped(self.controls)} {codes} left out")
        if self.left_out:
            parts.append(f"no room for the last {grouped(self.left_out)} characters")
        return f"Pasted; {', '.join(parts)}." if parts else ""


def fit_paste(text: str, *, lines: bool, room: int, left_out: int = 0) -> FittedPaste:
    """Make a pasted text fit for a field.

    Args:
        text: as it came.
        lines: whether its lines are kept; else they are joined with blanks.
        room: characters there is room for.
        left_out: characters that were left out before.
    """
    plain, codes = _CODES.subn("", text)
    broken = _BREAK.sub("\n", plain).replace("\t", "    " if lines else " ")
    if lines:
        pieces = broken.split("\n")
    elif "\n" in broken:
        pieces = [" ".join(filter(None, map(str.strip, broken.split("\n"))))]
    else:
        pieces = [broken]
    clean = "\n".join(map(without_controls, pieces))
    controls = codes + sum(map(len, pieces)) + len(pieces) - 1 - len(clean)
    return FittedPaste(clean[:room], controls, max(0, len(clean) - room) + left_out)
