from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import Component, Value
from kertui.text.recipe_values import (
    NotAllowed,
    allowed_words,
    format_number,
    format_value,
    parse_value,
)


def argument(
    kind: ArgumentKind,
    optional: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    family: Family | None = None,
) -> Argument:
    return Argument(
        "it",
        kind,
        required=False,
        default=None,
        optional=optional,
        choices=choices,
        family=family,
        minimum=minimum,
        maximum=maximum,
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ArgumentKind.INTEGER, "16", 16),
        (ArgumentKind.INTEGER, " 10 000 ", 10_000),
        (ArgumentKind.INTEGER, "1e3", 1000),
        (ArgumentKind.NUMBER, "1e-3", 0.001),
        (ArgumentKind.NUMBER, "−0.5", -0.5),
        (ArgumentKind.BOOLEAN, "yes", True),
        (ArgumentKind.BOOLEAN, "False", False),
        (ArgumentKind.INTEGERS, "3", 3),
        (ArgumentKind.INTEGERS, "3, 3", (3, 3)),
        (ArgumentKind.INTEGERS, "3x5", (3, 5)),
        (ArgumentKind.INTEGERS, "3×5", (3, 5)),
        (ArgumentKind.INTEGERS, "(7)", (7,)),
        (ArgumentKind.INTEGERS, "7,", (7,)),
        (ArgumentKind.NUMBERS, "0.1, 0.2", (0.1, 0.2)),
        (ArgumentKind.STRING, "a b", "a b"),
        (ArgumentKind.ANY, "[1, 2]", (1, 2)),
        (ArgumentKind.ANY, "0.5", 0.5),
        (ArgumentKind.ANY, "words", "words"),
        (ArgumentKind.ANY, "9" * 5_000, "9" * 5_000),
        (ArgumentKind.ANY, "[" * 9_000, "[" * 9_000),
    ],
    ids=lambda given: str(given)[:12],
)
def test_what_is_typed_is_understood(kind: ArgumentKind, text: str, value: Value) -> None:
    assert parse_value(text, argument(kind)) == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (ArgumentKind.INTEGER, "abc", "a whole number of at least 1"),
        (ArgumentKind.INTEGER, "2.5", "a whole number of at least 1"),
        (ArgumentKind.INTEGER, "0", "a whole number of at least 1"),
        (ArgumentKind.INTEGER, "none", "a whole number of at least 1"),
        (ArgumentKind.NUMBER, "nan", "a number of at least 1"),
        (ArgumentKind.NUMBER, "", "a number of at least 1"),
        (ArgumentKind.BOOLEAN, "perhaps", "yes or no"),
        (ArgumentKind.INTEGERS, "3, x", "a whole number of at least 1, or several, as in 3, 3"),
    ],
)
def test_what_cannot_be_is_answered_by_what_can(kind: ArgumentKind, text: str, words: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        parse_value(text, argument(kind, minimum=1))
    assert caught.value.allowed == words


def test_a_range_is_told() -> None:
    one = argument(ArgumentKind.NUMBER, minimum=0, maximum=1, optional=True)
    assert allowed_words(one) == "a number from 0 to 1, or none"
    assert parse_value("none", one) is None
    with pytest.raises(NotAllowed):
        parse_value("1.5", one)


def test_a_choice_takes_any_case_and_guesses() -> None:
    one = argument(ArgumentKind.CHOICE, choices=("valid", "same"))
    assert parse_value("SAME", one) == "same"
    with pytest.raises(NotAllowed, match="did you mean valid"):
        parse_value("valit", one)


def test_a_class_is_known_by_its_names(catalog: Catalog) -> None:
    one = argument(ArgumentKind.COMPONENT, family=Family.REGULARIZERS)
    assert parse_value("l2", one, catalog) == "l2"
    assert parse_value("L2", one, catalog) == "L2"
    with pytest.raises(NotAllowed):
        parse_value("l7", one, catalog)
    nested = argument(ArgumentKind.LAYER)
    assert parse_value("lstm", nested, catalog) == Component("LSTM")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_number_is_lost(number: float) -> None:
    assert float(format_number(number)) == number


@given(st.integers(-(10**9), 10**9))
def test_a_whole_number_comes_back(number: int) -> None:
    assert parse_value(format_value(number), argument(ArgumentKind.INTEGER)) == number


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=4).map(tuple))
def test_whole_numbers_come_back(numbers: tuple[int, ...]) -> None:
    assert parse_value(format_value(numbers), argument(ArgumentKind.INTEGERS)) == numbers


def test_values_read_as_words() -> None:
    assert format_value(None) == "none"
    assert format_value(True) == "yes"
    assert format_value(0.001) == "0.001"
    assert format_value(1e-7) == "1e-7"
    assert format_value((3, 3)) == "3, 3"
    assert format_value(Component("L2", {"l2": 0.1})) == "L2(l2=0.1)"
