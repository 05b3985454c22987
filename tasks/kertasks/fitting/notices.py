"""Why training goes another way than the fast one, and who is told so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kertasks.text.error_text import described

LOG = logging.getLogger("kertasks.fitting")


class CannotCompile(Exception):
    """This model or data cannot take the compiled way; the text says why, in a few words.

    Never reaches a person as an error: ``fit`` goes a slower way and tells the reason.
    """


@contextmanager
def failing_as_cannot_compile() -> Iterator[None]:
    """Within it, every error is a reason why the compiled way cannot be taken.

    Raises:
        CannotCompile: with the reason in what was raised.
    """
    try:
        yield
    except CannotCompile:
        raise
    except Exception as error:
        raise CannotCompile(described(error)) from error


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
        LOG.warning(text)
        if self._hook is not None:
            self._hook(text)
