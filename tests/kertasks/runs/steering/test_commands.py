from __future__ import annotations

import pytest

from kertasks.runs.steering.commands import SteeringCommand, row_of


@pytest.mark.parametrize("command", SteeringCommand)
def test_every_command_has_words_and_a_key(command: SteeringCommand) -> None:
    row = command.row
    assert SteeringCommand(str(command)) is command
    assert row_of(str(command)) is row
    assert row.key == row.key.strip() != ""
    assert row.label == row.label.strip() != ""
    assert row.verb == row.verb.strip() != ""
    assert row.not_done == row.not_done.strip() != ""
    assert row.help.endswith(".")
    assert not row.cli_help or row.cli_help.endswith(".")
    assert row.while_training or row.while_paused
    assert not row.done or row.done.format(folder="runs/x")


def test_a_key_has_one_meaning_at_a_time() -> None:
    for while_paused in (False, True):
        keys = [
            command.row.key
            for command in SteeringCommand
            if (command.row.while_paused if while_paused else command.row.while_training)
        ]
        assert len(keys) == len(set(keys))


def test_no_two_commands_are_the_same_on_the_command_line() -> None:
    words = [command.row.cli or str(command) for command in SteeringCommand]
    assert len(words) == len(set(words))


def test_a_name_without_a_row_is_no_command() -> None:
    assert row_of("dance") is None
    with pytest.raises(ValueError, match="dance"):
        SteeringCommand("dance")


def test_the_numbers_a_command_takes_are_said_in_words() -> None:
    rate, epochs = SteeringCommand.LEARNING_RATE.row.argument, SteeringCommand.EPOCHS.row.argument
    assert rate is not None
    assert epochs is not None
    assert rate.allowed == "a number from 1.2e-38 to 3.4e+38"
    assert epochs.allowed == "a whole number from 1 to 2147483648"
    assert [epochs.allows(value) for value in (1, 2.0, 2.5, 0, None)] == [True, True, *[False] * 3]
    assert [rate.allows(value) for value in (0.5, 1, 0.0, float("nan"))] == [
        True,
        True,
        False,
        False,
    ]
