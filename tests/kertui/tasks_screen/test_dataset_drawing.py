from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.data.described.description import (
    ColumnsSample,
    CurvePicture,
    ImageSample,
    ScatterPicture,
    WordsSample,
)
from kertui.plotting.dot_canvas import DotCanvas
from kertui.plotting.grey_pictures import draw_images
from kertui.tasks_screen.dataset_drawing import (
    draw_columns,
    draw_curve,
    draw_scatter,
    draw_words,
    name_ends,
)
from kertui.terminal.glyphs import ASCII, UNICODE, Marker

XOR = ScatterPicture("a", "b", (0, 1, 0, 1), (0, 0, 1, 1), (0, 1, 1, 0))


def test_a_stroke_sets_the_dots_between_its_ends() -> None:
    canvas = DotCanvas(2, 1)
    canvas.stroke((0, 3), (3, 0))
    assert canvas.rows() == ["⡠⠊"]
    plain = DotCanvas(3, 3, Marker.ASCII)
    plain.stroke((0, 2), (2, 0))
    assert plain.rows() == ["  *", " * ", "*  "]


def test_points_are_marked_by_class_and_named_below() -> None:
    lines = [line.plain for line in draw_scatter(XOR, 20, 8, UNICODE, ("no", "yes"))]
    assert len(lines) == 8
    marks = [line for line in lines if "│" in line and ("●" in line or "○" in line)]
    upper, lower = marks
    assert upper.index("○") < upper.index("●")
    assert lower.index("●") < lower.index("○")
    assert lines[-1].strip() == "● no   ○ yes"


def test_the_names_of_the_classes_are_not_cut_where_a_second_line_holds_them() -> None:
    names = ("y ≤ 0.5", "y > 0.5")
    lines = [line.plain for line in draw_scatter(XOR, 18, 9, UNICODE, names)]
    assert len(lines) == 9
    assert [line.strip() for line in lines[-2:]] == ["● y ≤ 0.5", "○ y > 0.5"]
    low = [line.plain for line in draw_scatter(XOR, 18, 5, UNICODE, names)]
    assert low[-1].strip() == "● y ≤ 0.5 …", "there is more than fits"


def test_the_numbers_under_a_plot_keep_apart() -> None:
    picture = ScatterPicture("x", "y", (-0.59, 1.5), (0, 1), (0, 1))
    for width in range(10, 40):
        numbers = draw_scatter(picture, width, 9, UNICODE, ("a", "b"))[-2].plain.split()
        assert set(numbers) <= {"-0.59", "1.5", "x"}, width


def test_a_curve_rises_where_the_target_does() -> None:
    picture = CurvePicture("x", "y", (0, 1, 2), (0, 1, 2))
    lines = [line.plain for line in draw_curve(picture, 20, 8, ASCII)]
    assert all(line.isascii() for line in lines)
    columns = [line.index("*") for line in lines if "*" in line]
    assert columns == sorted(columns, reverse=True)


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(
    points=st.lists(st.tuples(numbers, numbers, st.integers(0, 3)), min_size=1, max_size=40),
    width=st.integers(12, 90),
    height=st.integers(5, 30),
)
def test_no_picture_is_larger_than_its_room(
    points: list[tuple[float, float, int]], width: int, height: int
) -> None:
    x, y, classes = (tuple(values) for values in zip(*points, strict=True))
    names = ("a", "b", "c", "d")
    scatter = draw_scatter(ScatterPicture("x", "y", x, y, classes), width, height, UNICODE, names)
    curve = draw_curve(CurvePicture("x", "y", tuple(sorted(x)), y), width, height, UNICODE)
    assert len(scatter) <= height
    assert len(curve) <= height
    room = max(width, 26)  # the axes' numbers need some
    assert all(line.cell_length <= room for line in (*scatter, *curve))


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (0, 1, ("0", "1")),
        (0.00252, 2499.9, ("0", "2500")),
        (-0.6234, 1.5712, ("-0.62", "1.57")),
        (5, 5, ("5", "5")),
        (0, 123456, ("0", "123456")),
    ],
)
def test_the_ends_of_a_range_are_rounded_to_a_hundredth_of_it(
    low: float, high: float, ends: tuple[str, str]
) -> None:
    assert name_ends(low, high) == ends


def test_a_text_that_does_not_fit_says_how_much_is_left() -> None:
    sample = WordsSample("positive", "word " * 100)
    lines = [line.plain for line in draw_words([sample], 40, 6, UNICODE)]
    assert lines[0] == "positive"
    assert len(lines) == 6
    said = sum(line.count("word ") + line.endswith("word") for line in lines[1:-1])
    assert lines[-1] == f"… {100 - said} more words"


def test_rows_stand_side_by_side_as_far_as_they_fit() -> None:
    sample = ColumnsSample("price $5", (("rooms", "6"), ("age", "12 years")))
    wide = [line.plain for line in draw_columns([sample] * 5, 40, 9, UNICODE)]
    assert wide[0].count("price $5") == 3
    low = [line.plain for line in draw_columns([sample] * 5, 40, 2, UNICODE)]
    assert low[-1] == "… 1 more columns"


def test_pictures_are_as_large_as_all_of_them_fit() -> None:
    digit = ImageSample("7", ((0.0, 1.0), (1.0, 0.0)))
    small = draw_images([digit] * 4, 8, 4, UNICODE, colour=True)
    large = draw_images([digit] * 4, 60, 12, UNICODE, colour=True)
    assert [line.cell_length for line in small] == [8, 7, 2, 1]
    assert len(large) == 7
    shaded = draw_images([digit], 20, 4, ASCII, colour=False)
    assert [line.plain for line in shaded[-3:-1]] != []
    assert all(line.plain.isascii() for line in shaded)
