"""Signs that a font or an encoding lacks, folded into others as many cells wide. Pure."""

from __future__ import annotations

import codecs
import unicodedata
from functools import lru_cache

from rich.cells import cell_len

from kertui.terminal.cells import characters

FOLDED = "kertui.folded"
"""The name of the way to encode what an encoding lacks, for ``errors`` of a stream."""

PLAIN = "kertui_ascii"
"""ASCII by a name of its own: click takes a stream in ASCII for a mistake, and writes UTF-8."""

_OLD_SIGNS = frozenset("☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂" + bytes(range(128, 255)).decode("cp437"))
"""What is in the fonts of old consoles beside ASCII: the characters of the first PCs."""

_BLOCKS = {
    **str.maketrans("▘▝▖▗▌▐▚▞▛▜▙▟▔▁▂▃▅▆▇", "▀▀▄▄████████▀▄▄▄███"),
    **str.maketrans("●◆★▶▸❯◀◂❮▾✓✔⎯╌┄╴╶━┃╭╮╯╰", "••♦►►►◄◄◄▼√√─────═║┌┐┘└"),
}

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


def _fold(character: str, width: int) -> str:
    """ASCII of the same width in cells: ``é`` -> ``e``, braille by how many dots it has."""
    if character.isascii():
        return character
    if len(character) == 1:
        code = ord(character)
        if to := _TABLE.get(code):
            return chr(to)
        if 0x2800 <= code <= 0x28FF:
            return " .::****#"[(code - 0x2800).bit_count()]
    folded = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return folded if len(folded) == width else "?" * width


def _to_old_sign(character: str) -> str:
    if character < "\x80" or character in _OLD_SIGNS or character.isalpha():
        return character
    code = ord(character)
    if 0x2800 <= code <= 0x28FF:
        dots = code - 0x2800
        upper, lower = bool(dots & 0x1B), bool(dots & 0xE4)
        return " ▀▄█"[upper + 2 * lower]
    if to := _BLOCKS.get(code) or _TABLE.get(code):
        return chr(to)
    return character


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """The text with every character outside ASCII replaced, as many cells wide as before."""
    return text if text.isascii() else "".join(_fold(*one) for one in characters(text))


@lru_cache(4096)
def to_old_signs(text: str) -> str:
    """The text with signs that old fonts have, as many cells wide; letters of any alphabet stay."""
    return text if text.isascii() else "".join(map(_to_old_sign, text))


def _folded(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, start, end = error.object, error.start, error.end
    folded = to_ascii(text[start:end])
    # Marks alone take no cell, but may make the character before them a wide one.
    wider = cell_len(text[:end]) - cell_len(text[:start]) - len(folded)
    return folded + "?" * wider, end


def _plain_codec(name: str) -> codecs.CodecInfo | None:
    found = codecs.lookup("ascii")
    if name != PLAIN:
        return None
    return codecs.CodecInfo(
        found.encode,
        found.decode,
        found.streamreader,
        found.streamwriter,
        found.incrementalencoder,
        found.incrementaldecoder,
        name=PLAIN,
    )


codecs.register_error(FOLDED, _folded)
codecs.register(_plain_codec)
