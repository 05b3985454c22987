"""What the terminal can do, as far as the environment tells, before Textual is imported.

What the terminal itself answers comes later (``kertui.terminal.asking.questions``).
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from pathlib import Path

from kertui.terminal.asking.terminfo import look_up
from kertui.terminal.glyphs import Marker


class Colours(IntEnum):
    """How many colours a terminal shows."""

    SIXTEEN = 16
    PALETTE = 256
    TRUE = 1 << 24


class Host(Enum):
    """What is between us and the person's window."""

    TERMINAL = "a terminal"
    CONSOLE = "Linux's own console, whose font has few signs"
    SCREEN = "GNU screen"
    TMUX = "tmux"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the interface may use of the terminal."""

    ascii: bool = False
    """Whether to draw with ASCII characters only."""

    blocks: bool = False
    """Whether to draw without Braille and the signs that old fonts lack."""

    marker_chosen: bool = False
    """Whether a person chose what curves are drawn with."""

    colour: bool = True
    """False when ``NO_COLOR`` is set: bold, reverse and underline stand for colours."""

    colours: Colours = Colours.TRUE
    """How many there are, where there are any."""

    host: Host = Host.TERMINAL

    over_ssh: bool = False
    """Whether every byte goes through a network: then no animation, fewer frames."""

    mouse: bool = True
    """Whether to ask the terminal to report the mouse."""

    @property
    def marker(self) -> Marker:
        """What curves are drawn with."""
        return Marker.ASCII if self.ascii else Marker.BLOCKS if self.blocks else Marker.BRAILLE

    @property
    def two_colours(self) -> bool:
        """Whether a cell can show any two colours, one over the other, in a half block."""
        return self.colour and self.colours >= Colours.PALETTE and not self.ascii

    def with_marker(self, marker: Marker) -> Capabilities:
        """The same with what a person chose to have curves drawn with."""
        return replace(
            self,
            ascii=marker is Marker.ASCII,
            blocks=marker is Marker.BLOCKS,
            marker_chosen=True,
        )


def detect(
    marker: Marker | None = None, mouse: bool = True, environ: Mapping[str, str] | None = None
) -> Capabilities:
    """Find out what the terminal can do.

    Args:
        marker: what a person asked curves to be drawn with (``--marker``, ``--ascii``).
        mouse: False when the person asked for no mouse (``--no-mouse``).
        environ: the environment; the process's own by default.
    """
    if environ is None:
        environ = {**os.environ, **locale_at_start()}
    term = environ.get("TERM", "")
    host = _host(term, environ)
    known = look_up(term)
    found = Capabilities(
        ascii=not (is_utf8_locale(environ) and _streams_take_utf8()),
        blocks=host is Host.CONSOLE,
        colour=not environ.get("NO_COLOR") and not (known is not None and known.colours == 0),
        colours=_colours(term, host, environ),
        host=host,
        over_ssh=bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")),
        mouse=mouse,
    )
    return found if marker is None else found.with_marker(marker)


def _host(term: str, environ: Mapping[str, str]) -> Host:
    if environ.get("TMUX") or term.startswith("tmux"):
        return Host.TMUX
    if environ.get("STY") or term.startswith("screen"):
        return Host.SCREEN
    return Host.CONSOLE if term == "linux" else Host.TERMINAL


def _colours(term: str, host: Host, environ: Mapping[str, str]) -> Colours:
    """How many colours there are, by all that names them."""
    asked_for = {"truecolor": Colours.TRUE, "256": Colours.PALETTE, "standard": Colours.SIXTEEN}
    if (asked := environ.get("TEXTUAL_COLOR_SYSTEM", "")) in asked_for:
        return asked_for[asked]
    if host is Host.CONSOLE:
        return Colours.SIXTEEN
    many = term.endswith("-direct") or (
        environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
        and environ.get("TERM_PROGRAM") != "Apple_Terminal"
    )
    # What a window can show is not what a screen or a tmux in it hands on.
    if many and host is Host.TERMINAL:
        return Colours.TRUE
    return Colours.PALETTE if many or "256" in term or host is Host.TMUX else Colours.SIXTEEN


def is_utf8_locale(environ: Mapping[str, str]) -> bool:
    """Whether the locale's characters are UTF-8, by the variable that decides (POSIX order)."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := environ.get(name):
            return value.lower().replace("-", "").endswith(("utf8", "utf8@euro"))
    return False


def _streams_take_utf8() -> bool:
    """Whether a person left Python's own streams as they are (``PYTHONIOENCODING`` changes it)."""
    streams = (sys.__stdout__, sys.__stderr__)
    return all(
        codecs.lookup(stream.encoding or "ascii").name in ("utf-8", "utf-8-sig")
        for stream in streams
        if stream is not None
    )


def locale_at_start() -> dict[str, str]:
    """The locale variables as the process got them.

    Python replaces a plain C locale by C.UTF-8 in its own environment (PEP 538) before any of
    our code runs, which says nothing about the terminal. Linux keeps the original.
    """
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    try:
        block = Path("/proc/self/environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in block.split(b"\0"))
    at_start = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
    return {name: at_start.get(name, "") for name in names}


def prepare_environment(
    capabilities: Capabilities, environ: MutableMapping[str, str] | None = None
) -> None:
    """Set what Textual reads from the environment while it is imported.

    Call it before the first ``import textual``. What the person has set is left alone.
    """
    environ = os.environ if environ is None else environ
    if capabilities.over_ssh:
        environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        environ.setdefault("TEXTUAL_FPS", "15")
    # Colours are made fit for the terminal here, with contrast, and not by Textual.
    environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    if environ.get("NO_COLOR") == "":
        # Empty means "not set" (no-color.org), but Textual goes by presence.
        del environ["NO_COLOR"]
