"""Chooses how a dataset is drawn: as points, as a curve, or as samples."""

from __future__ import annotations

from typing import cast

from textual.content import Content

from kertasks.data.description import (
    ColumnsSample,
    CurvePicture,
    Description,
    ImageSample,
    ScatterPicture,
    WordsSample,
)
from kertui.tasks_screen.picture_drawing import draw_curve, draw_scatter
from kertui.tasks_screen.sample_drawing import draw_columns, draw_images, draw_words
from kertui.terminal.glyphs import Glyphs

_ASPECT = 2.6
"""Columns a row of a plot, so that it is a little wider than high."""


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
