"""Text that may come from anywhere, made fit for a terminal. Pure.

Control codes in a name or a message could write to the clipboard, hide what is on the screen or
break the lines of a table.
"""

from __future__ import annotations

import re
import unicodedata

_NAME = 200
"""Characters of a name that are kept."""

JOINERS = frozenset("\u200c\u200d") | frozenset(map(chr, range(0xE0020, 0xE0080)))
"""What joins characters, or parts them, and is none itself: in an emoji made of several, the flag
of a region, a word. Not printable by Unicode's categories, but a part of what a person typed."""

_JOINS_NOTHING = re.compile("(?<!\\S)[\u200c\u200d\U000e0020-\U000e007f]+|[\u200c\u200d]+(?!\\S)")
"""Joiners at the beginning or the end of a word; but a flag ends in one."""

_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_SKIN_COLOURS = "".join(map(chr, range(0x1F3FB, 0x1F400)))

_COLOURS = re.compile(r"\x1b\[[\d;]*m")

_STEERS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""A code that colours, or moves the cursor of, a terminal."""

_TAKEN_BACK = re.compile(r"[^\n\x08]?\x08")

_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f]"  # C0 and C1
    r"|[\u2028\u2029]"  # line and paragraph separator
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # what turns the direction of writing
)

_NO_TEXT = re.compile(r"[\ud800-\udfff]")
"""Bytes of a file's name that are no text, as Python has them."""


def one_line(text: str, longest: int = _NAME) -> str:
    """The text on one line, without what is not printable.

    Args:
        text: for example a name or a reason.
        longest: characters that are kept; of one made of several, all or none.
    """
    if not text.isprintable():
        shown = (c if c.isprintable() or c in JOINERS else " " * c.isspace() for c in text)
        text = _JOINS_NOTHING.sub("", "".join(shown))
    words = " ".join(text.split())
    return words if len(words) <= longest else words[: _end_of_character(words, longest)].rstrip()


def _end_of_character(text: str, end: int) -> int:
    """Where the last character ends that is whole within so many code points."""
    for at in range(end, 0, -1):
        after, before = text[at], text[:at]
        half_a_flag = (at - len(before.rstrip(_FLAG_LETTERS))) % 2 and after in _FLAG_LETTERS
        marks_it = after in JOINERS or unicodedata.category(after).startswith("M")
        if not (half_a_flag or marks_it or after in _SKIN_COLOURS or before.endswith("\u200d")):
            return at
    return end  # one character, longer than that


def some_lines(text: str, longest: int) -> str:
    """The text with its lines, without what else is not printable.

    Args:
        text: for example a note.
        longest: characters that are kept; of one made of several, all or none.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    shown = ("".join(c for c in line if c.isprintable() or c in JOINERS) for line in lines)
    kept = "\n".join(map(str.rstrip, shown)).strip("\n")
    return kept if len(kept) <= longest else kept[: _end_of_character(kept, longest)].rstrip()


def without_colours(text: str) -> str:
    """The text without the codes that colour it in a terminal."""
    return _COLOURS.sub("", text)


def as_left_on_screen(text: str) -> str:
    r"""What a program printed as it stands in the end: of a line that was written over again and
    again, as progress bars do by ``\\r`` and backspaces, the last that was written.

    Args:
        text: with any control codes; those that are left are for ``visible``.
    """
    lines = _STEERS.sub("", text).replace("\r\n", "\n").split("\n")
    for at, line in enumerate(lines):
        if "\r" in line or "\b" in line:
            written = [part for part in line.split("\r") if part.strip("\b ")] or [""]
            last = written[-1]
            while "\b" in last:
                last = _TAKEN_BACK.sub("", last)
            lines[at] = last
    return "\n".join(lines)


def visible(text: str) -> str:
    r"""The text with its lines and tabs, without colours; other control codes as ``\x1b``."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub(_escaped, without_colours(lines))


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0] in "\n\t" else _code(found)


def visible_name(name: str) -> str:
    r"""The name of a file on one line: control codes and bytes that are no text as ``\x1b``."""
    if name.isprintable():
        return name
    return _NO_TEXT.sub(_code, _CONTROLS.sub(_code, name))


def _code(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def is_visible(text: str) -> bool:
    """Whether a text is bytes that are text, on one line, and steers no terminal."""
    return text.isprintable() or not (_CONTROLS.search(text) or _NO_TEXT.search(text))


def without_controls(text: str) -> str:
    """The text as wide as before, for what has its place on the screen already."""
    return text if text.isprintable() else _CONTROLS.sub("", text)
