"""No text of a run steers the terminal that a command prints it on."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.kertui.runs.test_damaged_runs import STEERING
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run_damage import change
from tests.support.run_folders import NOON, write_run

from kertasks.runs.event_file.events import Epoch, Failed, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.user_folders import default_home

pytestmark = pytest.mark.usefixtures("home")

KERTUI = [sys.executable, "-m", "kertui"]


@pytest.fixture
def run() -> RunFolder:
    run = write_run(RunStore(default_home()), "xor", "answer", epochs=0, end="")
    change(run, recipe=f"recipe{STEERING}", device=f"device{STEERING}")
    metrics = {"loss": 1.0, f"metric{STEERING}": 1.0}
    with run.events_path.open("a") as file:
        file.write(format_event(Epoch(NOON, 1, metrics, 0.1, 0.1)))
        file.write(format_event(Failed(NOON, f"reason{STEERING}")))
    run.log_path.write_text(f"log{STEERING}\n")
    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("runs", "recipe]52;c;eA"),
        ("attach --once", "reason]52;c;eA"),
        ("logs last", "log\\x1b]52;c;eA==\\x07\\x1b[2J\\x9b1m\\u202e[/b][red]"),
    ],
)
def test_on_a_terminal_control_codes_are_left_out_or_shown(
    run: RunFolder, words: str, said: str
) -> None:
    with PseudoTerminal([*KERTUI, *words.split()], columns=200) as terminal:
        assert terminal.wait_for_end() == 0
    printed = bytes(terminal.raw).decode()
    assert said in printed
    assert all(map(str.isprintable, printed.replace("\t", "").splitlines())), ascii(printed)


def test_in_a_pipe_a_log_is_as_it_was_written(run: RunFolder) -> None:
    done = subprocess.run([*KERTUI, "logs", "last"], capture_output=True, check=True)
    assert done.stdout == run.log_path.read_bytes()


def test_an_error_shows_the_control_codes_of_a_file(run: RunFolder) -> None:
    run.recipe_path.write_text('"\\u001b[2J" = 1\n')
    done = subprocess.run([*KERTUI, "attach", "last", "--once"], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"\\x1b[2J: found an unknown key" in done.stderr
    assert b"\x1b" not in done.stderr
