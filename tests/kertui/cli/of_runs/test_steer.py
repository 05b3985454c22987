"""The commands that steer a run, against a trainer that the test plays."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.steered_run import SteeredRun
from tests.support.waiting import wait_until

from kertasks.runs.event_file.events import Event, LearningRate, Paused, Planned, Stopped
from kertasks.runs.home.store import RunStore
from kertasks.runs.steering.commands import SteeringCommand
from kertui.cli.main import kertui as group
from kertui.cli.main import run
from kertui.cli.of_runs.steer import COMMANDS


@pytest.fixture
def steered(home: Path) -> Iterator[SteeredRun]:
    made = SteeredRun(RunStore(home))
    made.begin()
    yield made
    made.end()


def answers(steered: SteeredRun, *and_then: Event, refused: str | None = None) -> threading.Thread:
    """A trainer that answers the next command, and tells what comes of it."""

    def answer() -> None:
        wait_until(lambda: bool(steered.asked()))
        steered.answer(*and_then, refused=refused)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


NOW = time.time()


@pytest.mark.parametrize(
    ("words", "command", "event", "said"),
    [
        (["pause"], ("pause", None), Paused(NOW, 3, 2), "paused at epoch 3, 2 batches into"),
        (["step"], ("epoch", None), Paused(NOW, 4, 0), "paused at epoch 4\n"),
        (["step", "--batch"], ("batch", None), Paused(NOW, 3, 1), "paused at epoch 3, 1 batches"),
        (
            ["set", "--learning-rate", "0.5"],
            ("learning_rate", 0.5),
            LearningRate(NOW, 4, 0.5),
            "learning rate 0.5 from epoch 4",
        ),
        (["set", "--epochs", "2"], ("epochs", 2), Planned(NOW, 3), "3 epochs in all: so many are"),
        (["save"], ("save", None), None, "saved in"),
        (["stop"], ("stop", None), Stopped(NOW, 3, 3, None, None), "stopped, 3 epochs"),
        (
            ["stop", "--best"],
            ("stop_best", None),
            Stopped(NOW, 3, 2, None, None, None, 2),
            "its weights are those of epoch 2",
        ),
    ],
)
def test_a_command_is_sent_and_what_comes_of_it_is_printed(
    steered: SteeredRun,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    command: tuple[str, float | None],
    event: Event | None,
    said: str,
) -> None:
    trainer = answers(steered, *([event] if event is not None else []))
    assert run([words[0], "last", *words[1:]]) == 0
    trainer.join()
    assert steered.asked() == [command]
    assert said in capsys.readouterr().out


def test_a_refusal_is_an_error(steered: SteeredRun, capsys: pytest.CaptureFixture[str]) -> None:
    trainer = answers(steered, refused="it is paused already")
    assert run(["pause", "last"]) == 1
    trainer.join()
    assert "did not pause: it is paused already" in capsys.readouterr().err


def test_what_is_to_be_set_must_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["set", "last"]) == 2
    assert "give --learning-rate or --epochs" in capsys.readouterr().err


def test_every_steering_command_is_on_the_command_line() -> None:
    names = {command.name for command in COMMANDS}
    assert names <= set(group.commands)
    for command in SteeringCommand:
        name, _, option = (command.row.cli or str(command)).partition(" ")
        (served,) = [each for each in COMMANDS if each.name == name]
        assert not option or any(option in parameter.opts for parameter in served.params)
