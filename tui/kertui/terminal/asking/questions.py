"""What is asked of the terminal, and what follows from its answers. Pure.

No variable of the environment is sure: ``COLORTERM`` reaches into a GNU screen that knows 256
colours, a locale says nothing of the program at the other end of the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kertui.terminal.capabilities import Capabilities, Colours, Host

ASKS_PLACE: Final = "\x1b[6n"
"""Asks where the cursor is."""

_PROBE: Final = "\x1b[H▸⣿{}\r\x1b[2K"
"""Two signs at the beginning of the first line, which are painted over at once: where the cursor
comes to lie then tells how wide the terminal draws them, or that it does not read UTF-8."""

_COLOUR: Final = "\x1b[48:2::1:2:3m\x1bP$qm\x1b\\\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m"
"""Sets a colour, in both spellings, and asks which one is set."""

_KIND: Final = "\x1b[>c"
"""Asks which program it is."""

_ANYTHING: Final = "\x1b[c"
"""Every terminal answers this, after all that was asked before."""

_SCREEN, _TMUX = 83, 84
"""What GNU screen and tmux say that they are."""


def questions_for(capabilities: Capabilities) -> str:
    """What to write to a terminal to know more of it."""
    probe = "" if capabilities.ascii or capabilities.blocks else _PROBE.format(ASKS_PLACE)
    # GNU screen hands a string on to the terminal around it, whose answer is none of its own, and
    # Linux's own console prints it.
    colour = _COLOUR if capabilities.colour and capabilities.host is Host.TERMINAL else ""
    return f"{probe}{colour}{_KIND}{_ANYTHING}"


def conclude(capabilities: Capabilities, answers: Sequence[str]) -> Capabilities:
    """What the terminal can do, by what it answered; what it did not answer stays as it was."""
    known = capabilities
    for answer in answers:
        if place := re.fullmatch(r"\x1b\[(\d+);(\d+)R", answer):
            if int(place[2]) != 3 and not known.marker_chosen:
                known = replace(known, ascii=True)
        elif kind := re.fullmatch(r"\x1b\[>(\d+)(;\d+)*c", answer):
            host = {_SCREEN: Host.SCREEN, _TMUX: Host.TMUX}.get(int(kind[1]))
            if host is not None and known.host is Host.TERMINAL:
                known = replace(known, host=host, colours=min(known.colours, Colours.PALETTE))
        elif told := re.fullmatch(r"\x1bP1\$r(.*)m\x1b\\", answer):
            known = _by_colour(known, told[1])
    return known


def _by_colour(known: Capabilities, told: str) -> Capabilities:
    if not known.colour or known.host is not Host.TERMINAL:
        return known
    if re.search(r"48[:;]2[:;](\d*:)?1[:;]2[:;]3\b", told):
        return replace(known, colours=Colours.TRUE)
    if re.search(r"48[:;]5[:;]\d", told):  # the nearest one that it has
        return replace(known, colours=min(known.colours, Colours.PALETTE))
    return known
