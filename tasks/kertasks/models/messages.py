"""Why a recipe cannot become a model: Keras's errors in one line for a person."""

from __future__ import annotations

import re
from collections.abc import Callable

from kertasks.errors import UserError
from kertasks.models.check import Finding
from kertasks.text.error_text import without_stack


class BuildError(UserError):
    """A part of a recipe that Keras, or the data, refuses."""

    def __init__(self, path: str, reason: str, *more: Finding, source: str | None = None) -> None:
        self.findings = (Finding(path, reason), *more)
        """All that is refused, at least one."""

        where = f"{source}: " if source else ""
        super().__init__("\n".join(f"{where}{finding}" for finding in self.findings))
        self.path = path
        """Where the first is, as in ``--set``: ``layers.1``, ``compile.loss``."""

        self.reason = reason
        """Why the first is refused, in one line."""


_DIMENSIONS = re.compile(
    r"expected (?P<which>min_ndim|max_ndim|ndim)=(?P<expected>\d+), found ndim=\d+\. "
    r"Full shape received: (?P<shape>\([^)]*\))"
)
_AXIS = re.compile(
    r"expected axis (?P<axis>-?\d+) of input shape to have value (?P<expected>\d+), "
    r"but received input with shape (?P<shape>\([^)]*\))"
)
_UNKNOWN = re.compile(r"Unrecognized keyword arguments passed to (?P<class>\w+): \{'(?P<name>\w+)'")
_SHAPE = re.compile(r"\(None, ?([^()]*)\)")
_TRAILING_COMMA = re.compile(r"\((\d+|None),\)")
_OBJECT = re.compile(r"<(?:class '|function |bound method )?(?:\w+\.)*(\w+)[^>]*>")
_MODULE = re.compile(r"\b(?:keras|tensorflow|tf)(?:\.\w+)+\.(\w+)")
_RECEIVED = re.compile(r"[.,]?\s*(?:Full \w+ )?Received:? (?!.*shape).*$", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[^.\d][.!?])\s+(?=[A-Z`(])")
_BARE = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError)
"""Errors that say what failed inside Keras, not what is wrong with the recipe."""


def one_line(error: BaseException) -> str:
    """The reason in an error of Keras: one line, no class paths, no batch axis."""
    text = without_stack(error)
    for pattern, shorten in _SHORTER:
        found = pattern.search(text)
        if found:
            return shorten(found)
    text = _tidy(text)
    if not text or isinstance(error, _BARE):
        return f"Keras fails on it ({type(error).__name__}{': ' if text else ''}{text})"
    return text


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    text = _MODULE.sub(r"\1", _OBJECT.sub(r"\1", text)).replace("`", "")
    if len(_RECEIVED.sub("", text)) > 20:
        text = _RECEIVED.sub("", text)
    sentences = _SENTENCE.split(text)
    line = sentences[0]
    # "Invalid x. Expected y." says nothing without its second sentence.
    if len(sentences) > 1 and len(line) < 60 and len(line) + len(sentences[1]) < 160:
        line = f"{line} {sentences[1]}"
    line = _SHAPE.sub(lambda found: f"({found[1].strip().rstrip(',')})", line)
    return _TRAILING_COMMA.sub(r"(\1)", line).rstrip(". ")


def _dimensions(found: re.Match[str]) -> str:
    # Keras counts the rows as a dimension; a recipe's shapes leave them out.
    count = int(found["expected"]) - 1
    words = {"min_ndim": "at least ", "max_ndim": "at most ", "ndim": ""}
    plural = "" if count == 1 else "s"
    return f"expects {words[found['which']]}{count} dimension{plural}, gets {_row(found['shape'])}"


def _axis(found: re.Match[str]) -> str:
    return (
        f"expects {found['expected']} values on axis {found['axis']}, gets {_row(found['shape'])}"
    )


def _unknown(found: re.Match[str]) -> str:
    return f"{found['class']} has no argument {found['name']}"


_SHORTER: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_DIMENSIONS, _dimensions),
    (_AXIS, _axis),
    (_UNKNOWN, _unknown),
)


def _row(shape: str) -> str:
    """A shape without the batch axis: ``(None, 8)`` is ``(8)``."""
    sizes = [size.strip() for size in shape.strip("()").split(",") if size.strip()]
    return f"({', '.join(sizes[1:])})"
