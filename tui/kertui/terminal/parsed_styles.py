"""Textual 8.2 parses the same style sheets again and again; here each is parsed once.

Textual keeps 64 parsed sheets, and a screen here has more widgets than that with one of their own:
whenever a widget of another class came, every sheet was parsed anew. Each rule was also asked for
its hash by a method in Python, for every widget. Both took a seventh of the processor's time of a
session (the first screen, the workbench, the help).
"""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parsed: dict[frozenset[tuple[str, str]], dict[Any, list[RuleSet]]] = {}
"""By the values of variables, which a theme sets: what was parsed of each source."""

_init = Stylesheet.__init__
_set_variables = Stylesheet.set_variables


def parse_styles_once() -> None:
    """Have Textual keep all that it parses; to be called before an app is made. Once is enough,
    again does no harm."""
    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]  # as its own: by identity
    Stylesheet.__init__ = _init_and_share  # type: ignore[method-assign, assignment]
    Stylesheet.set_variables = _set_and_share  # type: ignore[method-assign, assignment]


def _init_and_share(sheet: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
    _init(sheet, variables=variables)
    _share(sheet)


def _set_and_share(sheet: Stylesheet, variables: dict[str, str]) -> None:
    sheet._parse_cache = {}  # type: ignore[assignment]  # Textual empties the one that is there
    _set_variables(sheet, variables)
    _share(sheet)


def _share(sheet: Stylesheet) -> None:
    sheet._parse_cache = _parsed.setdefault(frozenset(sheet._variables.items()), {})  # type: ignore[assignment]
