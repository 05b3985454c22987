from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kertui.plotting.curves.lines import dashes, dots

LINES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50)), min_size=1, max_size=20)


def test_dots_are_evenly_spaced() -> None:
    assert dots([(0, 0), (10, 0)], 3) == [(0, 0), (3, 0), (6, 0), (9, 0)]


def test_a_steep_line_is_as_dotted_as_a_flat_one() -> None:
    assert dots([(0, 0), (0, 10)], 3) == [(0, 0), (0, 3), (0, 6), (0, 9)]


def test_the_spacing_goes_on_round_a_corner() -> None:
    assert dots([(0, 0), (4, 0), (4, 4)], 3) == [(0, 0), (3, 0), (4, 2)]


@given(LINES, st.tuples(st.floats(0, 100), st.floats(0, 50)))
def test_what_is_appended_moves_no_dot(
    line: list[tuple[float, float]], more: tuple[float, float]
) -> None:
    before = dots(line, 3)
    assert dots([*line, more], 3)[: len(before)] == before


@given(LINES)
def test_no_dot_comes_twice(line: list[tuple[float, float]]) -> None:
    found = dots(line, 3)
    assert len(set(found)) == len(found)


def test_dashes_are_drawn_and_left_out_in_turn() -> None:
    found = dashes([(0.0, 0.0), (19.0, 0.0)], (4, 2))
    assert [x for x, _ in found] == [0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19]


def test_dashes_and_dots_repeat_as_a_whole() -> None:
    found = dashes([(0.0, 0.0), (0.0, 15.0)], (3, 2, 1, 2))
    assert [y for _, y in found] == [0, 1, 2, 5, 8, 9, 10, 13]
