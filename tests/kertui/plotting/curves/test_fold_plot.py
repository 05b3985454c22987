"""The curves of folds: thin ones, a mean twice as thick, and the band around it."""

from __future__ import annotations

import math

import pytest

from kertui.plotting.curves.fold_plot import BAND, CHOSEN, FOLD, MEAN, FoldCurves, FoldPlot
from kertui.plotting.dot_layers import DotLayers
from kertui.plotting.strips import Row, text_of
from kertui.terminal.glyphs import ASCII, BLOCKS, UNICODE, Glyphs, Marker

EPOCHS = range(1, 101)


def lit(layers: DotLayers, role: str) -> set[tuple[int, int]]:
    """The dots of a role's layers, as column and line."""
    layer = next(one for one in layers._layers if one.role == role)
    return {
        (column, line)
        for column, mask in enumerate(layer.masks)
        for line in range(layers.lines)
        if mask >> line & 1
    }


def test_a_line_has_no_hole_and_a_thick_one_is_two_dots_high() -> None:
    layers = DotLayers(10, 5)
    points = [(0.0, 19.0), (7.0, 3.0), (8.0, 11.0), (19.0, 12.0)]
    layers.add("thin", "-").curve(points)
    layers.add("thick", "#").curve(points, thick=True)
    thin, thick = lit(layers, "thin"), lit(layers, "thick")
    assert {column for column, _ in thin} == set(range(20))
    assert all((round(x), round(y)) in thin for x, y in points)
    for column in range(19):  # neighbours touch
        here = [line for at, line in thin if at == column]
        after = [line for at, line in thin if at == column + 1]
        assert min(here) <= max(after) + 1
        assert min(after) <= max(here) + 1
    assert thick == thin | {(column, line + 1) for column, line in thin if line < 19}


def test_what_is_outside_is_cut_and_what_is_no_number_is_a_gap() -> None:
    layers = DotLayers(4, 2)
    layers.add("a", "-").curve([(0, -50.0), (1, -2.0), (2, math.nan), (5, 1e300), (7, -1e300)])
    assert {column for column, _ in lit(layers, "a")} <= {5, 6, 7}
    layers = DotLayers(4, 2)
    layers.add("a", "-").area([(0, 2, 5), (2, math.nan, 5), (3, 2, 5), (7, 2, 5)])
    assert {column for column, _ in lit(layers, "a")} <= set(range(3, 8))


def test_the_tint_is_even_and_within_its_area() -> None:
    layers = DotLayers(20, 10)
    layers.add("a", ".").area([(0, 4, 35), (39, 4, 35)])
    found = lit(layers, "a")
    assert all(4 <= line <= 35 for _, line in found)
    assert len(found) == pytest.approx(40 * 32 / 8, rel=0.1)  # a dot a cell


CURVES = FoldCurves(
    "val_mae",
    (1, 100),
    tuple(
        tuple((float(n), 9 * math.exp(1 - n) + shift) for n in EPOCHS) for shift in (2.0, 3.0, 4.0)
    ),
    tuple((float(n), 9 * math.exp(1 - n) + 3.0) for n in EPOCHS),
    tuple((float(n), 9 * math.exp(1 - n) + 2.2, 9 * math.exp(1 - n) + 3.8) for n in EPOCHS),
    (50.0, 3.0),
)


def drawn(glyphs: Glyphs = UNICODE, curves: FoldCurves = CURVES, **how: object) -> list[Row]:
    return FoldPlot().draw(curves, (60, 14), glyphs, said=[], **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("glyphs", [UNICODE, BLOCKS, ASCII])
def test_each_is_told_from_the_others_in_every_terminal(glyphs: Glyphs) -> None:
    rows = drawn(glyphs, chosen=(0, "1/3"))
    assert all(len(row) == 60 for row in rows)
    assert len(rows) == 14
    roles = {role for row in rows[1:] for sign, role in row if sign != " "}
    assert {BAND, FOLD, CHOSEN, MEAN, "best"} <= roles
    assert "1/3" in text_of(rows[0])
    if glyphs.marker is Marker.ASCII:
        signs = {sign for row in rows[1:-2] for sign, role in row if role == MEAN}
        assert signs == {"#"}


def test_the_start_is_left_out_where_it_presses_the_rest_together() -> None:
    low, high, is_cut = CURVES.limits(whole=False)
    assert is_cut
    assert (low, high) == pytest.approx((2.0, 4.0), abs=0.01)
    assert "without the start" in text_of(drawn()[0])
    assert CURVES.limits(whole=True)[1:] == (13.0, False)
    assert "without the start" not in text_of(drawn(whole=True)[0])
    early = FoldCurves("val_mae", (1, 100), CURVES.folds, CURVES.mean, (), (2.0, 1.5))
    assert early.limits(whole=False)[0] == 2.0, "no value is as low: nothing to bring in sight"


def test_the_best_epoch_is_in_sight_even_among_those_left_out() -> None:
    rising = tuple((float(n), 5.0 + n / 50 if n > 8 else 4.0 + abs(n - 4)) for n in EPOCHS)
    curves = FoldCurves("val_mae", (1, 100), (rising,), rising, (), (4.0, 4.0))
    assert curves.limits(whole=False)[0] <= 4.0
    rows = drawn(curves=curves)
    assert any(role == "best" for row in rows[1:] for _, role in row)


def test_a_band_below_zero_ends_at_the_edge_of_a_logarithmic_axis() -> None:
    points = tuple((float(n), 1 / n) for n in EPOCHS)
    band = tuple((float(n), -0.5, 1.5 / n) for n in EPOCHS)
    curves = FoldCurves("val_loss", (1, 100), (points,), points, band, None)
    rows = drawn(curves=curves, log_y=True)
    assert any(role == BAND for row in rows[1:-3] for sign, role in row if sign in "⠁⠄⡀⢀")
    nothing = FoldCurves("val_loss", (1, 100), (((1.0, -1.0),),), ((1.0, -1.0),))
    assert "nothing above zero" in "".join(map(text_of, drawn(curves=nothing, log_y=True)))


def test_without_an_epoch_it_says_what_is_waited_for() -> None:
    rows = drawn(curves=FoldCurves("val_loss"), waiting="starting the trainers")
    assert "starting the trainers" in "\n".join(map(text_of, rows))
    assert all(len(row) == 60 for row in rows)
