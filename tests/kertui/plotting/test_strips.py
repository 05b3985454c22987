from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from tests.support.wide_names import NAMES

from kertui.plotting.strips import (
    PLAIN,
    ROLES,
    broken,
    cells,
    changed_spans,
    colour_number,
    fit,
    join,
    parse,
    put,
    text_of,
    to_strip,
)

ROWS = st.lists(st.tuples(st.sampled_from("ab "), st.sampled_from(["", "dim"])), max_size=20)


def test_colours_become_roles() -> None:
    train = colour_number("train")
    row = parse(f"\x1b[0m \x1b[38;5;{train}m⠉⠒\x1b[0m x")
    assert row == [
        (" ", PLAIN),
        ("⠉", "train"),
        ("⠒", "train"),
        (" ", PLAIN),
        ("x", PLAIN),
    ]


def test_every_role_has_a_number_of_its_own() -> None:
    assert len({colour_number(role) for role in ROLES}) == len(ROLES)


def test_rows_are_cut_and_filled() -> None:
    assert text_of(fit(cells("abc"), 2)) == "ab"
    assert text_of(fit(cells("abc"), 5)) == "abc  "


def test_the_right_end_of_a_row_stays() -> None:
    assert text_of(join(cells("left"), cells("right"), 12)) == "left   right"
    assert text_of(join(cells("a long left"), cells("right"), 10)) == "a lo right"
    assert text_of(join(cells("left"), cells("too long to fit"), 6)) == "left  "


def test_changes_near_each_other_are_one_span() -> None:
    assert changed_spans(cells("abcdef"), cells("abXdYf")) == [(2, 5)]
    assert changed_spans(cells("abc"), cells("abc")) == []
    assert changed_spans(cells("a", "dim"), cells("a")) == [(0, 1)]
    assert changed_spans(cells("ab"), cells("abc")) == [(0, 3)]


def test_changes_far_apart_are_two() -> None:
    old = cells("a" + "=" * 40 + "b")
    new = cells("x" + "=" * 40 + "y")
    assert changed_spans(old, new) == [(0, 1), (41, 42)]


def test_a_blank_stands_for_what_is_not_printable() -> None:
    assert cells("a\x1b[b\nc", "dim") == [
        ("a", "dim"), (" ", PLAIN), ("[", "dim"), ("b", "dim"), (" ", PLAIN), ("c", "dim"),
    ]  # fmt: skip


def test_a_blank_has_no_role() -> None:
    assert changed_spans(cells("a b", "dim"), cells("a ") + cells("b", "dim")) == [(0, 1)]


@given(ROWS, ROWS)
def test_replacing_the_changed_spans_makes_the_new_row(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    width = max(len(old), len(new))
    old, new = fit(old, width), fit(new, width)
    for start, stop in changed_spans(old, new):
        old[start:stop] = new[start:stop]
    assert old == new


def test_a_strip_joins_cells_of_one_role() -> None:
    styles = {PLAIN: Style(), "dim": Style(dim=True)}
    strip = to_strip(cells("a b", "dim") + cells("c") + cells("d", "unknown"), styles)
    assert strip.text == "a bcd"
    assert strip.cell_length == 5
    assert next(segment.text for segment in strip) == "a b"


def test_braille_and_blanks_stay_apart() -> None:
    strip = to_strip(cells("⠉⠒ ⠉", "train"), {PLAIN: Style(), "train": Style(bold=True)})
    assert [segment.text for segment in strip] == ["⠉⠒", " ", "⠉"]


WIDE = st.lists(st.sampled_from([*NAMES, "a", " ", "漢", "two words"]), max_size=6).map(
    lambda parts: cells("".join(parts))
)


@given(WIDE, st.integers(-3, 40))
def test_a_row_has_as_many_entries_as_it_takes_cells(
    row: list[tuple[str, str]], width: int
) -> None:
    assert cell_len(text_of(row)) == len(row)
    cut = fit(row, width)
    assert len(cut) == cell_len(text_of(cut)) == max(0, width)
    assert to_strip(row, {PLAIN: Style()}).cell_length == len(row)


@given(WIDE, st.integers(-3, 12))
def test_a_row_is_broken_at_any_width_and_nothing_is_lost(
    row: list[tuple[str, str]], width: int
) -> None:
    parts = broken(row, width)
    whole = text_of([cell for part in parts for cell in part])
    assert whole.replace(" ", "") == text_of(row).replace(" ", "")
    for part in parts:
        assert cell_len(text_of(part)) == len(part)
        assert len(part) <= max(1, width) or len([one for one, _ in part if one]) == 1


@given(WIDE, WIDE, st.integers(0, 40))
@example(cells("日本"), [], 1)
def test_what_is_written_over_a_row_leaves_no_half_character(
    row: list[tuple[str, str]], part: list[tuple[str, str]], at: int
) -> None:
    wide = len(row)
    put(row, at, part)
    assert len(row) == cell_len(text_of(row)) == wide


@given(WIDE, WIDE)
def test_a_changed_span_holds_wide_characters_whole(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    width = max(len(old), len(new))
    old, new = fit(old, width), fit(new, width)
    for start, stop in changed_spans(old, new):
        for row in (old, new):
            assert start == 0 or row[start][0]
            assert stop == width or row[stop][0]
