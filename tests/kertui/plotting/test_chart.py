from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kertui.plotting.axes import Limits, StableLimits
from kertui.plotting.chart import Layout, Level, Mark, canvas, chart, gutter_for, with_cursor
from kertui.plotting.draw import Curve, Stroke
from kertui.plotting.strips import Row, text_of
from kertui.terminal.glyphs import ASCII, BLOCKS, UNICODE, Glyphs

LINE = Curve([(1, 1.0), (100, 0.0)], Stroke("train"))


def limits(low: float = 0.0, high: float = 1.0, rows: int = 5) -> Limits:
    return StableLimits().fit((1, 100), low, high, rows, False)


def drawn(
    curves: list[Curve], layout: Layout, shown: Limits, glyphs: Glyphs = UNICODE, **around: Any
) -> list[Row]:
    return chart(canvas(curves, layout, shown, glyphs), layout, shown, glyphs=glyphs, **around)


def text(rows: list[list[tuple[str, str]]]) -> list[str]:
    return [text_of(row).rstrip() for row in rows]


def test_a_plot() -> None:
    assert text(drawn([LINE], Layout(30, 7, 5), limits())) == [
        "1.0 ┤⠒⠤⢄⣀",
        "    │    ⠉⠑⠒⠤⢄⣀",
        "0.5 ┤          ⠉⠑⠒⠢⠤⣀⡀",
        "    │                ⠈⠉⠒⠢⠤⣀⡀",
        "0.0 ┤                      ⠈⠉⠒",
        "    └┬───────────┬───────────┬",
        "     1          50         100",
    ]


def test_ascii_needs_no_other_characters() -> None:
    rows = drawn([LINE], Layout(30, 7, 5), limits(), glyphs=ASCII)
    assert all(text_of(row).isascii() for row in rows)
    assert len(rows) == 7


def test_a_mark_lies_over_the_curve() -> None:
    rows = drawn([LINE], Layout(30, 7, 5), limits(), marks=[Mark(1, 1.0, "◆", "best")])
    assert rows[0][5] == ("◆", "best")


def test_a_mark_outside_is_not_shown() -> None:
    marks = [Mark(200, 0.5, "◆", "best"), Mark(50, 9.0, "◆", "best")]
    rows = drawn([LINE], Layout(30, 7, 5), limits(), marks=marks)
    assert "◆" not in "".join(text(rows))


def test_the_cursor_passes_under_the_curve() -> None:
    layout, shown = Layout(30, 7, 5), limits()
    rows = drawn([LINE], layout, shown)
    crossed = with_cursor(rows, layout, shown, 100)
    column = [row[29][0] for row in crossed[:5]]
    assert column[:4] == ["│"] * 4
    assert column[4] not in "│ "
    assert crossed[5:] == rows[5:]
    assert with_cursor(rows, layout, shown, 500) == rows


def test_the_epoch_under_a_column_is_the_one_drawn_there() -> None:
    layout, shown = Layout(30, 7, 5), limits()
    for column in range(layout.columns):
        epoch = layout.epoch_of(column, shown)
        assert abs(layout.column_of(epoch, shown) - column) <= 1


@settings(deadline=None, max_examples=60)
@given(
    st.integers(8, 200),
    st.integers(3, 60),
    st.floats(-1e9, 1e9),
    st.floats(0, 1e9),
    st.booleans(),
)
def test_every_row_is_as_wide_as_asked(
    width: int, height: int, low: float, span: float, x_labels: bool
) -> None:
    rows_of_curves = max(1, height - (2 if x_labels else 1))
    shown = StableLimits().fit((1, 1000), low, low + span, rows_of_curves, False)
    layout = Layout(width, height, min(gutter_for(shown), width - 1), x_labels)
    rows = drawn([Curve([(1, low), (1000, low + span)], Stroke("train"))], layout, shown)
    assert [len(row) for row in rows] == [width] * (layout.rows + (2 if x_labels else 1))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.1, 0.9), (0.0, 8000.0), (1e-7, 2e-7)])
def test_labels_are_right_aligned_and_whole(low: float, high: float) -> None:
    shown = limits(low, high, 10)
    rows = drawn([], Layout(60, 12, gutter_for(shown)), shown)
    ticks = [text_of(row) for row in rows if "┤" in text_of(row)]
    assert len(ticks) >= 2
    assert len({row.index("┤") for row in ticks}) == 1
    assert all(row[row.index("┤") - 2].isdigit() for row in ticks)


@pytest.mark.parametrize("glyphs", [UNICODE, BLOCKS, ASCII])
def test_what_curves_are_compared_with_is_a_line_under_them_with_its_name(glyphs: Glyphs) -> None:
    rows = text(
        drawn([LINE], Layout(40, 7, 5), limits(), level=Level(0.77, "mean 0.770"), glyphs=glyphs)
    )
    line = glyphs.level_line
    assert rows[1].endswith(" mean 0.770")
    assert rows[1][5:29].count(line) > 10
    without = text(drawn([LINE], Layout(40, 7, 5), limits(), glyphs=glyphs))
    assert [row for at, row in enumerate(rows) if at != 1] == without[:1] + without[2:]
    curve = [at for at, sign in enumerate(without[1][5:29]) if sign != " "]
    assert [rows[1][5 + at] for at in curve] == [without[1][5 + at] for at in curve]


def test_a_level_out_of_sight_is_told_with_the_side_it_is_on() -> None:
    far = text(drawn([], Layout(40, 7, 5), limits(), level=Level(9.0, "mean 9")))
    assert far[0].endswith(" mean 9 ↑")
    assert "╌" not in "".join(far)
    low = text(drawn([], Layout(40, 7, 5), limits(), level=Level(-9.0, "mean -9")))
    assert low[4].endswith(" mean -9 ↓")
    narrow = drawn([], Layout(14, 7, 5), limits(), level=Level(0.5, "logistic regression 0.500"))
    assert text_of(narrow[2])[5:] == "╌" * 9


def test_a_name_gives_way_to_curves_at_the_margin() -> None:
    flat = Curve([(1, 0.5), (100, 0.5)], Stroke("train"))
    rows = text(drawn([flat], Layout(40, 7, 5), limits(), level=Level(0.5, "mean 0.5")))
    assert rows[1].endswith(" mean 0.5")
    assert "╌" not in rows[1]
