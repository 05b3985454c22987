"""The spelling of what a sweep varies."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.errors import UnknownRecipe
from kertasks.groups.sweep.asked import RUNGS, grid_size, recipe_of_trial, rung_of
from kertasks.groups.sweep.dimension import Choices, Range, read_dimension
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.registry import find_task

PATH = "layers.0.units"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("4,32, 64", ("4", "32", "64")),
        ("sgd,adam", ("sgd", "adam")),
        ("[3, 3],[5, 5]", ("[3, 3]", "[5, 5]")),
        ('"a,b",c', ('"a,b"', "c")),
        ('{ class = "SGD", momentum = 0.9 },Adam', ('{ class = "SGD", momentum = 0.9 }', "Adam")),
    ],
)
def test_a_list_has_a_comma_that_is_in_nothing(text: str, values: tuple[str, ...]) -> None:
    assert read_dimension(PATH, text) == Choices(PATH, values)


@pytest.mark.parametrize("text", ["4", "[3, 3]", "relu", "../base.keras", "a/../b.keras", ""])
def test_one_value_is_no_dimension(text: str) -> None:
    assert read_dimension(PATH, text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4,,8", "a value is empty"),
        ("4,8,4", "4 twice"),
        ("4,8..16", "8..16 in a list"),
        ("64..4", "does not go up"),
        ("4..4", "does not go up"),
        ("0..1:log", "above 0 with :log"),
        ("1..2:lin", '"lin" after 1..2'),
        ("1..many", "'many' at an end"),
        ("0..1e30", "numbers a computer counts exactly"),
        ("4,[5", "no TOML value"),
    ],
)
def test_a_wrong_one_says_where_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(RecipeError) as refused:
        read_dimension(PATH, text)
    assert f"{PATH}: found" in str(refused.value)
    assert "allowed:" in str(refused.value)
    assert said in str(refused.value)


def test_whole_ends_make_whole_numbers() -> None:
    assert read_dimension(PATH, "4..64:log") == Range(PATH, 4, 64, log=True, whole=True)
    assert read_dimension(PATH, "4..64.0") == Range(PATH, 4, 64)


_ENDS = st.tuples(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6)).filter(lambda two: two[0] < two[1])


@given(_ENDS, st.floats(0, 1), st.booleans(), st.booleans())
def test_a_number_of_a_range_is_in_it_and_can_be_typed_again(
    ends: tuple[float, float], share: float, log: bool, whole: bool
) -> None:
    low, high = (float(math.ceil(end)) if whole else end for end in ends)
    if low >= high:
        return
    one = Range(PATH, low, high, log=log, whole=whole)
    assert read_dimension(PATH, one.spelled) == one
    text = one.text(min(high, low + share * (high - low)))
    assert low <= float(text) <= high
    assert one.text(float(text)) == text
    assert 0 <= one.share(text) <= 1


@given(st.integers(1, 100_000))
def test_the_last_rung_is_all_epochs(epochs: int) -> None:
    rungs = [rung_of(epochs, rung) for rung in range(RUNGS)]
    assert rungs == sorted(rungs)
    assert rungs[0] >= 1
    assert rungs[-1] == epochs


def test_values_are_put_in_as_by_set_whole_parts_first() -> None:
    recipe = find_task("xor").recipes["answer"]
    rate = Range("compile.optimizer.learning_rate", 1e-4, 1e-1, log=True)
    kind = Choices("compile.optimizer", ("sgd", "adam"))
    found = recipe_of_trial([recipe], [rate, kind], ["0.01", "sgd"]).compile.optimizer
    assert (found.class_name, dict(found.arguments)) == ("sgd", {"learning_rate": 0.01})
    assert grid_size([kind]) == 2
    assert grid_size([kind, rate]) is None
    with pytest.raises(RecipeError, match=r"layers\.9"):
        recipe_of_trial([recipe], [Choices("layers.9.units", ("1", "2"))], ["1"])
    with pytest.raises(UnknownRecipe, match="recipe of xor 'gone'"):  # its file was changed since
        recipe_of_trial([recipe], [Choices("recipe", ("gone", "small"))], ["gone"])
