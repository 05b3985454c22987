from __future__ import annotations

import json
import multiprocessing
import stat
from pathlib import Path

from kertui.training.control import (
    KEPT,
    Ask,
    Command,
    ControlFile,
    read_commands,
    write_command,
)


def test_commands_are_numbered_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    assert read_commands(path) == []
    assert write_command(path, Ask.PAUSE) == Command(1, "pause")
    assert write_command(path, Ask.LEARNING_RATE, 0.5) == Command(2, "learning_rate", 0.5)
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
    write_command(path, Ask.PAUSE)
    write_command(path, Ask.RESUME)
    assert control.new_commands() == [Command(1, "pause"), Command(2, "resume")]
    assert control.new_commands() == []
    write_command(path, Ask.STOP)
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
    assert write_command(path, Ask.STOP, after=4).number == 5
    assert control.new_commands() == [Command(5, "stop")]


def test_the_file_stays_short(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    for _ in range(KEPT + 5):
        write_command(path, Ask.BATCH)
    numbers = [command.number for command in read_commands(path)]
    assert numbers == list(range(6, KEPT + 6))


def _ask(path: Path, count: int) -> None:
    for _ in range(count):
        write_command(path, Ask.BATCH)


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
    # A reader as fast as this one misses none; each number is given once.
    assert found == sorted(set(found))
    assert found[-1] == 200
