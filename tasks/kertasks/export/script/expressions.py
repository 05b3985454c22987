"""Python expressions as text, laid out the way ``ruff format`` lays them out."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kertasks.text.plain_text import one_line

WIDTH = 88
"""Columns a line may have: the formatters' own default."""

_STEP = 4


@dataclass(frozen=True, slots=True)
class Call:
    """A call; an argument without a name is a positional one."""

    name: str
    arguments: tuple[tuple[str | None, Expression], ...] = ()

    @classmethod
    def of(cls, name: str, *positional: Expression, **named: Expression) -> Call:
        """A call with arguments as Python takes them."""
        return cls(name, (*((None, value) for value in positional), *named.items()))


@dataclass(frozen=True, slots=True)
class Items:
    """A list of expressions."""

    entries: tuple[Expression, ...]


Expression: TypeAlias = str | Call | Items
"""A string is an expression that stands on one line as it is."""


def literal(value: object) -> str:
    """A value as Python reads it back: None, bool, int, float, str, or a tuple of them.

    Strings go through ``repr``, so that none can end before it should.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, str):
        text = repr(value)
        # Formatters want double quotes where that needs no backslash.
        return text if '"' in value or text[0] == '"' else f'"{text[1:-1]}"'
    if isinstance(value, (tuple, list)):
        entries = [literal(entry) for entry in value]
        return f"({entries[0]},)" if len(entries) == 1 else f"({', '.join(entries)})"
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    raise TypeError(f"{type(value).__name__} cannot be written into a script")


def lines_of(before: str, what: Expression, after: str = "", indent: int = 0) -> list[str]:
    """The expression between two texts: on one line, or an argument a line where it is long."""
    margin = " " * indent
    line = f"{margin}{before}{_flat(what)}{after}"
    if len(line) <= WIDTH or isinstance(what, str):
        return [line]
    if isinstance(what, Call):
        opening, closing = f"{what.name}(", ")"
        parts: Sequence[tuple[str | None, Expression]] = what.arguments
    else:
        opening, closing = "[", "]"
        parts = [(None, entry) for entry in what.entries]
    if not parts:
        return [line]
    lines = [f"{margin}{before}{opening}"]
    for name, value in parts:
        lines += lines_of(f"{name}=" if name else "", value, ",", indent + _STEP)
    return [*lines, f"{margin}{closing}{after}"]


def _flat(what: Expression) -> str:
    if isinstance(what, str):
        return what
    if isinstance(what, Items):
        return f"[{', '.join(map(_flat, what.entries))}]"
    arguments = (
        f"{name}={_flat(value)}" if name else _flat(value) for name, value in what.arguments
    )
    return f"{what.name}({', '.join(arguments)})"


def comment(text: str | None) -> list[str]:
    """Lines of a comment; none for no text. What ends a line or a file does neither in it."""
    plain = one_line(text or "", sys.maxsize)
    return textwrap.wrap(
        plain, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False
    )


def docstring(text: str) -> str:
    """A text as a docstring: in three quotes, or as a literal where it would end those."""
    ends = not text or text.endswith('"') or '"""' in text or "\\" in text
    return literal(text) if ends or not text.isprintable() else f'"""{text}"""'
