"""Why training goes another way than the fast one, and who is told so."""

from __future__ import annotations

import logging
from collections.abc import Callable


class CannotCompile(Exception):
    """This model or data cannot take the compiled way; the text says why, in a few words.

    Never reaches a person as an error: ``fit`` goes a slower way and tells the reason.
    """


def first_line(error: Exception) -> str:
    """The gist of an error for a notice: its class and the first line that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return f"{type(error).__name__}: {text[:200]}"


_log = logging.getLogger("kertasks.fitting")


class Notices:
    """Sends each sentence to the log and to the person's hook, once a run."""

    def __init__(self, hook: Callable[[str], None] | None = None) -> None:
        self._hook = hook
        self._told: set[str] = set()

    def tell(self, text: str) -> None:
        """Report one thing, unless it was reported before."""
        if text in self._told:
            return
        self._told.add(text)
        _log.warning(text)
        if self._hook is not None:
            self._hook(text)
