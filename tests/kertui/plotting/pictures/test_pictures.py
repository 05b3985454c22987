"""What the picture tab draws: cell by cell where that says something, and at any size."""

from __future__ import annotations

import math
import random
from itertools import product

import msgspec
import pytest

from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.looking.view import Rows
from kertasks.runs.views.decision_boundary import BoundaryMap, UnitMap
from kertasks.runs.views.fitted_curve import FittedCurve
from kertasks.runs.views.saliency import Saliency
from kertui.plotting.heat import LEVELS, HeatLook, resampled
from kertui.plotting.pictures.boundary_picture import arrange, boundary_rows
from kertui.plotting.pictures.curve_picture import curve_rows
from kertui.plotting.pictures.saliency_picture import saliency_rows
from kertui.plotting.pictures.unit_maps import unit_shares
from kertui.plotting.strips import Row, ground_of, text_of
from kertui.terminal.glyphs import ASCII, BLOCKS, UNICODE

HALVES, SHADES, PLAIN = HeatLook(), HeatLook(UNICODE, False), HeatLook(ASCII, False)
WIDTHS, HEIGHTS = (1, 2, 7, 23, 24, 39, 40, 41, 60, 72, 80, 120, 200), (1, 2, 3, 4, 8, 9, 24, 60)

A, B = FeatureAxis("a", None, -0.5, 1.5), FeatureAxis("b", "cm", -0.5, 1.5)


