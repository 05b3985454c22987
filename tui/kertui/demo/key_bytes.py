"""What a terminal sends for a key: a story's keys travel the way that a person's do."""

from __future__ import annotations

from typing import Final

_NAMED: Final = {
    "enter": "\r",
    "escape": "\x1b",
    "space": " ",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "shift+up": "\x1b[1;2A",
    "shift+down": "\x1b[1;2B",
    "shift+right": "\x1b[1;2C",
    "shift+left": "\x1b[1;2D",
}
"""As xterm sends them, by Textual's names."""


def bytes_of(key: str) -> str | None:
    """What a terminal sends for a key: one of the names above, ``ctrl`` with a letter
    (``ctrl+s``) or a character; None for a key that has no such name."""
    if len(key) == 1 and key.isprintable():
        return key
    modifier, _, letter = key.partition("+")
    if modifier == "ctrl" and len(letter) == 1 and "a" <= letter <= "z":
        return chr(ord(letter) - ord("a") + 1)
    return _NAMED.get(key)
