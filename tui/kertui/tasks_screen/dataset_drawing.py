"""Draws a dataset as lines of text: its points or its curve in a frame of axes, or samples of it.

Pure: a description and a size go in, lines come out. Without plotext, which takes a quarter of a
second to import: these pictures are there before that. What does not fit is said in the last line.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import cast

from rich.cells import cell_len
from textual.content import Content

from kertasks.data.described.description import (
    ColumnsSample,
    CurvePicture,
    Description,
    ImageSample,
    ScatterPicture,
    WordsSample,
)
from kertui.plotting.dot_canvas import DotCanvas
from kertui.plotting.grey_pictures import draw_images
from kertui.plotting.strips import cells, put, text_of
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.terminal.theme import CLASS_COLOURS
from kertui.text.fitting_text import fitted, wrap

_ASPECT = 2.6
"""Columns a row of a plot, so that it is a little wider than high."""

_LEAST_FRAME = 4
"""Lines of a frame: two of points, the axis, its numbers."""

_MARGIN = 0.08
"""Share of the range left free around the points, so that none lies on an axis."""

_LEAST_LINES = 5
"""Of a text, before another one is shown under it."""


def plot_width(height: int) -> int:
    """The columns a plot so high takes where it may."""
    return round(height * _ASPECT) + 8


def draw(
    description: Description,
    width: int,
    height: int,
    glyphs: Glyphs,
    colour: bool = True,
    first_sample: int = 0,
) -> list[Content]:
    """The picture of a dataset, at most so wide and so high."""
    width_of_plot = min(width, plot_width(height))
    match description.picture:
        case ScatterPicture() as scatter:
            return draw_scatter(scatter, width_of_plot, height, glyphs, description.class_names)
        case CurvePicture() as curve:
            return draw_curve(curve, width_of_plot, height, glyphs)
    samples = description.samples
    if not samples:
        return [Content.styled("no samples", "dim")]
    turn = first_sample % len(samples)
    samples = samples[turn:] + samples[:turn]
    match samples[0]:
        case WordsSample():
            return draw_words(cast("tuple[WordsSample, ...]", samples), width, height, glyphs)
        case ImageSample():
            pictures = cast("tuple[ImageSample, ...]", samples)
            return draw_images(pictures, width, height, glyphs, colour)
        case ColumnsSample():
            rows = cast("tuple[ColumnsSample, ...]", samples)
            return draw_columns(rows, width, height, glyphs)


# --- points and curves


class _Axis:
    """The range of a plot's values in one direction."""

    def __init__(self, name: str, values: Sequence[float]) -> None:
        self.name = name
        self.low, self.high = (min(values), max(values)) if values else (0.0, 1.0)

    def place(self, value: float, count: int) -> int:
        """Which of so many cells a value falls in, with the margin at both ends."""
        span = (self.high - self.low) or 1.0
        share = ((value - self.low) / span + _MARGIN) / (1 + 2 * _MARGIN)
        return min(count - 1, max(0, int(share * count)))


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


def _class_mark(index: int, glyphs: Glyphs) -> tuple[str, str]:
    """A class's sign with its style: colour is never the only difference."""
    return glyphs.marks[index % len(glyphs.marks)], f"$class-{index % CLASS_COLOURS}"


def draw_scatter(
    picture: ScatterPicture, width: int, height: int, glyphs: Glyphs, class_names: Sequence[str]
) -> list[Content]:
    """Two features against each other, each cell marked by the class most points in it have."""
    x_axis, y_axis = _Axis(picture.x_name, picture.x), _Axis(picture.y_name, picture.y)
    legend = _legend(picture, width, max(1, height - _LEAST_FRAME), glyphs, class_names)
    frame = _Frame(x_axis, y_axis, width, height - len(legend), glyphs)
    counts: dict[tuple[int, int], Counter[int]] = {}
    for x, y, of_class in zip(picture.x, picture.y, picture.classes, strict=True):
        cell = (y_axis.place(y, frame.rows), x_axis.place(x, frame.columns))
        counts.setdefault(cell, Counter())[of_class] += 1
    lines = []
    for row in reversed(range(frame.rows)):
        found = [counts.get((row, column)) for column in range(frame.columns)]
        signs = [_class_mark(cell.most_common(1)[0][0], glyphs) if cell else " " for cell in found]
        lines.append(Content.assemble(*signs))
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
        name = fitted(class_names[index], width - 2, glyphs)
        entry = Content.assemble(_class_mark(index, glyphs), (f" {name}", "dim"))
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
    x_axis, y_axis = _Axis(picture.x_name, picture.x), _Axis(picture.y_name, picture.y)
    frame = _Frame(x_axis, y_axis, width, height, glyphs)
    canvas = DotCanvas(frame.columns, frame.rows, glyphs.marker)
    last = None
    for x, y in zip(picture.x, picture.y, strict=True):
        here = x_axis.place(x, canvas.columns), canvas.lines - 1 - y_axis.place(y, canvas.lines)
        canvas.stroke(last or here, here)
        last = here
    return frame.around([Content.styled(row, "$class-0") for row in canvas.rows()])


