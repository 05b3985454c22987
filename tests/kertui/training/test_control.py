from __future__ import annotations

import json
import stat
from pathlib import Path

from kertui.training.control import STOP, Command, ControlFile, read_command, write_command


def test_commands_are_numbered_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    assert read_command(path) is None
    assert write_command(path, STOP) == Command(1, STOP)
    assert write_command(path, STOP) == Command(2, STOP)
    assert json.loads(path.read_text()) == {"number": 2, "command": "stop"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["control.json"]


def test_a_trainer_gets_each_command_once(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    control = ControlFile(path)
    assert control.next_command() is None
    write_command(path, STOP)
    assert control.next_command() == Command(1, STOP)
    assert control.next_command() is None
    write_command(path, "pause")
    assert control.next_command() == Command(2, "pause")
    path.write_text(path.read_text())  # touched, with the same number
    assert control.next_command() is None


def test_what_is_no_command_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    control = ControlFile(path)
    for text in ("", "{", "[]", '{"number":"1","command":"stop"}', '{"number":1}'):
        path.write_text(text)
        assert control.next_command() is None
        assert read_command(path) is None
