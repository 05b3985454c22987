"""One row of a dataset as a person reads it, as lines of text. Pure."""

from __future__ import annotations

from typing import TypeAlias

from rich.cells import cell_len
from textual.content import Content

from kertasks.data.described.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertui.plotting.grey_pictures import draw_images
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted, wrap

Fields: TypeAlias = tuple[tuple[str, str], ...]

_BETWEEN = 3
"""Columns between two fields beside each other."""

_LEAST_COLUMN = 12
"""Columns of the shortest field that is worth one."""


def sample_lines(
    sample: Sample | None, width: int, height: int, glyphs: Glyphs, *, colour: bool
) -> list[Content]:
    """The words of a text, a picture as large as fits, or named fields, as many beside each other
    as fit. Texts and fields may take more lines than ``height``: whoever shows them scrolls."""
    match sample:
        case WordsSample():
            return [Content(line) for line in wrap(sample.text, max(1, width))]
        case ImageSample() if sample.pixels and sample.pixels[0]:
            return draw_images((sample,), width, height, glyphs, colour)
        case ColumnsSample():
            return _field_lines(sample.columns, width, glyphs)
    return [Content.styled("numbers without names, which nobody could read", "dim")]


def _field_lines(fields: Fields, width: int, glyphs: Glyphs) -> list[Content]:
    """Names and values, down and then across, in as many columns as have room."""
    for across in range(min(len(fields), width // _LEAST_COLUMN), 0, -1):
        down = -(-len(fields) // across)
        columns = [fields[start : start + down] for start in range(0, len(fields), down)]
        widths = [_widths(column) for column in columns]
        if sum(names + 1 + values + _BETWEEN for names, values in widths) - _BETWEEN <= width:
            break
    else:
        down, columns, widths = len(fields), [fields], [_widths(fields)]
    if len(columns) == 1:  # the name gives way to the value
        ((names, values),) = widths
        widths = [(max(1, min(names, width - values - 1)), values)]
    lines = []
    for row in range(down):
        parts: list[Content | tuple[str, str] | str] = []
        for column, (names, values) in zip(columns, widths, strict=True):
            if row < len(column):
                name, value = column[row]
                parts += [" " * _BETWEEN] if parts else []
                parts.append((padded(fitted(name, names, glyphs), names) + " ", "dim"))
                parts.append(padded(value, values, right=True))
        lines.append(Content.assemble(*parts))
    return lines


def _widths(fields: Fields) -> tuple[int, int]:
    """Of the longest name and of the longest value."""
    names = max((cell_len(name) for name, _ in fields), default=0)
    return names, max((cell_len(value) for _, value in fields), default=0)
