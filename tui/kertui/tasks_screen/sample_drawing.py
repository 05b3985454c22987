"""Draws samples of a dataset: a review as words, a digit as a picture, a house as columns.

Pure: samples and a size go in, lines come out. What does not fit is said in the last line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.content import Content

from kertasks.data.description import ColumnsSample, ImageSample, WordsSample
from kertui.terminal.glyphs import Glyphs

_GAP = 1
"""Cells between pictures."""

_LEAST_LINES = 5
"""Of a text, before another one is shown under it."""


def draw_words(
    samples: Sequence[WordsSample], width: int, height: int, glyphs: Glyphs
) -> list[Content]:
    """As many texts as fit with some lines each, every one under its label."""
    count = max(1, min(len(samples), height // (_LEAST_LINES + 1)))
    share = max(3, (height - (count - 1)) // count)
    lines: list[Content] = []
    for number, sample in enumerate(samples[:count]):
        if number:
            lines.append(Content(""))
        lines.append(Content.styled(sample.label, "bold"))
        wrapped = textwrap.wrap(sample.text, max(12, width), break_long_words=True) or [""]
        shown = share - 1
        if len(wrapped) > shown:
            left_out = sum(len(line.split()) for line in wrapped[shown - 1 :])
            more = f"{glyphs.ellipsis} {left_out} more words"
            lines += [Content(line) for line in wrapped[: shown - 1]]
            lines.append(Content.styled(more, "dim"))
        else:
            lines += [Content(line) for line in wrapped]
    return lines


def draw_columns(
    samples: Sequence[ColumnsSample], width: int, height: int, glyphs: Glyphs
) -> list[Content]:
    """Rows as columns side by side: a line a feature, as many rows as fit across."""
    if not samples:
        return []
    names = [name for name, _ in samples[0].columns]
    name_width = min(max(map(len, [*names, ""])), max(8, width // 2))
    columns: list[list[str]] = []
    room = width - name_width
    for sample in samples:
        values = [sample.label, *(value for _, value in sample.columns)]
        column_width = max(map(len, values)) + 2
        if columns and room < column_width:
            break
        room -= column_width
        columns.append([value.rjust(column_width) for value in values])
    cut = _cut(names, name_width, glyphs)
    shown = len(names) if len(names) + 1 <= height else max(1, height - 2)
    head = Content.styled("".join(column[0] for column in columns), "bold")
    lines = [Content(" " * name_width) + head]
    for row in range(shown):
        line = "".join(column[row + 1] for column in columns)
        lines.append(Content.assemble((f"{cut[row]:<{name_width}}", "dim"), line))
    if shown < len(names):
        more = f"{glyphs.ellipsis} {len(names) - shown} more columns"
        lines.append(Content.styled(more, "dim"))
    return lines


def _cut(names: Sequence[str], width: int, glyphs: Glyphs) -> list[str]:
    return [name if len(name) <= width else name[: width - 1] + glyphs.cut for name in names]


def draw_images(
    samples: Sequence[ImageSample], width: int, height: int, glyphs: Glyphs, colour: bool
) -> list[Content]:
    """A contact sheet, each picture over its label, as large as all of them fit.

    With colours a pixel is half a cell, or ``scale`` cells wide and half as high; in ASCII and
    without colours it is a shade two cells wide.
    """
    if not samples:
        return []
    shaded = glyphs.ascii or not colour
    across, down = len(samples[0].pixels[0]), len(samples[0].pixels)
    room, count = (width, height), len(samples)
    fitting = (scale for scale in (6, 4, 2) if _fits(count, across, down, scale, room))
    scale = next(fitting, 2 if shaded else 1)
    cells = across * scale
    rows = (down * scale + 1) // 2
    per_line = max(1, (width + _GAP) // (cells + _GAP))
    lines: list[Content] = []
    for start in range(0, len(samples), per_line):
        if start and len(lines) + rows + 1 > height:
            break
        shown = samples[start : start + per_line]
        drawn = [_draw_image(sample, scale, shaded, glyphs) for sample in shown]
        lines += [Content(" " * _GAP).join(parts) for parts in zip(*drawn, strict=True)]
        labels = (" " * _GAP).join(f"{sample.label[:cells]:^{cells}}" for sample in shown)
        lines.append(Content.styled(labels.rstrip(), "dim"))
    return lines


def _fits(count: int, across: int, down: int, scale: int, room: tuple[int, int]) -> bool:
    width, height = room
    per_line = (width + _GAP) // (across * scale + _GAP)
    if per_line < 1:
        return False
    lines = -(-count // per_line)
    return lines * (down * scale // 2 + 1) <= height


def _draw_image(sample: ImageSample, scale: int, shaded: bool, glyphs: Glyphs) -> list[Content]:
    if shaded:
        top = len(glyphs.shades) - 1
        text = [
            "".join(glyphs.shades[round(value * top)] * scale for value in line)
            for line in sample.pixels
        ]
        return [Content(line) for line in text for _ in range(max(1, scale // 2))]
    if scale > 1:
        drawn = [
            Content.assemble(*((" " * scale, f"on {_grey(value)}") for value in line))
            for line in sample.pixels
        ]
        return [line for line in drawn for _ in range(scale // 2)]
    blank = tuple(0.0 for _ in sample.pixels[0])
    pairs = zip(sample.pixels[::2], [*sample.pixels[1::2], blank], strict=False)
    return [
        Content.assemble(
            *(("▀", f"{_grey(top)} on {_grey(bottom)}") for top, bottom in zip(*pair, strict=True))
        )
        for pair in pairs
    ]


def _grey(value: float) -> str:
    return f"$foreground {round(6 + 88 * min(1.0, max(0.0, value)))}%"
