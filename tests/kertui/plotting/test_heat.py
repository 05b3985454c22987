from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from kertui.plotting.heat import (
    DIVERGING,
    HEAT_ROLES,
    LEVELS,
    RAMPS,
    SEQUENTIAL,
    HeatLook,
    heat,
    put_mark,
    scale,
    shade,
)
from kertui.plotting.strips import (
    PLAIN,
    Row,
    cells,
    changed_spans,
    ground_of,
    on,
    text_of,
    to_strip,
)
from kertui.rows.cell_styles import CellStyles
from kertui.terminal.capabilities import Capabilities, Colours
from kertui.terminal.contrast import FIXED, Rgb, luminance
from kertui.terminal.glyphs import ASCII, UNICODE
from kertui.terminal.readable_colours import ReadableColours
from kertui.terminal.theme import DARK, LIGHT, MONOCHROME

HALVES, SHADES, PLAIN_TEXT = HeatLook(), HeatLook(UNICODE, False), HeatLook(ASCII, False)


def styles(theme: Theme = DARK, colours: Colours = Colours.TRUE) -> CellStyles:
    """What a widget makes of a theme's variables."""
    variables = theme.variables
    looks = {
        role: Style(color=Color.parse(variables[role]).rich_color) if "heat" in role else Style()
        for role in HEAT_ROLES
    }
    plain = Style(color="#ffffff", bgcolor="#101419")
    looks |= {
        f"run-{n}": Style(color=variables[f"class-{n}"].replace("ansi_", "")) for n in range(8)
    }
    return CellStyles({**looks, PLAIN: plain}, colours)


def test_a_cell_holds_two_values_one_over_the_other() -> None:
    low, middle, high = "heat@0", f"heat@{LEVELS // 2}", f"heat@{LEVELS}"
    assert heat([[0, 0.5, 1], [0, 1, math.nan], [0.5, math.nan, 1]], HALVES) == [
        [(" ", on(low)), ("▀", on(high, middle)), ("▀", high)],
        [("▀", middle), (" ", PLAIN), ("▀", high)],
    ]


def test_values_have_their_own_ramps_where_they_are_of_classes() -> None:
    rows = heat([[1, 1]], HALVES, ramps=[["run-0", "run-3"]])
    assert rows == [[("▀", f"run-0@{LEVELS}"), ("▀", f"run-3@{LEVELS}")]]


@pytest.mark.parametrize("look", [SHADES, PLAIN_TEXT])
def test_shades_tell_the_values_where_colours_do_not(look: HeatLook) -> None:
    (row,) = heat([[0, 0.5, 1, math.nan], [0, 0.5, 1, math.nan]], look)
    signs = look.glyphs.heat
    assert text_of(row) == signs[0] + signs[round((len(signs) - 1) / 2)] + signs[-1] + " "
    assert set(signs).isdisjoint({*look.glyphs.marks[:2], look.glyphs.wrong})


def test_a_mark_stands_on_the_map() -> None:
    rows = heat([[0.0], [1.0]], HALVES)
    put_mark(rows, 0, 0, ("●", "strong"))
    assert rows == [[("●", f"strong on heat@{LEVELS}")]]
    put_mark(rows, 3, 3, ("●", "strong"))


@given(st.lists(st.lists(st.floats(), min_size=3, max_size=3), max_size=6), st.booleans())
def test_any_numbers_are_drawn(lines: list[list[float]], halves: bool) -> None:
    rows = heat(lines, HeatLook(UNICODE, halves))
    assert [len(row) for row in rows] == [3] * ((len(lines) + 1) // 2)
    for row in rows:
        assert to_strip(row, styles()).cell_length == 3


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("ramp", RAMPS)
def test_a_ramp_grows_evenly_away_from_where_it_begins(theme: Theme, ramp: str) -> None:
    """Light and dark tell the values too, for eyes that see no colours."""
    found = styles(theme)
    colours: list[Any] = [found[f"{ramp}@{level}"].color for level in range(LEVELS + 1)]
    lights = [luminance(tuple(colour.triplet)) for colour in colours]
    lights = lights[LEVELS // 2 :] if ramp == DIVERGING else lights
    ascending = lights == sorted(lights)
    assert ascending or lights == sorted(lights, reverse=True)
    assert abs(lights[0] - lights[-1]) > 0.1


def test_a_palette_of_256_gets_its_own_colours_and_no_other() -> None:
    found = styles(colours=Colours.PALETTE)
    to_terminal = ReadableColours(Colours.PALETTE)
    shares = [level / LEVELS for level in range(LEVELS + 1)]
    for cell in heat([shares, [*shares[1:], 1.0]], HALVES)[0]:
        (before,) = to_strip([cell], found)
        (after,) = to_terminal.apply([before], Color(16, 20, 25))
        assert shown(after) == [tuple(colour.triplet) for colour in colours_of(before)]


def colours_of(segment: Segment) -> list[Any]:
    assert segment.style is not None
    return [segment.style.color, segment.style.bgcolor]


def shown(segment: Segment) -> list[Rgb]:
    """Of the palette's fixed colours."""
    return [FIXED[colour.number - 16] for colour in colours_of(segment)]


def test_the_terminals_own_colours_stay() -> None:
    found = styles(MONOCHROME)
    assert found[shade(DIVERGING, 0.9)].color == found["heat-low"].color


def test_which_terminals_show_two_colours_in_a_cell() -> None:
    assert Capabilities().two_colours
    assert Capabilities(colours=Colours.PALETTE, blocks=True).two_colours
    for less in (
        Capabilities(colours=Colours.SIXTEEN),
        Capabilities(ascii=True),
        Capabilities(colour=False),
    ):
        assert not less.two_colours


def test_a_blank_keeps_its_ground_and_takes_none() -> None:
    row: Row = [*cells("a b", on("heat@3", "dim")), *cells(" "), *cells(" c", "dim")]
    found = {PLAIN: Style(), on("heat@3", "dim"): Style(bgcolor="red"), "dim": Style(dim=True)}
    assert [segment.text for segment in to_strip(row, found)] == ["a b", "  ", "c"]
    assert ground_of(row[1][1]) == "heat@3"


def test_cells_of_a_heat_map_are_not_sent_along() -> None:
    old = heat([[0, 0.1, 0.2, 0.3, 0], [0.0] * 5], HALVES)[0]
    new = [("▀", "heat@9"), *old[1:4], ("▀", "heat@9")]
    assert changed_spans(old, new) == [(0, 1), (4, 5)]
    assert changed_spans(cells("abcde"), cells("xbcdx")) == [(0, 5)]


def test_a_scale_goes_from_end_to_end() -> None:
    row = scale(LEVELS + 1, HALVES, SEQUENTIAL)
    assert row == [(" ", on(f"amount@{level}")) for level in range(LEVELS + 1)]
    assert len(scale(1, HALVES)) == 1
