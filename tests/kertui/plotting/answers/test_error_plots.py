from __future__ import annotations

import msgspec
import pytest
from tests.support.view_records import prices

from kertui.plotting.answers.error_plots import bins_at, error_rows
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, BLOCKS, UNICODE, Glyphs

SIZES = [(1, 1), (5, 3), (20, 8), (30, 20), (60, 12), (80, 17), (200, 55)]


def text(width: int, height: int, glyphs: Glyphs = UNICODE, **changes: object) -> list[str]:
    record = msgspec.structs.replace(prices(), **changes)
    rows = error_rows(record, width, height, glyphs)
    assert [len(row) for row in rows] == [width] * height
    return [text_of(row) for row in rows]


@pytest.mark.parametrize("glyphs", [UNICODE, BLOCKS, ASCII])
def test_any_size_is_filled(glyphs: Glyphs) -> None:
    for size in SIZES:
        drawn = "".join(text(*size, glyphs))
        assert drawn.isascii() or not glyphs.ascii
    for value in (3e38, -1e-300, 0.0):
        text(80, 17, glyphs, truth=(value,), predicted=(value,))


def test_what_is_right_lies_on_the_diagonal() -> None:
    truth = tuple(map(float, range(41)))
    lines = text(50, 20, ASCII, truth=truth, predicted=truth, unit="")[1:11]
    plot = [line.partition("|")[2] or line.partition("+")[2] for line in lines]
    stars = [(row, line.index("*")) for row, line in enumerate(plot) if "*" in line]
    assert len(stars) >= 9
    columns = [column for _, column in stars]
    assert columns == sorted(columns, reverse=True)
    assert columns[0] - columns[-1] > 30


def test_ends_are_in_the_targets_own_unit() -> None:
    drawn = "\n".join(text(120, 20))
    for label in ("$60,000", "-$12,000", "$29,000", "predicted against true"):
        assert label in drawn
    assert "$0.00" not in drawn


def test_a_histogram_shows_all_its_rows_at_any_width() -> None:
    one = tuple(int(place == 17) for place in range(30))
    for width in (55, 80, 120):
        drawn = text(width, 14, error_rows=one)
        assert any("█" in line or "▁" in line for line in drawn)
    assert bins_at(0) == 1
    assert bins_at(400) == 48


def test_without_a_finite_output_it_is_said() -> None:
    drawn = text(80, 17, truth=(), predicted=(), error_rows=(0,) * 30)
    assert "no output is finite" in "\n".join(drawn)
