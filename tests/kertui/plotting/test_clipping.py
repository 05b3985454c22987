from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertui.plotting.curves.lines import clip, finite_lines

NAN = math.nan


def test_a_line_is_cut_at_every_value_that_is_not_finite() -> None:
    points = [(1, 1.0), (2, NAN), (3, 2.0), (4, 3.0), (5, math.inf), (6, -math.inf), (7, 1.0)]
    assert finite_lines(points) == [[(1, 1.0)], [(3, 2.0), (4, 3.0)], [(7, 1.0)]]


def test_no_points_are_no_line() -> None:
    assert finite_lines([]) == []
    assert finite_lines([(1, NAN)]) == []


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ([(0.2, 0.2), (0.8, 0.8)], [[(0.2, 0.2), (0.8, 0.8)]]),
        ([(0.5, -1.0), (0.5, 2.0)], [[(0.5, 0.0), (0.5, 1.0)]]),
        ([(0.0, 2.0), (1.0, 3.0)], []),
        ([(0.0, 0.5), (0.5, 1.5), (1.0, 0.5)], [[(0, 0.5), (0.25, 1.0)], [(0.75, 1.0), (1, 0.5)]]),
        ([(0.5, 0.5)], [[(0.5, 0.5)]]),
        ([(0.5, 1.5)], []),
    ],
)
def test_only_what_lies_inside_is_left(
    line: list[tuple[float, float]], parts: list[list[tuple[float, float]]]
) -> None:
    assert clip(line) == parts


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=12))
def test_nothing_leaves_the_square_whatever_comes_in(points: list[tuple[float, float]]) -> None:
    for line in finite_lines(points):
        for part in clip(line):
            for x, y in part:
                assert 0 <= x <= 1
                assert 0 <= y <= 1


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=12))
def test_a_line_inside_is_kept_whole(line: list[tuple[float, float]]) -> None:
    assert clip(line) == [line]
