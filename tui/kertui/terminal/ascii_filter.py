"""The last step before the terminal in ASCII mode: every cell is ASCII, whoever drew it.

Textual draws borders, scrollbars, switches and arrows of its own, and data brings texts in any
alphabet. A line filter sees every cell of every widget, which overriding each of them would not.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_BY_CHARACTERS = {
    "─━═╌╍┄┅╴╶╸╺⎯—–−‐▔▁": "-",
    "│┃║╎╏┆┇╷╵╹╻▏▎▍▌▐▕▊▋⎸": "|",
    "┌┐└┘├┤┬┴┼╭╮╯╰┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╪╫": "+",
    "█▓▉■▀▄▂▃▅▆▇▰◼": "#",
    "▒": "+",
    "░▱": ".",
    "●•◆★✱": "*",
    "○◇◦□△": "o",
    "▲↑⌃": "^",
    "▼▾↓": "v",
    "▶▸❯›→⇥»": ">",
    "◀◂❮‹←⇤«": "<",
    "↵⏎": "<",
    "·": "-",
    "…": "~",
    "✓✔": "+",
    "×✗✘✕╳": "x",
    "≤⩽": "<",
    "≥⩾": ">",
    "≈∼": "~",
    "±": "+",
    "µμ": "u",
    "€": "E",
    "£": "L",
    "¥": "Y",
    "’‘": "'",
    "“”": '"',
    "\u00a0\u2007\u202f": " ",
}
_TABLE = {
    **str.maketrans("αβγδεζηθικλνξοπρςστυφχψω", "abgdezhqiklnxoprsstufcyw"),
    **{ord(one): ord(to) for characters, to in _BY_CHARACTERS.items() for one in characters},
}


def _fold(character: str) -> str:
    """ASCII of the same width in cells: ``é`` -> ``e``, braille by how many dots it has."""
    if character < "\x80":
        return character
    if to := _TABLE.get(ord(character)):
        return chr(to)
    width = cell_len(character)
    code = ord(character)
    if 0x2800 <= code <= 0x28FF:
        return " .::****#"[(code - 0x2800).bit_count()]
    folded = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return folded if len(folded) == width else "?" * width


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """The text with every character outside ASCII replaced, as many cells wide as before."""
    return text if text.isascii() else "".join(map(_fold, text))


class AsciiFilter(LineFilter):
    """Replaces what is not ASCII, cell for cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same segments in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(to_ascii(segment.text), *segment[1:])
            for segment in segments
        ]
