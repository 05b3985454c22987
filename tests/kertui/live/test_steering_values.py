from __future__ import annotations

import pytest

from kertui.live.steering_values import parse_epochs, parse_learning_rate
from kertui.text.recipe_values import NotAllowed


@pytest.mark.parametrize("text", ["0", "-1", "1e-50", "1e300", "1" + 400 * "0", "nan", "x", ""])
def test_a_learning_rate_is_one_that_an_optimizer_can_compute_with(text: str) -> None:
    with pytest.raises(NotAllowed, match=r"a number from 1\.2e-38 to 3\.4e\+38"):
        parse_learning_rate(text)
    assert parse_learning_rate("3e-4") == 0.0003


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("3", "a whole number of at least 4"),
        ("4.5", "a whole number of at least 4"),
        ("x", "a whole number of at least 4"),
        ("1" + 400 * "0", "a whole number of at most 2 147 483 648"),
    ],
)
def test_a_number_of_epochs_is_one_that_can_be_counted_to(text: str, allowed: str) -> None:
    with pytest.raises(NotAllowed, match=allowed):
        parse_epochs(text, least=4)
    assert parse_epochs("4", least=4) == 4
