"""Tells a person, in one place, that training goes another way than the fast one, and why."""

from __future__ import annotations

import logging
from collections.abc import Callable

_log = logging.getLogger("kertasks.fitting")


class Notices:
    """Sends each sentence to the log and to the person's hook, once a run."""

    def __init__(self, hook: Callable[[str], None] | None = None) -> None:
        self._hook = hook
        self._told: set[str] = set()

    def tell(self, text: str) -> None:
        """Report one thing."""
        if text in self._told:
            return
        self._told.add(text)
        _log.warning(text)
        if self._hook is not None:
            self._hook(text)
