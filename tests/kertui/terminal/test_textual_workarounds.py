from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from kertui.terminal.textual_workarounds import CroppedUpdate


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