def exclusive_or(columns: int = 8, lines: int = 8) -> BoundaryMap:
    """P(1) of a network that has learned it, sure in the quarters of the picture."""
    values = tuple(
        tuple(float((column >= columns // 2) == (line >= lines // 2)) for column in range(columns))
        for line in range(lines)
    )
    units = tuple(
        UnitMap("hidden", unit, 3, ((0.0, 1.0), (0.5, -0.5 if unit else 0.5))) for unit in range(3)
    )
    return BoundaryMap(
        Rows.TRAIN, 4, A, B, 0, ("0", "1"), values,
        points_x=(0, 0, 1, 1), points_y=(0, 1, 0, 1),
        points_class=(0, 1, 1, 0), points_wrong=(False, False, False, True), units=units,
    )  # fmt: skip


def texts(rows: list[Row]) -> list[str]:
    return [text_of(row).rstrip() for row in rows]


def test_a_boundary_with_its_points_where_no_colour_tells_it() -> None:
    record = msgspec.structs.replace(exclusive_or(), units=())
    assert texts(boundary_rows(record, arrange(40, 12, 0), PLAIN)) == [
        "b (cm)",
        "       |@@@@@@@@@@@",
        "     1 +@@@@@o@@@@@    x",
        "       |@@@@@@@@@@@",
        "       |@@@@@@@@@@@",
        "       |           @@@@@@@@@@",
        "     0 +     *     @@@@o@@@@@",
        "       |           @@@@@@@@@@",
        "       |           @@@@@@@@@@",
        "       +---------------------",
        "             0         1    a",
        "        0  ..:--==#%%@ 1   * 0   o 1   ~",
    ]


def test_a_boundary_in_half_blocks() -> None:
    record = exclusive_or()
    layout = arrange(80, 12, 3)
    rows = boundary_rows(record, layout, HALVES)
    left = layout.gutter + 2
    assert rows[1][left] == (" ", f" on heat@{LEVELS}")
    assert rows[1][left + layout.columns - 1] == (" ", " on heat@0")
    (wrong,) = [cell for row in rows[1 : 1 + layout.rows] for cell in row if cell[0] == "✗"]
    assert wrong[1] == "strong on heat@0"
    assert "✗ wrong" in text_of(rows[-1])
    # The maps of the units stand beside it, each under its layer and its number.
    beside = text_of(rows[0])[left + layout.columns :]
    assert beside.split() == ["hidden", "1", "hidden", "2", "hidden", "3"]


def test_a_threshold_tells_only_which_class_is_said() -> None:
    record = msgspec.structs.replace(
        exclusive_or(), values=((0.4, 0.6), (math.nan, 0.5)), points_x=(), points_y=(),
        points_class=(), points_wrong=(), units=(),
    )  # fmt: skip
    (row,) = boundary_rows(record, arrange(10, 1, 0), HALVES, thresholded=True)
    # What is no number stays blank; 0.5 is no more than that.
    assert row == [("▀", "heat@0")] * 5 + [("▀", f"heat@{LEVELS} on heat@0")] * 5


def three_classes() -> BoundaryMap:
    return BoundaryMap(
        Rows.TEST, 3, A, B, 4, ("red", "green", "blue"),
        values=((0.9, 0.4), (0.5, 1 / 3)), said=((0, 1), (2, 1)),
        points_x=(0.0,), points_y=(0.0,), points_class=(2,), points_wrong=(False,),
    )  # fmt: skip


def test_of_more_classes_each_has_its_colour_and_is_pale_where_it_is_not_sure() -> None:
    rows = boundary_rows(three_classes(), arrange(80, 12, 0), HALVES)
    grounds = {ground_of(role) or role for row in rows[1:9] for _, role in row if "@" in role}
    assert {"run-0@17", "run-1@2", "run-2@5", "run-1@0"} <= grounds
    assert "▲ blue" in text_of(rows[-1])
    numbered = texts(boundary_rows(three_classes(), arrange(80, 12, 0), PLAIN))
    assert "0" * 8 in numbered[1]
    assert "2 + blue" in numbered[-1]


def test_a_regression_goes_from_the_least_of_the_target_to_the_most() -> None:
    record = msgspec.structs.replace(
        three_classes(), classes=(), said=(), values=((5.0, 50.0), (27.5, math.inf)),
        points_class=(), points_wrong=(), target=FeatureAxis("price", "$1,000", 5.0, 50.0),
    )  # fmt: skip
    rows = boundary_rows(record, arrange(80, 12, 0), HALVES)
    roles = {ground_of(role) or role for row in rows[1:9] for _, role in row if "amount" in role}
    assert roles == {"amount@0", f"amount@{LEVELS}", f"amount@{LEVELS // 2}"}
    assert "price $5,000" in text_of(rows[-1])
    assert "$50,000" in text_of(rows[-1])


def test_a_unit_is_shown_by_the_most_it_gives() -> None:
    assert unit_shares([[0.0, 2.0], [4.0, 1.0]]) == ([[0.0, 0.5], [1.0, 0.25]], "amount")
    assert unit_shares([[-2.0, 1.0]]) == ([[0.0, 0.75]], "heat")
    assert unit_shares([[0.0, math.nan]])[1] == "amount"  # a dead unit
    assert resampled([], 2, 1) == [[pytest.approx(math.nan, nan_ok=True)] * 2]


def squares(points: int = 5) -> FittedCurve:
    """A network that goes straight on where the rows end."""
    at = [place / 10 for place in range(-30, 31)]
    said = [x * x if abs(x) <= 1 else abs(x) for x in at]
    xs = [2 * place / (points - 1) - 1 for place in range(points)]
    return FittedCurve(
        Rows.TEST, points, FeatureAxis("x", None, -1, 1), FeatureAxis("x²", None, 0, 1),
        tuple(at), (tuple(said),), points_x=tuple(xs), points_y=tuple(x * x for x in xs),
    )  # fmt: skip


def test_a_curve_goes_on_where_the_rows_end() -> None:
    assert texts(curve_rows(squares(), 40, 12, ASCII)) == [
        "x²",
        "        |          :         :",
        "      3 +**        :         :        **",
        "        | ****     :         :     ****",
        "      2 +    ***   :         :   ***",
        "        |      *** :         : ***",
        "      1 +         *o*        o*",
        "        |          :**     **:",
        "      0 +          : o**o**o :",
        "        +-------------------------------",
        "                        0              x",
        "         -- the network   o rows       ~",
    ]


def test_beyond_the_rows_the_curve_is_quiet_and_dots_stand_for_many_rows() -> None:
    rows = curve_rows(squares(200), 60, 14, UNICODE)
    roles = [
        {role for sign, role in column if sign.strip()} for column in zip(*rows[1:11], strict=True)
    ]
    middle = 9 + 51 // 2
    assert "accent" in roles[middle]
    assert "accent" not in roles[12] | roles[-2]
    assert "dim" in roles[12]
    assert ("┊", "axis") in [cell for row in rows[1:9] for cell in row]
    assert "trained from -1 … 1" in text_of(rows[-1])
    assert "○" not in "".join(texts(rows))


def praise(words: int = 6) -> Saliency:
    text = ("it", "was", "good", "not", "bad", "at")
    weights = (0.0, 0.01, 0.6, -0.3, -0.1, math.nan)
    return Saliency(
        Rows.TEST, 3, 1, "praise", "praise", 0.75, False,
        words=tuple(text[place % 6] for place in range(words)),
        weights=tuple(weights[place % 6] for place in range(words)), left_out=7,
    )  # fmt: skip


def test_words_stand_on_the_colour_of_what_they_count_for() -> None:
    rows = saliency_rows(praise(), 80, 10, HALVES).rows
    looks: dict[str, str] = {}
    for sign, role in rows[0]:
        looks[role] = looks.get(role, "") + sign
    assert looks[f" on heat@{LEVELS}"].startswith("good")
    assert looks["dim"].startswith("itwas")
    assert "not" in looks[" on heat@5"]
    listed = texts(rows)
    assert listed[0].endswith("+0.600 ▰▰▰▰▰▰▰▰ good")
    assert listed[1].endswith("−0.300 ▰▰▰▰     not")
    assert "… 7 more words" in listed[1]
    assert "gradient × input" in listed[-1]


def test_signs_tell_what_words_count_for_without_colours() -> None:
    rows = texts(saliency_rows(praise(), 80, 10, PLAIN).rows)
    assert rows[0].startswith("it was +good -not bad at")
    assert rows[-1].startswith("-against it  +for it")


def test_a_long_text_is_scrolled_line_by_line() -> None:
    drawn = saliency_rows(praise(600), 30, 12, HALVES, 5)
    whole = saliency_rows(praise(600), 30, 300, HALVES)
    assert drawn.lines == whole.lines
    assert texts(drawn.rows)[5:11] == texts(whole.rows)[10:16]
    last = saliency_rows(praise(600), 30, 12, HALVES, 10_000)
    assert "… 7 more words" in "".join(texts(last.rows))


def digit(size: int = 3) -> Saliency:
    pixels = tuple(tuple(float(a == b) for a in range(size)) for b in range(size))
    weights = tuple(tuple((a - b) / size for a in range(size)) for b in range(size))
    return Saliency(Rows.TEST, 3, 1, "7", "1", 0.75, True, pixels=pixels, pixel_weights=weights)


def test_a_picture_beside_what_counts_in_it() -> None:
    rows = saliency_rows(digit(), 40, 9, HALVES).rows
    assert texts(rows)[0].split("  ")[0] == "the picture"
    assert rows[1][0] == (" ", f" on amount@{LEVELS}")
    signs = texts(saliency_rows(digit(), 40, 9, PLAIN).rows)
    assert signs == [
        "the picture    what counts",
        "@@@@               ++++++++",
        "@@@@               ++++++++",
        "    @@@@       ----    ++++",
        "    @@@@       ----    ++++",
        "        @@@@   --------",
        "        @@@@   --------",
        "",
        "-against it  +for it   gradient x input",
    ]


RECORDS = {
    "xor": exclusive_or(),
    "classes": three_classes(),
    "nothing": msgspec.structs.replace(exclusive_or(), values=(), units=()),
}


@pytest.mark.parametrize("look", [HALVES, SHADES, PLAIN, HeatLook(BLOCKS, True)])
def test_pictures_are_drawn_at_any_size(look: HeatLook) -> None:
    for width, height in product(WIDTHS, HEIGHTS):
        for name, record in RECORDS.items():
            for units in (None, 0, 3, 500):
                rows = boundary_rows(record, arrange(width, height, units), look)
                assert [len(row) for row in rows] == [width] * len(rows), (name, width, height)
                assert len(rows) <= height
        for curve in (squares(), squares(200)):
            rows = curve_rows(curve, width, height, look.glyphs)
            assert [len(row) for row in rows] == [width] * len(rows), (width, height)
            assert len(rows) <= height
        for record_ in (praise(), praise(200), digit(), digit(40)):
            rows = saliency_rows(record_, width, height, look, 3).rows
            assert [len(row) for row in rows] == [width] * height, (width, height)
            if look.glyphs.ascii:
                assert all(text_of(row).isascii() for row in rows)


def test_numbers_that_are_none_are_drawn() -> None:
    chance = random.Random(1)

    def pick() -> float:
        return chance.choice((math.nan, math.inf, -math.inf, 0.0, 1e300, -1e300, 5e-324))

    for _ in range(60):
        axis = FeatureAxis("x", "m", pick(), pick())
        points = tuple(pick() for _ in range(3))
        curve = FittedCurve(
            Rows.TRAIN, 3, axis, FeatureAxis("y", None, pick(), pick()),
            tuple(pick() for _ in range(4)), (tuple(pick() for _ in range(4)),),
            points_x=points, points_y=points,
        )  # fmt: skip
        assert curve_rows(curve, 50, 14, UNICODE)
        values = tuple(tuple(pick() for _ in range(3)) for _ in range(2))
        plane = BoundaryMap(
            Rows.TRAIN, 3, axis, axis, 1, ("a", "b"), values, points_x=points, points_y=points,
            points_class=(-1, 0, 9), points_wrong=(True,) * 3,
            units=(UnitMap("u", 0, 1, values),),
        )  # fmt: skip
        assert boundary_rows(plane, arrange(60, 14, 1), HALVES)
        row = Saliency(
            Rows.TRAIN, 3, 0, "a", "b", pick(), True, words=("x", "y", "z"), weights=points
        )
        assert saliency_rows(row, 50, 9, HALVES).rows
