"""A widget made of rows of cells that sends only the cells that changed.

Textual refreshes whole regions without comparing cells; a plot of 80 by 20 redrawn whole is
15 KB. Here each row is compared with what was shown before, and the regions that differ are
refreshed.
"""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from kertui.plotting.heat import HEAT_ROLES
from kertui.plotting.strips import PLAIN, RUN_ROLES, Row, changed_spans, fit, to_strip
from kertui.rows.cell_styles import CellStyles
from kertui.terminal.capabilities import Colours

_LOOKS = {
    "train": "color: $train;",
    "validation": "color: $validation;",
    "train-raw": "color: $train; text-style: dim;",
    "validation-raw": "color: $validation; text-style: dim;",
    "best": "color: $best;",
    "dim": "color: $dim;",
    "axis": "color: $faint;",
    "cursor": "color: $dim;",
    "strong": "text-style: bold;",
    "accent": "color: $accent;",
    "chosen": "color: $accent; text-style: bold;",
    "bad": "color: $error;",
    "warning": "color: $warning;",
    **{role: f"color: $class-{number};" for number, role in enumerate(RUN_ROLES)},
    **{role: f"color: ${role};" for role in HEAT_ROLES},
}
"""The roles of cells, and how each looks in the theme's colours."""


class RowsWidget(Widget):
    """The base of plots, tables and status lines: they make rows in ``draw_rows``, at every new
    size and whenever ``redraw`` is called."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rows--{role}" for role in _LOOKS}

    DEFAULT_CSS = "\n".join(
        [
            "RowsWidget { color: $foreground; }",
            *(f"RowsWidget > .rows--{role} {{ {look} }}" for role, look in _LOOKS.items()),
        ]
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._looks: CellStyles | None = None

    @property
    def rows(self) -> list[Row]:
        """What is shown, from the top."""
        return self._rows

    def show_rows(self, rows: list[Row]) -> None:
        """Show these rows; only cells that differ from those shown now are sent."""
        old, self._rows = self._rows, rows
        if len(old) != len(rows):
            self.refresh()
            return
        regions: list[Region] = []
        for y, (before, after) in enumerate(zip(old, rows, strict=True)):
            spans = changed_spans(before, after)
            regions += [Region(start, y, stop - start, 1) for start, stop in spans]
        if regions:
            self.refresh(*regions)

    def on_resize(self) -> None:
        """Make the rows anew for the new size."""
        self.redraw()

    def redraw(self) -> None:
        """Make the rows anew, once there is a size to fill."""
        if self.is_mounted and all(self.size):
            self.draw_rows(self.size.width)

    def draw_rows(self, width: int) -> None:
        """Make the rows for this width and show them by ``show_rows``."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """One row, as Textual asks for it."""
        width = self.size.width
        row = self._rows[y] if y < len(self._rows) else []
        return to_strip(fit(row, width) if len(row) != width else row, self._styles())

    def notify_style_update(self) -> None:
        """Another theme or another state: the roles may look different."""
        super().notify_style_update()
        self._looks = None

    def _styles(self) -> CellStyles:
        # Kept here: Textual forgets its own at every refresh, and to make them anew takes as
        # long as to draw a curve.
        capabilities = getattr(self.app, "capabilities", None)
        colours = Colours.TRUE if capabilities is None else capabilities.colours
        if self._looks is None or self._looks.colours is not colours:
            looks = {role: self.get_component_rich_style(f"rows--{role}") for role in _LOOKS}
            self._looks = CellStyles({**looks, PLAIN: self.rich_style}, colours)
        return self._looks
