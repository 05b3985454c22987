from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Container
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import OptionList, Static

from kertui.terminal.textual_workarounds import CroppedUpdate, PlacedUpdate, allow_any_size


def sent(chops: dict[int, Strip | None], span: tuple[int, int], ends: list[int]) -> str:
    console = Console(file=io.StringIO(), force_terminal=True)
    update = CroppedUpdate([chops], [(0, *span)], [ends])
    text = update.render_segments(console)
    return re.sub(r"\x1b\[1;(\d+)H", lambda found: f"<{int(found[1]) - 1}>", text)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ((0, 6), "<0>abcdef"),
        ((2, 4), "<2>cd"),
        ((4, 6), "<4>ef"),
        ((4, 9), "<4>ef<6>ghi"),
        ((7, 8), "<7>h"),
        ((6, 12), "<6>ghijkl"),
    ],
)
def test_only_the_cells_of_the_span_are_sent(span: tuple[int, int], text: str) -> None:
    chops: dict[int, Strip | None] = {0: Strip([Segment("abcdef")]), 6: Strip([Segment("ghijkl")])}
    assert sent(chops, span, [6, 12]) == text


def test_what_is_not_rendered_is_left_out() -> None:
    assert sent({0: None, 6: Strip([Segment("ghijkl")])}, (0, 8), [6, 12]) == "<6>gh"


def test_half_of_a_wide_character_is_a_blank() -> None:
    assert sent({0: Strip([Segment("a漢b")])}, (2, 4), [4]) == "<2> b"


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def test_the_cursor_is_put_behind_what_terminals_count_otherwise() -> None:
    strip = Strip([Segment(f"a{FAMILY}b")])
    placed = f"<0>   \x1b[1Ga\x1b[2G{FAMILY}\x1b[4Gb"
    assert sent({0: strip}, (0, 4), [4]) == placed
    update = PlacedUpdate([[Strip([Segment("xy")]), strip]], Region(0, 0, 6, 1))
    console = Console(file=io.StringIO(), force_terminal=True)
    assert update.render_segments(console).endswith(f"xy   \x1b[3Ga\x1b[4G{FAMILY}\x1b[6Gb")


def test_what_all_terminals_count_alike_is_sent_as_it_is() -> None:
    assert sent({0: Strip([Segment("漢字 ─⠉ …✓")])}, (0, 11), [11]) == "<0>漢字 ─⠉ …✓"


class Narrow(App[None]):
    """A list and an edge that have more around them than there is room for."""

    CSS = """
    Container { layout: grid; grid-size: 2; grid-columns: 1fr 1fr; grid-rows: 1; height: 2; }
    #edge { border-left: solid red; padding: 0 1; height: 100%; }
    OptionList { height: auto; border: none; padding: 0; width: 100%; }
    """

    def __init__(self) -> None:
        super().__init__()
        allow_any_size()

    def compose(self) -> ComposeResult:
        with Container():
            yield Static("x")
            yield Static("y", id="edge")
        yield OptionList("one")


@pytest.mark.parametrize("size", [(1, 3), (2, 3), (4, 4)], ids=str)
async def test_a_widget_without_room_stays_in_its_place(size: tuple[int, int]) -> None:
    app = Narrow()
    async with app.run_test(size=size):
        for strip in app.screen._compositor.render_strips():
            assert cell_len(strip.text) == size[0]
