"""Keras's errors in one line for a person."""

from __future__ import annotations

import re
from collections.abc import Callable

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CALLING = re.compile(
    r"^Exception encountered when calling .*?\.\s*(?=\S)(?P<inner>.*?)"
    r"(?:\s*Arguments received by .*)?$",
    re.DOTALL,
)
_DIMENSIONS = re.compile(
    r"expected (?P<which>min_ndim|max_ndim|ndim)=(?P<expected>\d+), found ndim=\d+\. "
    r"Full shape received: (?P<shape>\([^)]*\))"
)
_AXIS = re.compile(
    r"expected axis (?P<axis>-?\d+) of input shape to have value (?P<expected>\d+), "
    r"but received input with shape (?P<shape>\([^)]*\))"
)
_UNKNOWN = re.compile(r"Unrecognized keyword arguments passed to \w+: \{'(?P<name>\w+)'")
_BATCH = re.compile(r"\((?:None|2|batch\w*), ?")
_SHAPE = re.compile(r"\(None, ?([^()]*)\)")
_OBJECT = re.compile(r"<(?:class '|function |bound method )?(?:\w+\.)*(\w+)[^>]*>")
_MODULE = re.compile(r"\b(?:keras|tensorflow|tf)(?:\.\w+)+\.(\w+)")
_RECEIVED = re.compile(
    r"(?:,? ?(?:but )?(?:instead )?|\.? )(?:Full (?:\w+ )?)?Received(?: instead)?:", re.I
)
_SENTENCE = re.compile(r"(?<=[^.\d][.!?])\s+(?=[A-Z`(])")


def one_line(error: BaseException) -> str:
    """The reason in an error of Keras: one line, no class paths, no batch axis."""
    text = _ANSI.sub("", str(error)).strip()
    called = _CALLING.match(text)
    if called:
        text = called["inner"].strip()
    for pattern, shorten in _SHORTER:
        found = pattern.search(text)
        if found:
            return shorten(found)
    text = " ".join(text.split())
    if not text:
        return type(error).__name__
    return _without_batch(_tidy(text))


def _tidy(text: str) -> str:
    text = _OBJECT.sub(r"\1", text)
    text = _MODULE.sub(r"\1", text)
    sentences = _SENTENCE.split(text)
    line = sentences[0]
    # "Invalid x. Expected y." says nothing without its second sentence.
    if len(sentences) > 1 and len(line) < 60 and len(line) + len(sentences[1]) < 160:
        line = f"{line} {sentences[1]}"
    return line.rstrip(".") if line.count(". ") == 0 else line


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
    return f"has no argument {found['name']}"


_SHORTER: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_DIMENSIONS, _dimensions),
    (_AXIS, _axis),
    (_UNKNOWN, _unknown),
)


def _row(shape: str) -> str:
    """A shape without the batch axis: ``(None, 8)`` is ``(8)``."""
    sizes = [size.strip() for size in shape.strip("()").split(",") if size.strip()]
    return f"({', '.join(sizes[1:])})"


def _without_batch(text: str) -> str:
    return _SHAPE.sub(lambda found: f"({found[1].strip().rstrip(',')})", text)
