"""What stands above the columns of a sweep's settings, and in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kertasks.groups.sweep.dimension import Dimension, Range
from kertui.terminal.cells import cut

_NUMBER = re.compile(r"[+-]?[0-9._]+([eE][+-]?[0-9]+)?")

_WIDEST = 20
"""Cells of a value; a layer spelt out would push all else off the screen."""


def titles_of(dimensions: Sequence[Dimension]) -> list[str]:
    """The end of each path, as short as tells them apart: ``units``, or ``1.units`` and
    ``2.units``."""
    paths = [one.path.split(".") for one in dimensions]
    titles = []
    for path in paths:
        parts = 1
        while parts < len(path) and [each[-parts:] for each in paths].count(path[-parts:]) > 1:
            parts += 1
        titles.append(".".join(path[-parts:]))
    return titles


def sides_of(dimensions: Sequence[Dimension]) -> str:
    """To which side the values of each stand: numbers to the right."""
    return "".join("r" if _has_numbers(one) else "l" for one in dimensions)


def _has_numbers(dimension: Dimension) -> bool:
    if isinstance(dimension, Range):
        return True
    return all(_NUMBER.fullmatch(value) for value in dimension.values)


def short_value(text: str) -> str:
    """A value, cut where it is long."""
    return cut(text, _WIDEST)
