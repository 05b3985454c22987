from __future__ import annotations

import pytest

from kertasks.runs.steering.commands import SteeringCommand
from kertui.live.steering import parse_argument
from kertui.text.recipe_values import NotAllowed


def parse(text: str, command: SteeringCommand, least: float = 0) -> float:
    argument = command.row.argument
    assert argument is not None
    return parse_argument(text, argument, max(least, argument.least))


@pytest.mark.parametrize("text", ["0", "-1", "1e-50", "1e300", "1" + 400 * "0", "nan", "x", ""])
def test_a_learning_rate_is_one_that_an_optimizer_can_compute_with(text: str) -> None:
    with pytest.raises(NotAllowed, match=r"a number from 1\.2e-38 to 3\.4e\+38"):
        parse(text, SteeringCommand.LEARNING_RATE)
    assert parse("3e-4", SteeringCommand.LEARNING_RATE) == 0.0003


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
        parse(text, SteeringCommand.EPOCHS, least=4)
    assert parse("4", SteeringCommand.EPOCHS, least=4) == 4
