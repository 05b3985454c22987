"""Whatever colours a theme has, text stands apart from its ground in those the terminal has."""

from __future__ import annotations

from itertools import product

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.theme import Theme

from kertui.terminal.capabilities import Colours
from kertui.terminal.contrast import DRAWN, FIXED, TEXT, VGA, XTERM, Rgb, contrast
from kertui.terminal.readable_colours import ReadableColours
from kertui.terminal.theme import THEMES, default_tokens

STEPS = (0, 51, 102, 153, 204, 255)
GRID: list[Rgb] = [*product(STEPS, STEPS, STEPS)]
ALL_THEMES = [*THEMES, *App().available_themes.values()]


def stands_apart(style: Style, least: float) -> bool:
    """Whether the colours of a style do, wherever they are shown."""
    ink, ground = style.color, style.bgcolor
    assert ink is not None
    assert ground is not None
    if ink.triplet is not None and ground.triplet is not None:
        return contrast(rgb(ink), rgb(ground)) >= least - 0.01
    assert ink.number is not None
    assert ground.number is not None
    palettes = (XTERM, VGA) if max(ink.number, ground.number) < 16 else ((*VGA, *FIXED),)
    return all(contrast(shown[ink.number], shown[ground.number]) >= least for shown in palettes)


def rgb(colour: RichColor) -> Rgb:
    assert colour.triplet is not None
    return colour.triplet.red, colour.triplet.green, colour.triplet.blue


def filtered(text: str, ink: Rgb, ground: Rgb, colours: Colours) -> Style:
    style = Style.from_color(RichColor.from_rgb(*ink), RichColor.from_rgb(*ground))
    (segment,) = ReadableColours(colours).apply([Segment(text, style)], Color(*ground))
    assert segment.style is not None
    return segment.style


@pytest.mark.parametrize("colours", Colours)
@pytest.mark.parametrize(("text", "least"), [("text", TEXT), ("⣿─●", DRAWN)])
def test_any_two_colours_stand_apart(text: str, least: float, colours: Colours) -> None:
    grounds = GRID[::7]
    bad = [
        (ink, ground)
        for ink, ground in product(GRID[::5], grounds)
        if not stands_apart(filtered(text, ink, ground, colours), least)
    ]
    assert bad == []


@pytest.mark.parametrize("theme", [t for t in ALL_THEMES if not t.ansi], ids=lambda t: t.name)
def test_the_colours_of_every_theme_do(theme: Theme) -> None:
    variables = default_tokens(theme) | theme.to_color_system().generate() | theme.variables
    colours = []
    for value in variables.values():
        try:
            colour = Color.parse(value)
        except ColorParseError:
            continue  # a style, or another variable
        if colour.a == 1 and colour.ansi is None:
            colours.append(colour.rgb)
    grounds = [Color.parse(variables[n]).rgb for n in ("background", "surface", "panel")]
    assert len(colours) > 50
    for ink, ground, many in product({*colours}, grounds, Colours):
        assert stands_apart(filtered("text", ink, ground, many), TEXT), (ink, ground, many)


def test_what_can_be_read_already_keeps_its_colours() -> None:
    assert rgb(filtered("text", (0, 0, 0), (255, 255, 255), Colours.TRUE).color) == (0, 0, 0)  # type: ignore[arg-type]


def test_pixels_that_are_alike_stay_alike() -> None:
    style = filtered("▀▄", (100, 100, 100), (101, 101, 101), Colours.TRUE)
    assert style.color is not None
    assert rgb(style.color) == (100, 100, 100)


@pytest.mark.parametrize("colours", [Colours.SIXTEEN, Colours.PALETTE])
def test_a_chosen_row_looks_chosen(colours: Colours) -> None:
    for ground, chosen in (((16, 20, 25), (28, 58, 54)), ((251, 251, 249), (207, 231, 222))):
        filter = ReadableColours(colours, [chosen])
        styles = []
        for on in (ground, chosen):
            style = Style.from_color(RichColor.from_rgb(90, 90, 90), RichColor.from_rgb(*on))
            (segment,) = filter.apply([Segment("text", style)], Color(*ground))
            assert segment.style is not None
            styles.append(segment.style.bgcolor)
        assert styles[0] != styles[1]
