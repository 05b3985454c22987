"""The picture of a dataset on a task's card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from kertui.terminal.glyphs import glyphs_for

if TYPE_CHECKING:
    from kertasks.data.description import Description


class DataPicture(Widget):
    """Points by class, a curve, or samples as words, pictures or columns."""

    DEFAULT_CSS = """
    DataPicture { height: auto; width: 1fr; }
    """

    description: reactive[Description | None] = reactive(None, layout=True)
    lines: reactive[int] = reactive(10, layout=True)
    """How high it may be; samples may be lower."""

    first_sample: reactive[int] = reactive(0, layout=True)
    """Which sample is shown first."""

    @property
    def has_samples(self) -> bool:
        """Whether samples are shown, so that there are others to go to."""
        described = self.description
        return described is not None and described.picture is None and len(described.samples) > 1

    def natural_width(self, most: int) -> int:
        """The columns the picture takes when it may take so many."""
        return max((line.cell_length for line in self._draw(most)), default=most)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as the picture has at this width."""
        del container, viewport
        return max(1, len(self._draw(width)))

    def render(self) -> Content:
        """The picture as text."""
        return Content("\n").join(self._draw(self.content_size.width))

    def _draw(self, width: int) -> list[Content]:
        if self.description is None or width < 8:
            return []
        from kertui.tasks_screen.dataset_drawing import draw  # nothing to draw at the first paint

        glyphs = glyphs_for(self.app)
        colour = bool(getattr(getattr(self.app, "capabilities", None), "colour", True))
        return draw(self.description, width, self.lines, glyphs, colour, self.first_sample)
