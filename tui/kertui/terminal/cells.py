"""How many cells of a terminal a text takes, by the characters that a person sees.

Such a character may be several code points: a letter with its accents, an emoji joined of others,
a flag of two letters. It takes two cells, one or none. Rich counts them, as Textual does when it
puts a line together: what is cut and filled by another count would stand beside its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

_LATIN_AND_LINES = (
    r" -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482"  # Latin, Greek, Cyrillic
    r"\u2500-\u25fc\u2800-\u28ff"  # what boxes and curves are drawn with
)
_SINGLE = re.compile(f"[{_LATIN_AND_LINES}]*")
"""Text in which every code point is a character of one cell."""

_COUNTED_OTHERWISE = re.compile(
    f".?(?:[^{_LATIN_AND_LINES}"
    r"\u2010-\u2027\u2030-\u205e\u2190-\u23ff\u2600-\u27bf"  # dashes, dots, arrows, signs
    r"\u2e80-\u3029\u3030-\u3098\u309b-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]"
    r"|(?<=\u200d).)+"  # and what is joined to it
)
"""What is neither of those nor Chinese, Japanese or Korean: about how wide marks, joined emoji and
flags are terminals do not agree. With the character before it, which marks belong to."""

_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of them are a flag; Rich takes each for a character."""


def is_single(text: str) -> bool:
    """Whether every code point of the text is a character of one cell, as in most texts."""
    return _SINGLE.fullmatch(text) is not None


def characters(text: str) -> Iterator[tuple[str, int]]:
    """The characters of a text that a person sees, each with the cells it takes."""
    if is_single(text):
        yield from ((character, 1) for character in text)
        return
    half = ""
    for start, end, width in split_graphemes(text)[0]:
        character = text[start:end]
        flag = character[0] in _FLAG_LETTERS
        if half and flag:
            yield half + character, cell_len(half + character)
            half = ""
            continue
        if half:
            yield half, cell_len(half)
            half = ""
        if flag:
            half = character
        else:
            yield character, width
    if half:
        yield half, cell_len(half)


def cut(text: str, width: int) -> str:
    """As many of the first characters as fit into so many cells, none of them in part."""
    if cell_len(text) <= width:
        return text
    kept = []
    for character, cells in characters(text):
        width -= cells
        if width < 0:
            break
        kept.append(character)
    return "".join(kept)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with blanks to so many cells, after it or, to the ``right``, before it."""
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def placed(text: str, column: int) -> str:
    """The text as it is sent to a terminal, so that characters which terminals count otherwise, and
    what follows them, stand in their columns in each of them.

    Their cells are blanked, and the cursor is put to each and behind the last by escape codes.

    Args:
        text: without control codes.
        column: in which it begins, from 0.
    """

    def place(found: re.Match[str]) -> str:
        at = start = column + cell_len(text[: found.start()])
        parts = []
        for character, width in characters(found[0]):
            parts.append(f"\x1b[{at + 1}G{character}")
            at += width
        return f"{' ' * (at - start)}{''.join(parts)}\x1b[{at + 1}G"

    return _COUNTED_OTHERWISE.sub(place, text)
