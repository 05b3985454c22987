"""How keys are called in the footer and the help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kertui.terminal.glyphs import Glyphs

if TYPE_CHECKING:
    from textual.binding import ActiveBinding

_NAMES = {
    "escape": "esc",
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "full_stop": ".",
    "comma": ",",
    "backspace": "backspace",
    "delete": "del",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def name_key(key: str, glyphs: Glyphs) -> str:
    """A Textual key as people write it: ``ctrl+p`` is ``^p``, ``enter`` is ``↵``."""
    *modifiers, last = key.split("+")
    names = {
        **_NAMES,
        "enter": glyphs.enter,
        "tab": glyphs.tab,
        "space": glyphs.space,
        "left": glyphs.left if not glyphs.ascii else "left",
        "right": glyphs.right if not glyphs.ascii else "right",
        "up": glyphs.up if not glyphs.ascii else "up",
        "down": glyphs.down if not glyphs.ascii else "down",
    }
    name = names.get(last, last)
    if name[:1] == "f" and name[1:].isdigit():
        name = name.upper()
    for modifier in reversed(modifiers):
        name = f"{glyphs.control}{name}" if modifier == "ctrl" else f"{modifier}+{name}"
    return name


def handiness(key: str) -> tuple[int, int]:
    """Sorts the keys of one action: a plain character first, then named keys, then chords."""
    character = len(key) == 1 or (key in _NAMES and len(_NAMES[key]) == 1)
    return (2 if "+" in key else 0 if character else 1), len(key)


def group_by_action(active: Iterable[ActiveBinding]) -> list[list[ActiveBinding]]:
    """Bindings that do the same together, the handiest key first."""
    grouped: dict[str, list[ActiveBinding]] = {}
    for entry in active:
        grouped.setdefault(entry.binding.action, []).append(entry)
    return [
        sorted(entries, key=lambda entry: handiness(entry.binding.key))
        for entries in grouped.values()
    ]
