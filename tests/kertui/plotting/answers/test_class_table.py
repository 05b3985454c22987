from __future__ import annotations

import re

import pytest
from tests.support.view_records import matrix_of, topics

from kertui.plotting.answers.class_table import (
    Order,
    TableCursor,
    arrange,
    cell_words,
    ordered,
    scrolled,
    table_rows,
)
from kertui.plotting.strips import Row, ground_of, text_of
from kertui.terminal.glyphs import ASCII, UNICODE, Glyphs

MATRIX = topics()
SMALL = matrix_of([[90, 10, 0], [1, 3, 0], [0, 1, 199]], ("zero", "one", "a name that is long"))


def drawn(
    width: int,
    height: int,
    cursor: TableCursor,
    *,
    matrix: object = None,
    shares: bool = False,
    heat: bool = True,
    glyphs: Glyphs = UNICODE,
    order: Order = Order.AS_NAMED,
    first: tuple[int, int] = (0, 0),
) -> list[Row]:
    found = MATRIX if matrix is None else SMALL
    layout = arrange(found, width, height)
    places = ordered(found, order)
    top = scrolled(first[0], places.index(cursor.true), layout.rows, len(places))
    left = scrolled(first[1], places.index(cursor.said), layout.columns, len(places))
    return table_rows(
        found,
        layout,
        places,
        (top, left),
        cursor,
        shares=shares,
        focused=True,
        heat=heat,
        glyphs=glyphs,
    )


def test_every_cell_of_46_classes_is_reached_with_its_names_at_both_margins() -> None:
    for true, said in ((0, 0), (45, 0), (0, 45), (23, 31), (45, 45)):
        rows = drawn(76, 20, TableCursor(true, said))
        text = [text_of(row) for row in rows]
        (chosen,) = [row for row in rows if any(ground_of(role) == "accent" for _, role in row)]
        assert text_of(chosen).startswith(f"topic {true} ")
        at = next(at for at, (_, role) in enumerate(chosen) if ground_of(role) == "accent")
        count = MATRIX.counts[true][said]
        assert text_of(chosen)[at : at + 6].strip("▸ ·") == (str(count) if count else "")
        head = text[0][at : at + 6].strip() + " " + text[1][at : at + 6].strip()
        assert re.sub(" ", "", head) == f"topic{said}"


def test_sorted_by_mistakes_the_most_wrong_class_is_first_down_and_across() -> None:
    wrong = [sum(row) - row[place] for place, row in enumerate(MATRIX.counts)]
    places = ordered(MATRIX, Order.MOST_WRONG)
    assert [wrong[place] for place in places] == sorted(wrong, reverse=True)
    assert ordered(MATRIX, Order.AS_NAMED) == list(range(46))
    rows = drawn(120, 30, TableCursor(places[0], places[0]), order=Order.MOST_WRONG)
    names = [text_of(row)[:8].strip() for row in rows[2:]]
    assert names == [f"topic {place}" for place in places[: len(names)]]


def test_shares_are_of_the_true_class_in_percent() -> None:
    (_, first, second, third) = drawn(100, 5, TableCursor(2, 0), matrix=SMALL, shares=True)
    assert text_of(first).split()[1:3] == ["90", "10"]
    assert text_of(second).split()[1:3] == ["25", "75"]
    assert text_of(third).split()[-5] == "100"
    assert "1.00" in text_of(third)


def test_a_cells_ground_is_its_share_and_tells_right_from_wrong() -> None:
    _, zero, one, _ = drawn(100, 5, TableCursor(2, 2), matrix=SMALL)

    def grounds(row: Row) -> list[str]:
        return list(dict.fromkeys(ground for _, role in row if (ground := ground_of(role))))

    assert grounds(zero) == ["heat@1", "heat@11"]
    assert grounds(one) == ["heat@12", "heat@2"]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_without_colours_a_sign_tells_the_share(glyphs: Glyphs) -> None:
    rows = drawn(100, 5, TableCursor(2, 2), matrix=SMALL, heat=False, glyphs=glyphs)
    text = "\n".join(map(text_of, rows))
    assert f"{glyphs.levels[6]}90" in text.replace(" ", "")
    assert not any(ground_of(role) for row in rows for _, role in row)
    assert glyphs.cursor in text
    assert text.isascii() == glyphs.ascii


def test_figures_give_way_to_classes_where_there_is_little_room() -> None:
    assert arrange(MATRIX, 120, 20).figures == ("precision", "recall", "F1", "rows")
    assert arrange(MATRIX, 60, 20).figures == ("F1", "rows")
    assert arrange(MATRIX, 40, 20).figures == ()
    assert arrange(MATRIX, 40, 20).columns >= 4
    assert arrange(SMALL, 60, 20).figures == ("recall", "F1", "rows")


@pytest.mark.parametrize("place", [0, 20, 45])
@pytest.mark.parametrize("first", [-5, 0, 30, 99])
def test_the_cursor_is_in_sight_and_no_room_is_wasted(first: int, place: int) -> None:
    assert scrolled(first, place, 10, 46) <= place < scrolled(first, place, 10, 46) + 10
    assert 0 <= scrolled(first, place, 10, 46) <= 36
    assert scrolled(first, place, 100, 46) == 0
    assert scrolled(first, place, 0, 46) == 0


def test_the_cell_is_told_in_words_of_any_length() -> None:
    words = text_of(cell_words(SMALL, TableCursor(0, 1), 80, UNICODE)).rstrip()
    assert words == "zero said to be one: 10 of 100 rows, 10 %"
    for width in range(1, 60):
        assert len(cell_words(SMALL, TableCursor(1, 2), width, UNICODE)) == width
    assert "0 of 0 rows" in text_of(cell_words(MATRIX, TableCursor(45, 45), 80, UNICODE))
