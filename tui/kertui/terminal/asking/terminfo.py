"""What the system's database of terminals says of a kind of terminal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Terminfo:
    """What is known of a kind of terminal."""

    moves_cursor: bool
    """Whether the cursor can be put anywhere on the screen."""

    colours: int
    """How many there are; 0 for none."""


_COMMON = ("xterm-256color", "screen-256color", "tmux-256color", "linux", "xterm")
"""Kinds of which it is known by heart that they move their cursor and have colours: the first
paint does not wait for the database."""


@cache
def look_up(term: str) -> Terminfo | None:
    """Look a kind of terminal up; None where it is not known, or where there is no database.

    Args:
        term: its name, of ``TERM``. A process can ask for one only: the C library keeps it.
    """
    if term in _COMMON:
        return Terminfo(moves_cursor=True, colours=8)
    try:
        import curses
    except ImportError:
        return None
    try:
        curses.setupterm(term or "unknown", 1)
    except curses.error:
        return None
    return Terminfo(curses.tigetstr("cup") is not None, max(0, curses.tigetnum("colors")))
