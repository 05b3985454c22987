"""Lines that scroll, one of them chosen: the base of lists that are drawn and not composed."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class LineList(ScrollView, can_focus=True):
    """One widget, however many lines there are; a subclass counts and draws them."""

    DEFAULT_CSS = """
    LineList {
        height: auto;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        background: $background;
    }
    """
    ALLOW_SELECT = False

    def count_lines(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def draw_line(self, number: int, width: int) -> list[Segment]:
        """The cells of a line, counted from 0, in at most so many columns."""
        raise NotImplementedError

    def get_content_height(
        self,
        container: Size,  # noqa: ARG002 - Textual's signature
        viewport: Size,  # noqa: ARG002
        width: int,  # noqa: ARG002
    ) -> int:
        """One row for each line."""
        return self.count_lines()

    def render_line(self, y: int) -> Strip:
        """Draw one row, as Textual asks for it."""
        width, number = self.scrollable_content_region.width, y + self.scroll_offset.y
        segments = self.draw_line(number, width) if number < self.count_lines() else []
        return Strip(segments).adjust_cell_length(width).crop(0, width).apply_style(self.rich_style)

    def show_lines(self) -> None:
        """Show the lines anew; there may be more or fewer of them."""
        self._fit_lines()
        self.refresh(layout=True)

    def _fit_lines(self) -> None:
        width = self.scrollable_content_region.width or self.size.width
        self.virtual_size = Size(width, self.count_lines())

    def scroll_to_line(self, number: int) -> None:
        """Bring a line in sight."""
        self.scroll_to_region(Region(0, number, 1, 1), animate=False, force=True)

    def on_resize(self) -> None:
        """Fit the lines into the new width."""
        self._fit_lines()

    def on_focus(self) -> None:
        """Draw the chosen line as it looks with the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw the chosen line as it looks without the focus."""
        self.refresh()
