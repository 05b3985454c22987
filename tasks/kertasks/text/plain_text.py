"""Text that may come from anywhere, made fit for a terminal. Pure.

Control codes in a name or a message could write to the clipboard, hide what is on the screen or
break the lines of a table.
"""

from __future__ import annotations

import re

_NAME = 200
"""Characters of a name that are kept."""

_COLOURS = re.compile(r"\x1b\[[\d;]*m")

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
        longest: characters that are kept.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " * c.isspace() for c in text)
    return " ".join(text.split())[:longest].rstrip()


def without_colours(text: str) -> str:
    """The text without the codes that colour it in a terminal."""
    return _COLOURS.sub("", text)


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
