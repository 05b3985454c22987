"""One layer unit by unit: as a table, or as pictures of kernels."""

from __future__ import annotations

from msgspec.structs import replace
from tests.support.layer_records import DENSE, page

from kertui.plotting.heat import HeatLook
from kertui.plotting.layers.layer_units import (
    arrange,
    picture_rows,
    unit_facts,
    unit_rows,
    weight_rows,
)
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, UNICODE

COLOURS = HeatLook(UNICODE)
PLAIN = HeatLook(ASCII, halves=False)
KERNEL = ((0.5, 0.0, -0.5), (0.0, 0.0, 0.0), (-0.5, 0.0, 0.5))


def lines(units: int, picture: object, size: tuple[int, int], look: HeatLook = PLAIN) -> list[str]:
    record = page(DENSE, units, picture)
    layout = arrange(record, *size, look.glyphs)
    rows = unit_rows(record, layout, 1, 0, size[0], focused=True, heat_look=look)
    assert all(len(row) == size[0] for row in rows)
    return [text_of(row) for row in rows]


def test_a_table_has_a_row_a_unit_with_its_weights_as_colours() -> None:
    titles, first, second = lines(2, ((0.5, -0.5),), (78, 10))
    assert titles.split()[:6] == ["unit", "weights", "bias", "mean", "active", "dead"]
    assert "-0.500" in titles
    assert first.split()[:6] == ["0", "1.50", "-0.250", "0.500", "75", "%"]
    assert second.startswith(">    1")
    assert "x" in second
    assert "x" not in first
    assert "@@" in first


def test_more_units_than_rows_stand_in_several_columns() -> None:
    record = page(DENSE, 40)
    assert arrange(record, 140, 11, UNICODE).columns == 2
    assert arrange(record, 140, 60, UNICODE).columns == 1
    assert "39" in "".join(lines(40, (), (140, 21)))


def test_kernels_are_pictures_as_large_as_all_of_them_fit() -> None:
    sizes = (78, 12), (160, 40)
    small, large = (arrange(page(DENSE, 16, KERNEL), *size, UNICODE) for size in sizes)
    assert (small.is_grid, small.pixel, large.pixel) == (True, 2, 6)
    drawn = lines(16, KERNEL, (78, 12))
    assert drawn[1].split()[:4] == ["0", ">", "1", "x"]
    assert drawn[2].startswith("@@==")
    assert "15" in "".join(drawn)


def test_the_middle_of_the_colours_is_nought() -> None:
    (row,) = picture_rows(((-2.0, 0.0, 2.0),), 2.0, 2, COLOURS)
    roles = [role for _, role in row][::2]
    assert roles == [" on heat@0", " on heat@10", " on heat@20"]
    assert picture_rows(KERNEL, 0.0, 1, COLOURS)


def test_the_chosen_unit_stays_in_sight() -> None:
    record = page(DENSE, 100)
    layout = arrange(record, 60, 11, UNICODE)
    assert (layout.columns, layout.rows) == (1, 10)
    assert [layout.first_in_sight(0, unit, 100) for unit in (0, 9, 10, 99)] == [0, 0, 1, 90]
    assert layout.first_in_sight(50, 40, 100) == 40


def test_the_arrays_of_a_layer_stand_over_its_units() -> None:
    rows = [text_of(row) for row in weight_rows(page(DENSE, 8), 78, 6, UNICODE)]
    assert rows[1].split()[:4] == ["kernel", "(2×8)", "4.00", "0.100"]
    assert rows[2].split()[0] == "activations"
    many = page(DENSE, 8)
    many = replace(many, weights=many.weights * 9)
    assert text_of(weight_rows(many, 78, 4, UNICODE)[-1]).split() == ["8", "more"]


def test_a_unit_tells_all_that_is_known() -> None:
    facts = [text for text, _ in unit_facts(page(DENSE, 3), 1, UNICODE)]
    assert facts == [
        "unit 1",
        "✗ dead: the same for all rows",
        "weights 1.50",
        "bias −0.250",
        "mean output 0.500",
        "active in 75 %",
    ]
    assert unit_facts(page(DENSE, 3), 7, UNICODE) == []


def test_any_size_is_drawn() -> None:
    for width in (1, 5, 9, 20, 33, 78, 200):
        for height in (1, 2, 3, 7, 40):
            for picture in ((), ((0.1, 0.2),), KERNEL):
                lines(30, picture, (width, height), COLOURS)
                weight_rows(page(DENSE, 30), width, height, UNICODE)
