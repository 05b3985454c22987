"""Draws a dataset's picture, points or a curve in a frame of axes, without plotext.

plotext takes a quarter of a second to import; these pictures are there before that. Pure: a
picture and a size go in, a list of lines comes out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from kertasks.data.description import CurvePicture, ScatterPicture
from kertui.tasks_screen.dot_canvas import DotCanvas
from kertui.terminal.glyphs import Glyphs
from kertui.terminal.theme import CLASS_COLOURS

_LEAST_FRAME = 4
"""Lines of a frame: two of points, the axis, its numbers."""

_MARGIN = 0.08
"""Share of the range left free around the points, so that none lies on an axis."""


@dataclass(frozen=True, slots=True)
class _Axis:
    name: str
    low: float
    high: float

    def place(self, value: float, cells: int) -> int:
        """Which of so many cells a value falls in, with the margin at both ends."""
        span = (self.high - self.low) or 1.0
        share = ((value - self.low) / span + _MARGIN) / (1 + 2 * _MARGIN)
        return min(cells - 1, max(0, int(share * cells)))


def _axis(name: str, values: Sequence[float]) -> _Axis:
    return _Axis(name, min(values), max(values)) if values else _Axis(name, 0.0, 1.0)


def name_ends(low: float, high: float) -> tuple[str, str]:
    """Both ends of a range, to a hundredth of it: ``("-0.62", "1.57")``, ``("0", "2500")``."""
    span = high - low or abs(high) or 1.0
    decimals = max(0, 2 - math.floor(math.log10(span)))
    return short_number(round(low, decimals) + 0.0), short_number(round(high, decimals) + 0.0)


def short_number(value: float) -> str:
    """Four significant digits, a large number in full: ``"0.2213"``, ``"12345"``."""
    text = f"{value:.4g}"
    plain = f"{value:.0f}"
    return plain if "e" in text and len(plain) <= 7 else text


def class_style(index: int) -> str:
    """The colour token of a class."""
    return f"$class-{index % CLASS_COLOURS}"


def class_mark(index: int, glyphs: Glyphs) -> str:
    """The sign of a class: colour is never the only difference."""
    return glyphs.marks[index % len(glyphs.marks)]


def draw_scatter(
    picture: ScatterPicture, width: int, height: int, glyphs: Glyphs, class_names: Sequence[str]
) -> list[Content]:
    """Two features against each other, each cell marked by the class most points in it have."""
    x_axis, y_axis = _axis(picture.x_name, picture.x), _axis(picture.y_name, picture.y)
    legend = _legend(picture, width, max(1, height - _LEAST_FRAME), glyphs, class_names)
    frame = _Frame(x_axis, y_axis, width, height - len(legend), glyphs)
    cells: dict[tuple[int, int], Counter[int]] = {}
    for x, y, of_class in zip(picture.x, picture.y, picture.classes, strict=True):
        cell = (y_axis.place(y, frame.rows), x_axis.place(x, frame.columns))
        cells.setdefault(cell, Counter())[of_class] += 1
    lines = []
    for row in reversed(range(frame.rows)):
        line: list[str | tuple[str, str]] = []
        for column in range(frame.columns):
            found = cells.get((row, column))
            if found is None:
                line.append(" ")
            else:
                index = found.most_common(1)[0][0]
                line.append((class_mark(index, glyphs), class_style(index)))
        lines.append(Content.assemble(*line))
    widest = max(line.cell_length for line in legend)
    indent = Content(" " * max(0, min(frame.left + 1, width - widest)))
    return [*frame.around(lines), *(indent + line for line in legend)]


def _legend(
    picture: ScatterPicture, width: int, most: int, glyphs: Glyphs, class_names: Sequence[str]
) -> list[Content]:
    """Each class's sign and name, as many on a line as fit; one line at least, even if empty."""
    between = Content("   ")
    lines: list[Content] = []
    for index in sorted(set(picture.classes)):
        if index >= len(class_names):
            continue
        name = class_names[index]
        if len(name) + 2 > width:
            name = name[: max(0, width - 3)] + glyphs.cut
        entry = Content.assemble(
            (class_mark(index, glyphs), class_style(index)), (f" {name}", "dim")
        )
        if lines and lines[-1].cell_length + between.cell_length + entry.cell_length <= width:
            lines[-1] += between + entry
        elif len(lines) < most:
            lines.append(entry)
        else:
            lines[-1] = lines[-1].truncate(max(0, width - 2)) + Content(f" {glyphs.cut}")
            break
    return lines or [Content("")]


def draw_curve(picture: CurvePicture, width: int, height: int, glyphs: Glyphs) -> list[Content]:
    """The target over the only feature, as dots joined by a line."""
    x_axis, y_axis = _axis(picture.x_name, picture.x), _axis(picture.y_name, picture.y)
    frame = _Frame(x_axis, y_axis, width, height, glyphs)
    canvas = DotCanvas(frame.columns, frame.rows, glyphs.ascii)
    last = None
    for x, y in zip(picture.x, picture.y, strict=True):
        here = (
            x_axis.place(x, canvas.columns),
            canvas.lines - 1 - y_axis.place(y, canvas.lines),
        )
        canvas.stroke(last or here, here)
        last = here
    return frame.around([Content.styled(row, "$class-0") for row in canvas.rows()])


class _Frame:
    """Axes with the ends of both ranges, around a drawing area of columns by rows."""

    def __init__(self, x: _Axis, y: _Axis, width: int, height: int, glyphs: Glyphs) -> None:
        self._x, self._y, self._glyphs = x, y, glyphs
        self._labels = name_ends(y.low, y.high)[::-1]
        self.left = max(len(y.name) + 1 + max(map(len, self._labels)), 4)
        """Cells left of the axis."""

        self.columns = max(4, width - self.left - 2)
        self.rows = max(2, height - 2)

    def around(self, lines: list[Content]) -> list[Content]:
        """The lines between the axes."""
        glyphs, left = self._glyphs, self.left
        top = self.rows - 1 - self._y.place(self._y.high, self.rows)
        bottom = self.rows - 1 - self._y.place(self._y.low, self.rows)
        labels = {bottom: self._labels[1], top: f"{self._y.name} {self._labels[0]}"}
        framed = [
            Content.assemble(
                (f"{labels.get(row, ''):>{left}} ", "dim"), (glyphs.vertical, "$faint"), line
            )
            for row, line in enumerate(lines)
        ]
        base = glyphs.corner + glyphs.horizontal * self.columns
        return [
            *framed,
            Content.assemble(" " * (left + 1), (base, "$faint")),
            Content.styled(" " * (left + 2) + self._below(), "dim"),
        ]

    def _below(self) -> str:
        low, high = name_ends(self._x.low, self._x.high)
        name = self._x.name
        first = self._x.place(self._x.low, self.columns)
        last = self._x.place(self._x.high, self.columns)
        text = [" "] * (self.columns + 1)
        for label, middle in ((low, first), (high, last), (name, (first + last) // 2)):
            start = min(max(0, middle - len(label) // 2), max(0, self.columns - len(label)))
            around = text[max(0, start - 1) : start + len(label) + 1]
            if len(label) <= self.columns and all(cell == " " for cell in around):
                text[start : start + len(label)] = label
        return "".join(text).rstrip()
