"""The installed ``kertui`` in a real terminal, from the picker to a finished run."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.waiting import wait_until

from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Finished
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand

KERTUI = str(Path(sys.executable).with_name("kertui"))
ENTER, ESCAPE = "\r", "\x1b"
MAIN_SCREEN = b"\x1b[?1049l"
"""What gives the normal screen back."""

pytestmark = pytest.mark.terminal


def test_from_the_picker_to_a_finished_run(trainer_home: Path) -> None:
    with PseudoTerminal([KERTUI], columns=120, rows=36) as terminal:
        terminal.wait_for("type to filter")
        terminal.send("thresh")
        terminal.wait_until(lambda text: "xor" not in text and "threshold" in text)
        terminal.wait_for("Recipes")
        terminal.send(ENTER)
        # Keras has said what it makes of the layers once their parameters stand there.
        terminal.wait_until(lambda text: re.search(r"total +\d", text) is not None, 60)
        terminal.send(" ")
        screen = terminal.wait_for("finished", 60)
        assert "accuracy" in screen

        (run,) = RunStore(trainer_home).runs()
        events = EventReader(run.events_path).read()
        epochs = [event for event in events if isinstance(event, Epoch)]
        assert isinstance(events[-1], Finished)
        assert [event.epoch for event in epochs] == list(range(1, run.recipe().fit.epochs + 1))
        assert f"{len(epochs)}/{len(epochs)}" in screen

        terminal.resize(80, 24)
        terminal.wait_for("6 log")
        terminal.send(ESCAPE)
        terminal.wait_for("all tasks")
        terminal.send(ESCAPE)
        terminal.wait_for("type to filter")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    on_normal_screen = bytes(terminal.raw).rpartition(MAIN_SCREEN)[2].decode()
    assert "threshold" in on_normal_screen
    assert run.id in on_normal_screen


def test_the_run_goes_on_when_the_terminal_is_killed(trainer_home: Path) -> None:
    store = RunStore(trainer_home)
    with PseudoTerminal([KERTUI, "--no-advice"], columns=120, rows=36) as terminal:
        terminal.wait_for("type to filter")
        terminal.send("square")
        terminal.wait_until(lambda text: "xor" not in text)
        terminal.send(ENTER)
        terminal.wait_until(lambda text: re.search(r"total +\d", text) is not None, 60)
        terminal.send(" ")
        terminal.wait_for("training", 60)
        wait_until(lambda: bool(_epochs(store)))
        os.kill(terminal.process.pid, signal.SIGKILL)
        terminal.process.wait()
    (run,) = store.runs()
    seen = _epochs(store)
    wait_until(lambda: _epochs(store) > seen)
    assert run.state() is RunState.RUNNING
    run.send(SteeringCommand.STOP)
    wait_until(lambda: run.state() is RunState.STOPPED)
    assert run.model_path.is_file()


def _epochs(store: RunStore) -> int:
    """The last epoch of the only run."""
    events = [event for run in store.runs() for event in EventReader(run.events_path).read()]
    return max((event.epoch for event in events if isinstance(event, Epoch)), default=0)
