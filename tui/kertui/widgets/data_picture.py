"""The picture of a dataset on a task's card."""

from __future__ import annotations

from typing import cast

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from kertasks.data.description import (
    ColumnsSample,
    CurvePicture,
    Description,
    ImageSample,
    ScatterPicture,
    WordsSample,
)
from kertui.glyphs import Glyphs, glyphs_for
from kertui.widgets.picture_drawing import draw_curve, draw_scatter
from kertui.widgets.sample_drawing import draw_columns, draw_images, draw_words

_ASPECT = 2.6
"""Columns a row of a plot, so that it is a little wider than high."""


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
        glyphs = glyphs_for(self.app)
        colour = bool(getattr(getattr(self.app, "capabilities", None), "colour", True))
        return draw(self.description, width, self.lines, glyphs, colour, self.first_sample)


def draw(
    description: Description,
    width: int,
    height: int,
    glyphs: Glyphs,
    colour: bool = True,
    first_sample: int = 0,
) -> list[Content]:
    """The picture of a dataset, at most so wide and so high."""
    plot_width = min(width, round(height * _ASPECT) + 8)
    match description.picture:
        case ScatterPicture() as scatter:
            return draw_scatter(scatter, plot_width, height, glyphs, description.class_names)
        case CurvePicture() as curve:
            return draw_curve(curve, plot_width, height, glyphs)
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
