"""Pictures in grey, as lines of text: a digit, or several as a contact sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from kertasks.data.described.description import ImageSample
from kertui.terminal.cells import cut, padded
from kertui.terminal.glyphs import Glyphs

_GAP = 1
"""Cells between the pictures of samples."""


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
    wide = across * scale
    rows = (down * scale + 1) // 2
    per_line = max(1, (width + _GAP) // (wide + _GAP))
    lines: list[Content] = []
    for start in range(0, len(samples), per_line):
        if start and len(lines) + rows + 1 > height:
            break
        shown = samples[start : start + per_line]
        drawn = [_draw_image(sample, scale, shaded, glyphs) for sample in shown]
        lines += [Content(" " * _GAP).join(parts) for parts in zip(*drawn, strict=True)]
        labels = (" " * _GAP).join(_centred(cut(sample.label, wide), wide) for sample in shown)
        lines.append(Content.styled(labels.rstrip(), "dim"))
    return lines


def _centred(text: str, width: int) -> str:
    return padded(" " * ((width - cell_len(text)) // 2) + text, width)


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
            "".join(glyphs.shades[round(_share(value) * top)] * scale for value in line)
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
    return f"$foreground {round(6 + 88 * _share(value))}%"


def _share(value: float) -> float:
    """A pixel's value from 0 to 1; what is no number is nothing."""
    return 0.0 if math.isnan(value) else min(1.0, max(0.0, value))
