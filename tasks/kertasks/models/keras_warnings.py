"""What Keras warns of, caught for the person: Python's warnings and the lines Keras logs."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_CATEGORIES = (UserWarning, SyntaxWarning, RuntimeWarning)
"""Those meant for whoever uses a library; deprecations are meant for its authors."""

_LOGGERS = ("absl", "keras")
"""Keras logs by way of absl."""

_SAID_BEFORE = ("Early stopping conditioned on metric",)
"""How what the check of a recipe has said already, in plainer words, begins."""

_PLACE = re.compile(r"^(?:layers|compile|fit|data)[\w.]*: ")
_SHAPES = re.compile(r"\([^()]*\)|\d+")


class RecipeWarning(UserWarning):
    """What a person should know of a recipe before it is trained."""


@contextmanager
def hearing_warnings(tell: Callable[[str], None]) -> Iterator[None]:
    """Within it, every warning is told too, in one line each.

    It still goes to stderr or the log as well, the first of several that say the same.
    """
    owner = threading.get_ident()  # others may use libraries of their own meanwhile
    handler = _Handler(tell, owner)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    with warnings.catch_warnings():
        shown = warnings.showwarning
        for category in _CATEGORIES:
            warnings.simplefilter("always", category)  # not once a process, but once a listener

        printed: set[str] = set()

        def show(message: Any, category: Any, *place: Any, **more: Any) -> None:
            text = " ".join(str(message).split())
            is_meant = issubclass(category, _CATEGORIES) and threading.get_ident() == owner
            if is_meant and not text.startswith(_SAID_BEFORE):
                tell(text)
            if text not in printed:
                printed.add(text)
                shown(message, category, *place, **more)

        warnings.showwarning = show
        for logger in loggers:
            logger.addHandler(handler)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, tell: Callable[[str], None], owner: int) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._owner = owner

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._owner:
            self._tell(" ".join(record.getMessage().split()))


class OnceEach:
    """Tells each thing once, though it is said of other places, shapes and numbers again.

    Args:
        tell: gets what was not told before.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def __call__(self, text: str) -> None:
        """Tell it, unless it was told before."""
        if self.know(text):
            self._tell(text)

    def know(self, text: str) -> bool:
        """Take it for told; False where it was told before."""
        key = _SHAPES.sub("", _PLACE.sub("", text))
        is_new = key not in self._told
        self._told.add(key)
        return is_new
