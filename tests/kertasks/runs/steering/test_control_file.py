from __future__ import annotations

import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import (
    KEPT,
    MOST_WAITING,
    Command,
    ControlFile,
    TooManyWait,
    read_commands,
    write_command,
)


def test_commands_are_numbered_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    assert read_commands(path) == []
    assert write_command(path, SteeringCommand.PAUSE) == Command(1, "pause")
    assert write_command(path, SteeringCommand.LEARNING_RATE, 0.5) == Command(
        2, "learning_rate", 0.5
    )
    assert json.loads(path.read_text()) == {
        "commands": [
            {"number": 1, "command": "pause"},
            {"number": 2, "command": "learning_rate", "value": 0.5},
        ]
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["control.json"]


def test_a_trainer_gets_each_command_once_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    control = ControlFile(path)
    assert control.new_commands() == []
    write_command(path, SteeringCommand.PAUSE)
    write_command(path, SteeringCommand.RESUME)
    assert control.new_commands() == [Command(1, "pause"), Command(2, "resume")]
    assert control.new_commands() == []
    write_command(path, SteeringCommand.STOP)
    assert control.new_commands() == [Command(3, "stop")]
    path.write_text(path.read_text())  # touched, with the same numbers
    assert control.new_commands() == []


def test_what_is_no_command_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    control = ControlFile(path)
    stop = '"command":"stop"'
    for text in (
        "",
        "{",
        "[]",
        '{"commands":3}',
        '{"commands":[3]}',
        '{"commands":[{"number":1}]}',
        f'{{"commands":[{{"number":"1",{stop}}}]}}',
        f'{{"commands":[{{"number":true,{stop}}}]}}',
        f'{{"commands":[{{"number":1,{stop},"value":"x"}}]}}',
    ):
        path.write_text(text)
        assert control.new_commands() == []
        assert read_commands(path) == []


def test_a_lost_file_starts_after_what_was_carried_out(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    control = ControlFile(path, done=4)
    path.write_text("{")
    assert write_command(path, SteeringCommand.STOP, answered=lambda: 4).number == 5
    assert control.new_commands() == [Command(5, "stop")]


def test_the_file_stays_short_where_commands_are_answered(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    for number in range(KEPT + 5):
        write_command(path, SteeringCommand.BATCH, answered=lambda done=number: done)  # type: ignore[misc]
    numbers = [command.number for command in read_commands(path)]
    assert numbers == list(range(6, KEPT + 6))


def test_a_command_stays_until_it_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    control = ControlFile(path)
    write_command(path, SteeringCommand.STOP)
    for _ in range(3 * KEPT):
        write_command(path, SteeringCommand.SAVE)
    commands = control.new_commands()
    assert [command.number for command in commands] == list(range(1, 3 * KEPT + 2))
    assert commands[0] == Command(1, "stop")
    # What was answered goes, what waits for its answer stays.
    write_command(path, SteeringCommand.SAVE, answered=lambda: KEPT)
    numbers = [command.number for command in read_commands(path)]
    assert numbers == list(range(KEPT + 1, 3 * KEPT + 3))


def test_a_trainer_that_answers_nothing_is_not_asked_without_end(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    for _ in range(MOST_WAITING):
        write_command(path, SteeringCommand.SAVE)
    before = path.read_bytes()
    with pytest.raises(TooManyWait, match="1000 commands wait already"):
        write_command(path, SteeringCommand.STOP)
    assert path.read_bytes() == before
    assert write_command(path, SteeringCommand.STOP, answered=lambda: 1).number == MOST_WAITING + 1


def _ask(path: Path, count: int) -> None:
    for _ in range(count):
        write_command(path, SteeringCommand.BATCH)


def test_two_interfaces_lose_none_of_each_other_s_commands(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_ask, args=(path, 100)) for _ in range(2)]
    control = ControlFile(path)
    for writer in writers:
        writer.start()
    found: list[int] = []
    while any(writer.is_alive() for writer in writers):
        found += [command.number for command in control.new_commands()]
    found += [command.number for command in control.new_commands()]
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert found == list(range(1, 201))
