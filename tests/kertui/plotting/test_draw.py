from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kertui.plotting.axes import Limits
from kertui.plotting.draw import Curve, Stroke, draw
from kertui.plotting.strips import parse, text_of
from kertui.terminal.glyphs import Marker

UNIT = Limits(0, 1, 0, 1)


def drawn(*curves: Curve, size: tuple[int, int] = (8, 2), limits: Limits = UNIT) -> list[str]:
    return [text_of(parse(row)) for row in draw(curves, size, limits)]


def test_a_rising_line() -> None:
    assert drawn(Curve([(0, 0.0), (1, 1.0)], Stroke("train"))) == ["    ⣀⠤⠒⠉", "⣀⠤⠒⠉    "]


def test_a_dotted_line_has_every_third_dot() -> None:
    assert drawn(Curve([(0, 0.0), (1, 0.0)], Stroke("validation", dotted=True))) == [
        "        ",
        "⡀⢀ ⡀⢀ ⡀⢀",
    ]


def test_a_gap_stays_a_gap() -> None:
    points = [(0, 0.0), (0.3, 0.0), (0.5, math.nan), (0.7, 0.0), (1, 0.0)]
    assert drawn(Curve(points, Stroke("train"))) == ["        ", "⣀⣀⡀  ⣀⣀⣀"]


def test_a_lone_point_is_large_enough_to_see() -> None:
    (row,) = drawn(Curve([(0.5, 0.5)], Stroke("train")), size=(3, 1))
    assert row.strip()


def test_curves_keep_their_colours() -> None:
    rows = draw(
        [
            Curve([(0, 0.0), (1, 0.0)], Stroke("train")),
            Curve([(0, 1.0), (1, 1.0)], Stroke("validation-raw")),
        ],
        (4, 2),
        UNIT,
    )
    assert {role for _, role in parse(rows[0])} == {"validation-raw"}
    assert {role for _, role in parse(rows[1])} == {"train"}


def test_ascii_has_one_character_a_cell() -> None:
    rows = draw(
        [Curve([(0, 0.0), (1, 1.0)], Stroke("train", ascii_marker="x"))],
        (6, 3),
        UNIT,
        marker=Marker.ASCII,
    )
    text = [text_of(parse(row)) for row in rows]
    assert text == ["    xx", "  xx  ", "xx    "]


@pytest.mark.parametrize("high", [1e-4, 1e-12, 1e-300])
def test_limits_far_smaller_than_the_data_cost_nothing(high: float) -> None:
    """plotext alone would take minutes and gigabytes; a limit on memory would end us here."""
    limits = Limits(0, 1, 0, high)
    rows = drawn(Curve([(0, 0.0), (0.5, 1e9), (1, 0.0)], Stroke("train")), limits=limits)
    assert len(rows) == 2
    assert rows[0].strip()


def test_values_that_are_not_finite_do_not_end_the_process() -> None:
    """In a process of its own: an abort in here would take the tests with it."""
    program = (
        "import math\n"
        "from kertui.plotting.draw import Curve, Stroke, draw\n"
        "from kertui.plotting.axes import Limits\n"
        "points = [(0, 1.0), (1, math.nan), (2, math.inf), (3, -math.inf), (4, 2.0)]\n"
        "print(len(draw([Curve(points, Stroke('train'))], (20, 5), Limits(0, 4, 0, 2))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "5")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(), min_size=1, max_size=30),
    st.floats(-1e9, 1e9),
    st.floats(1e-12, 1e12),
    st.booleans(),
    st.sampled_from(Marker),
)
def test_whatever_the_data_the_picture_has_its_size(
    values: list[float], low: float, span: float, dotted: bool, marker: Marker
) -> None:
    limits = Limits(0, max(1, len(values) - 1), low, low + max(span, abs(low) * 1e-9))
    curve = Curve(list(enumerate(values)), Stroke("train", dotted=dotted))
    rows = draw([curve], (13, 4), limits, marker=marker)
    assert [len(parse(row)) for row in rows] == [13] * 4


def test_nothing_to_draw_is_blank() -> None:
    assert drawn() == [" " * 8, " " * 8]
    assert draw([], (0, 3), UNIT) == []
