from __future__ import annotations

from kertui.plotting.curves.run_strokes import (
    MOST_RUNS,
    free_place,
    sample,
    stroke_of,
)
from kertui.terminal.glyphs import ASCII, UNICODE


def test_runs_beside_each_other_differ_in_colour_and_in_stroke() -> None:
    assert len({stroke_of(place, UNICODE).role for place in range(MOST_RUNS)}) == MOST_RUNS
    for place in range(MOST_RUNS - 1):
        assert stroke_of(place, UNICODE).dashes != stroke_of(place + 1, UNICODE).dashes
        assert sample(place, UNICODE) != sample(place + 1, UNICODE)


def test_in_ascii_every_run_has_a_character_of_its_own() -> None:
    assert len({stroke_of(place, ASCII).ascii_marker for place in range(MOST_RUNS)}) == MOST_RUNS
    assert all(cell[0].isascii() for place in range(MOST_RUNS) for cell in sample(place, ASCII))
    assert stroke_of(2, ASCII).dashes == ()


def test_a_place_that_was_left_is_taken_again_and_no_run_moves() -> None:
    assert free_place(()) == 0
    assert free_place({0, 2}) == 1
    assert free_place(set(range(MOST_RUNS))) is None