class _Frame:
    """Axes, with the ends of both ranges, around a drawing area of columns by rows."""

    def __init__(self, x: _Axis, y: _Axis, width: int, height: int, glyphs: Glyphs) -> None:
        self._x, self._y, self._glyphs = x, y, glyphs
        self._labels = name_ends(y.low, y.high)[::-1]
        self.left = max(cell_len(y.name) + 1 + max(map(len, self._labels)), 4)
        """Cells to the left of the vertical axis."""

        self.columns = max(4, width - self.left - 2)
        self.rows = max(2, height - 2)

    def around(self, lines: list[Content]) -> list[Content]:
        """Put the axes, their ends and their names around the lines of the drawing area."""
        glyphs, left = self._glyphs, self.left
        top = self.rows - 1 - self._y.place(self._y.high, self.rows)
        bottom = self.rows - 1 - self._y.place(self._y.low, self.rows)
        labels = {bottom: self._labels[1], top: f"{self._y.name} {self._labels[0]}"}
        framed = [
            Content.assemble(
                (padded(labels.get(row, ""), left, right=True) + " ", "dim"),
                (glyphs.vertical, "$faint"),
                line,
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
        text = cells(" " * (self.columns + 1))
        for label, middle in ((low, first), (high, last), (name, (first + last) // 2)):
            wide = cell_len(label)
            start = min(max(0, middle - wide // 2), max(0, self.columns - wide))
            around = text[max(0, start - 1) : start + wide + 1]
            if wide <= self.columns and not text_of(around).strip():
                put(text, start, cells(label))
        return text_of(text).rstrip()


# --- samples


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
        wrapped = wrap(sample.text, max(12, width)) or [""]
        shown = len(wrapped) if len(wrapped) < share else share - 2
        lines += [Content(line) for line in wrapped[:shown]]
        if shown < len(wrapped):
            left_out = sum(len(line.split()) for line in wrapped[shown:])
            lines.append(Content.styled(f"{glyphs.ellipsis} {left_out} more words", "dim"))
    return lines


def draw_columns(
    samples: Sequence[ColumnsSample], width: int, height: int, glyphs: Glyphs
) -> list[Content]:
    """Rows as columns side by side: a line a feature, as many rows as fit across."""
    if not samples:
        return []
    names = [name for name, _ in samples[0].columns]
    name_width = min(max(map(cell_len, [*names, ""])), max(8, width // 2))
    columns: list[list[str]] = []  # of text, one a sample: its label and its values
    room = width - name_width
    for sample in samples:
        values = [sample.label, *(value for _, value in sample.columns)]
        column_width = max(map(cell_len, values)) + 2
        if columns and room < column_width:
            break
        room -= column_width
        columns.append([padded(value, column_width, right=True) for value in values])
    shown = len(names) if len(names) + 1 <= height else max(1, height - 2)
    head = Content.styled("".join(column[0] for column in columns), "bold")
    lines = [Content(" " * name_width) + head]
    for row in range(shown):
        name = fitted(names[row], name_width, glyphs)
        line = "".join(column[row + 1] for column in columns)
        lines.append(Content.assemble((padded(name, name_width), "dim"), line))
    if shown < len(names):
        left_out = len(names) - shown
        lines.append(Content.styled(f"{glyphs.ellipsis} {left_out} more columns", "dim"))
    return lines
