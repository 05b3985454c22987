"""One row of a dataset as a person reads it, as lines of text. Pure."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from kertasks.data.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertui.plotting.grey_pictures import draw_images
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted, wrap

_BETWEEN = 3
"""Columns between two fields beside each other."""


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


def _field_lines(fields: tuple[tuple[str, str], ...], width: int, glyphs: Glyphs) -> list[Content]:
    """Names and values, down and then across."""
    if not fields:
        return []
    names = max(cell_len(name) for name, _ in fields)
    values = max(cell_len(value) for _, value in fields)
    names = max(1, min(names, width - values - 1))
    wide = names + 1 + values
    across = max(1, (width + _BETWEEN) // (wide + _BETWEEN))
    down = -(-len(fields) // across)
    lines = []
    for row in range(down):
        parts: list[Content | tuple[str, str] | str] = []
        for name, value in fields[row::down]:
            parts += [" " * _BETWEEN] if parts else []
            parts.append((padded(fitted(name, names, glyphs), names) + " ", "dim"))
            parts.append(padded(value, values, right=True))
        lines.append(Content.assemble(*parts))
    return lines
