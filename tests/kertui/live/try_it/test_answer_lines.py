"""Who says what, as aligned rows with bars."""

from __future__ import annotations

import math

import pytest

from kertasks.runs.looking.view import Rows
from kertasks.runs.views.answer import Answer, BaselineSays
from kertui.live.try_it.answer_lines import answer_rows
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, UNICODE, Glyphs

THREE = Answer(
    Rows.TRAIN,
    9,
    outputs=(0.1, 0.2, 0.7),
    classes=("c", "a long name", "b"),
    probabilities=(0.7, 0.2, 0.1),
    baseline=BaselineSays("logistic regression", "b", 0.5),
)


def lines(answer: Answer, height: int = 9, width: int = 60, glyphs: Glyphs = UNICODE) -> list[str]:
    rows = answer_rows(answer, width, height, glyphs)
    assert all(len(row) == width for row in rows)
    return [text_of(row).rstrip() for row in rows]


def test_the_most_probable_class_is_first_and_the_baseline_last() -> None:
    assert lines(THREE, width=53, glyphs=ASCII) == [
        "network               c             0.700  #######",
        "                      a long name   0.200  ##",
        "                      b             0.100  #",
        "logistic regression   b             0.500  #####",
    ]
    # The less probable ones go first where there is no room.
    assert [line.split()[-2] for line in lines(THREE, 2)] == ["0.700", "0.500"]
    assert [line.split()[0] for line in lines(THREE, 1)] == ["network"]
    assert lines(THREE, 0) == []


def test_a_class_that_is_next_to_impossible_takes_no_line() -> None:
    sure = Answer(Rows.TRAIN, 9, (1.0,), tuple("pqrs"), (0.999, 0.0006, 0.0004, 0.0))
    first, second = lines(sure)
    assert "0.999" in first
    assert second.endswith("q   0.001")


def test_of_two_classes_one_says_it_all() -> None:
    two = Answer(Rows.TRAIN, 4, (0.97,), ("1", "0"), (0.97, 0.03))
    assert lines(two, width=40, glyphs=ASCII) == ["network   1   0.970  " + 18 * "#"]


def test_values_are_in_their_unit_and_stand_by_their_last_digit() -> None:
    said = BaselineSays("linear regression", value=9.5)
    house = Answer(Rows.TRAIN, 4, (0.1,), value=21.0224, unit="$1,000", baseline=said)
    assert lines(house) == ["network             $21,022", "linear regression    $9,500"]
    several = Answer(Rows.TRAIN, 4, (0.5, 0.25))
    assert lines(several) == ["network   0.5000, 0.2500"]


@pytest.mark.parametrize("width", range(0, 80, 7))
def test_it_is_drawn_at_any_width(width: int) -> None:
    nothing = Answer(Rows.TRAIN, 4, (math.nan,), ("1", "0"), (math.nan, math.nan))
    for answer in (THREE, nothing):
        assert len(lines(answer, 3, width)) <= 3
