"""What the terminal can do, found out before Textual is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the interface may use of the terminal."""

    ascii: bool = False
    """Whether to draw with ASCII characters only."""

    colour: bool = True
    """False when ``NO_COLOR`` is set: bold, reverse and underline stand for colours."""

    over_ssh: bool = False
    """Whether every byte goes through a network: then no animation, fewer frames."""

    mouse: bool = True
    """Whether to ask the terminal to report the mouse."""


def detect(
    ascii: bool = False, mouse: bool = True, environ: Mapping[str, str] | None = None
) -> Capabilities:
    """Find out what the terminal can do.

    Args:
        ascii: the person asked for ASCII (``--ascii``).
        mouse: False when the person asked for no mouse (``--no-mouse``).
        environ: the environment; the process's own by default.
    """
    if environ is None:
        environ = {**os.environ, **_locale_at_start()}
    return Capabilities(
        ascii=ascii or not is_utf8_locale(environ),
        colour=not environ.get("NO_COLOR"),
        over_ssh=bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")),
        mouse=mouse,
    )


def is_utf8_locale(environ: Mapping[str, str]) -> bool:
    """Whether the locale's characters are UTF-8, by the variable that decides (POSIX order)."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if value := environ.get(name):
            return value.lower().replace("-", "").endswith(("utf8", "utf8@euro"))
    return False


def _locale_at_start() -> dict[str, str]:
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
    if environ.get("NO_COLOR") == "":
        # Empty means "not set" (no-color.org), but Textual goes by presence.
        del environ["NO_COLOR"]
