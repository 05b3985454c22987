"""Two recipes in two columns, what differs bright, what was added or taken out marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted

_GAP = 2


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One line."""

    label: str
    before: str | None
    after: str | None
    same: bool = False
    heading: bool = False
    inner: bool = False
    """One argument of the layer above."""


class ComparisonTable(Widget):
    """The rows of a comparison under the names of the two recipes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--dim", "table--gone", "table--new"}
    DEFAULT_CSS = """
    ComparisonTable {
        height: auto;
        .table--dim { color: $dim; }
        .table--gone { color: $warning; }
        .table--new { color: $accent; text-style: bold; }
    }
    """
    ALLOW_SELECT = False

    def __init__(self, names: tuple[str, str], rows: tuple[ComparisonRow, ...]) -> None:
        super().__init__()
        self._names = names
        self._rows = rows

    def get_content_height(
        self,
        container: Size,  # noqa: ARG002 - Textual's signature
        viewport: Size,  # noqa: ARG002
        width: int,  # noqa: ARG002
    ) -> int:
        """The names, a line each row, a blank one before a heading."""
        return len(self._lines()) + 1

    def _lines(self) -> list[ComparisonRow | None]:
        lines: list[ComparisonRow | None] = []
        for row in self._rows:
            if row.heading and lines:
                lines.append(None)
            lines.append(row)
        return lines

    def _widths(self) -> tuple[int, int]:
        label = max((len(row.label) + 4 * row.inner for row in self._rows), default=0) + _GAP
        width = self.size.width
        label = min(label, width // 3)
        return label, (width - label - _GAP - 2) // 2

    def render_line(self, y: int) -> Strip:
        """One line of the table."""
        signs = glyphs_for(self.app)
        label_width, column = self._widths()
        dim = self.get_component_rich_style("table--dim", partial=True)
        if y == 0:
            segments = [
                Segment(" " * (label_width + 2)),
                Segment(fitted(self._names[0], column, signs).ljust(column + _GAP), dim),
                Segment(fitted(self._names[1], column, signs), Style(bold=True)),
            ]
            return self._strip(segments)
        lines = self._lines()
        row = lines[y - 1] if y - 1 < len(lines) else None
        if row is None:
            return Strip.blank(self.size.width, self.rich_style)
        if row.heading:
            return self._strip([Segment(row.label, Style(bold=True))])
        return self._strip(self._row_segments(row, label_width, column, dim, signs))

    def _row_segments(
        self, row: ComparisonRow, label_width: int, column: int, dim: Style, signs: Glyphs
    ) -> list[Segment]:
        gone = self.get_component_rich_style("table--gone", partial=True)
        new = self.get_component_rich_style("table--new", partial=True)
        label = " " * (4 * row.inner) + row.label
        if row.same:
            sign, left, right = " ", dim, dim
        elif row.before is None:
            sign, left, right = signs.add, dim, new
        elif row.after is None:
            sign, left, right = signs.minus, gone, dim
        else:
            sign, left, right = signs.right, gone, new
        if row.inner:
            sign = " "
        absent = signs.dot
        return [
            Segment(f"{sign} ", new if row.before is None else gone),
            Segment(fitted(label, label_width - _GAP, signs).ljust(label_width), dim),
            Segment(fitted(row.before or absent, column, signs).ljust(column + _GAP), left),
            Segment(fitted(row.after or absent, column, signs), right),
        ]

    def _strip(self, segments: list[Segment]) -> Strip:
        width = self.size.width
        return Strip(segments).adjust_cell_length(width).crop(0, width).apply_style(self.rich_style)
