"""The table of layers: what is seen at a glance, at every width, without colours too."""

from __future__ import annotations

import math

import pytest
from tests.support.layer_records import DENSE, FLATTEN, dense, table

from kertasks.runs.views.layer_table import Histogram, LayersRecord
from kertui.plotting.layers.layer_rows import (
    Flow,
    flow_of,
    height_of,
    label_of,
    layer_facts,
    network_facts,
    table_rows,
)
from kertui.plotting.layers.level_bars import END_WIDTH, end_text, histogram_rows, log_bar
from kertui.plotting.strips import Row, text_of
from kertui.terminal.glyphs import ASCII, BLOCKS, UNICODE, Glyphs

HEALTHY = table(DENSE, dense(name="dense_1", activation="sigmoid", saturated=0.25))
DYING = table(
    dense(dead=1, gradient_norm=0.0),
    FLATTEN,
    dense(name="dense_1", dead=8, gradient_norm=2e-6),
    dense(name="dense_2", gradient_norm=0.5),
)


def lines(record: LayersRecord, width: int, each: int = 1, glyphs: Glyphs = UNICODE) -> list[str]:
    size = width, 1 + each * len(record.layers)
    rows = table_rows(record, 0, 0, size, each=each, focused=True, glyphs=glyphs)
    assert all(len(row) == width for row in rows)
    return [text_of(row) for row in rows]


def roles(row: Row, text: str) -> set[str]:
    at = text_of(row).index(text)
    return {role for character, role in row[at : at + len(text)] if character != " "}


def test_bars_are_as_the_roots_of_the_counts_and_none_is_lost() -> None:
    (row,) = histogram_rows(Histogram(0, 1, (64, 16, 1, 0)), 1, UNICODE, "train")
    assert text_of(row) == "█▄▁ "
    upper, lower = histogram_rows(Histogram(0, 1, (64, 16, 1, 0)), 2, UNICODE, "train")
    assert (text_of(upper), text_of(lower)) == ("█   ", "██▂ ")
    (row,) = histogram_rows(Histogram(-0.5, 1, (1, 4)), 1, ASCII, "train", ends=True)
    assert text_of(row) == " -0.500 =@ 1.00   "
    (row,) = histogram_rows(Histogram(0, 0, (0,) * 12, 3), 1, UNICODE, "train")
    assert text_of(row) == "not finite  "


@pytest.mark.parametrize("value", [-1.234e-30, -123456.7, -0.00123, 9e37, math.inf, -999.95, 0.0])
def test_numbers_at_the_ends_fit(value: float) -> None:
    assert len(end_text(value, UNICODE)) <= END_WIDTH


def test_a_gradient_is_a_bar_of_powers_of_ten() -> None:
    full = [
        text_of(log_bar(value, 10, UNICODE, "accent")).count(UNICODE.full)
        for value in (0.0, 1e-30, 1e-6, 1.0, 1e9, math.nan, math.inf)
    ]
    assert full == [0, 1, 2, 8, 10, 10, 10]


def test_gradients_that_vanish_or_explode_are_told() -> None:
    layers = [dense(gradient_norm=norm) for norm in (0.0, 1e-6, 0.5, 200.0, math.nan, None)]
    assert [flow_of(one, layers) for one in layers[:1]] == [Flow.NOTHING]
    assert [flow_of(one, layers[1:3]) for one in layers[1:3]] == [Flow.VANISHES, Flow.GOOD]
    assert [flow_of(one, layers) for one in layers[3:]] == [
        Flow.EXPLODES,
        Flow.EXPLODES,
        Flow.GOOD,
    ]


def test_dying_layers_are_told_from_healthy_ones_without_colours() -> None:
    assert network_facts(HEALTHY, UNICODE) == [("no dead units", "dim")]
    assert [text for text, _ in network_facts(DYING, UNICODE)] == [
        "✗ 9 of 24 units dead",
        "↓ no gradient in 1 layer",
        "↓ the gradient vanishes in 1 layer",
    ]
    dead = lines(DYING, 80)
    assert "✗ 1 of 8" in dead[1]
    assert "▱▱▱▱▱ ↓" in dead[1]
    assert "✗ 8 of 8" in dead[3]
    assert "✗" not in "".join(lines(HEALTHY, 80))
    rows = table_rows(DYING, 0, 0, (80, 4), each=1, focused=True, glyphs=UNICODE)
    assert roles(rows[1], "✗ 1 of 8") == {"warning"}


def test_columns_give_way_and_the_dead_and_the_gradient_stay() -> None:
    wide = lines(HEALTHY, 190)[0].split()
    assert " ".join(wide) == "layer out params weights activations dead saturated gradient"
    assert "−1.25" in lines(HEALTHY, 190)[1]
    narrow = lines(HEALTHY, 58)[0].split()
    assert {"layer", "activations", "dead", "gradient"} <= set(narrow) < set(wide)
    long = dense(name="a_layer_with_a_long_name_of_its_own", activation="relu")
    assert "a_layer_with_a_…" in lines(table(long), 58)[1]
    assert "Dense sigmoid" in lines(HEALTHY, 58)[2]  # columns go before names
    for width in range(1, 200, 7):
        for each in (1, 4):
            lines(DYING, width, each)
            lines(table(FLATTEN, dense(update=0.5), since=3), width, each)


def test_histograms_are_higher_where_there_is_room() -> None:
    assert [height_of(4, room) for room in (4, 8, 12, 16, 100)] == [1, 1, 3, 4, 7]
    rows = lines(HEALTHY, 80, each=4)
    assert len(rows) == 9
    assert rows[3].startswith("▸ Dense relu")
    assert "█" in rows[1]
    assert not rows[4].strip()


@pytest.mark.parametrize("glyphs", [ASCII, BLOCKS])
def test_other_signs_draw_the_same(glyphs: Glyphs) -> None:
    drawn = "".join(lines(DYING, 190, 1, glyphs))
    assert "1 of 8" in drawn
    assert drawn.isascii() == glyphs.ascii
    assert all(text.isascii() for text, _ in layer_facts(DENSE, [DENSE], ASCII))


def test_what_is_not_known_says_so() -> None:
    unknown = dense(activations=None, gradient_norm=None, dead=None, units=None, shape=None)
    row = lines(table(unknown), 80)[1]
    assert row.count("–") == 2
    assert ("activations not known", "dim") in layer_facts(unknown, [unknown], UNICODE)


def test_a_layer_is_named_as_its_class_or_as_a_person_named_it() -> None:
    assert label_of(DENSE) == "Dense relu"
    assert label_of(dense(name="max_pooling2d_3", class_name="MaxPooling2D", activation="")) == (
        "MaxPooling2D"
    )
    assert label_of(dense(name="hidden")) == "hidden relu"


def test_the_chosen_layer_tells_what_columns_leave_out() -> None:
    texts = [text for text, _ in layer_facts(dense(update=0.004), [DENSE], UNICODE)]
    assert "gradient 0.100, 0.025 of the weights" in texts
    assert "update 4e-3 of the weights" in texts
    assert "weights −1.25 … 1.50" in texts
