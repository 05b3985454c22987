"""Text cut to a width so that the cut shows, and broken into lines; all widths are in cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from kertui.terminal.cells import characters, cut
from kertui.terminal.glyphs import Glyphs

_NO_BREAK = "\N{NO-BREAK SPACE}"
_INSIDE_A_NUMBER = re.compile(r"(?<=\d) (?=\d{3}\b)|(?<=\d) (?=[^\W\d_]|%)")
"""The space between thousands, and the one between a number and its unit."""

_BLANKS_AND_WORD = re.compile(r"([ \t-\r]*)([^ \t-\r]+)")


def fitted(text: str, width: int, signs: Glyphs) -> str:
    """The text in at most ``width`` cells; its end says when something was left out."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    mark = signs.cut
    return cut(text, width - len(mark)).rstrip() + mark if width > len(mark) else mark


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """The lines of a text; no line ends inside a number or between a number and its unit.

    Only a word longer than a line is broken, and only a character wider than a line is wider.

    Args:
        text: of words.
        width: of the lines.
        indent: the cells by which the first of them is indented.
    """
    lines: list[str] = []
    line, left = " " * indent, width - indent
    begun = False
    for blanks, word in _BLANKS_AND_WORD.findall(_INSIDE_A_NUMBER.sub(_NO_BREAK, text)):
        gap, size = len(blanks) if begun else 0, cell_len(word)
        if line and gap + size > left and size <= width:
            lines.append(line)
            line, left, gap = "", width, 0
        line, left, begun = line + " " * gap, left - gap, True
        for part, cells in [(word, size)] if size <= left else characters(word):
            if line and cells > left:
                lines.append(line)
                line, left = "", width
            line, left = line + part, left - cells
    return [line.rstrip(" ").replace(_NO_BREAK, " ") for line in [*lines, line] if begun]


def wrap_parts(parts: Sequence[str], between: str, width: int) -> list[str]:
    """Parts side by side, as many on a line as fit; one too long for a line is wrapped."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1] + between + part) <= width:
            lines[-1] += between + part
        else:
            lines += wrap(part, width) or [part]
    return lines
