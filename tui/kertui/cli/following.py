"""Follows a run from the command line until it ends, or until the person leaves it."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.event_reader import EventReader
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertui.cli.reports import JsonReport, TextReport

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe

_LOOK_EVERY = 0.05
_STATE_EVERY = 1.0
LEFT = 130


def follow(run: RunFolder, recipe: Recipe, pressed: CtrlC, *, as_json: bool) -> int:
    """Print what happens in a run; return the exit status.

    The first Ctrl-C asks the trainer to stop and keep the weights, the second leaves.
    """
    report = JsonReport(run) if as_json else TextReport(run, recipe.fit.epochs)
    history = RunHistory()
    reader = EventReader(run.events_path)
    asked = 0
    look_at_state = time.monotonic() + _STATE_EVERY
    with _unheard(report):
        report.begin()
        while True:
            pressed.wait(_LOOK_EVERY)
            if pressed.count > asked:
                asked += 1
                if asked > 1:
                    report.left()
                    return LEFT
                _stop(run, report)
            events = reader.read()
            for event in events:
                history.add(event)
                report.take(event)
            if history.ended is not None:
                return report.end(history)
            if reader.behind:
                continue
            report.show(history)
            if not events and time.monotonic() >= look_at_state:
                look_at_state = time.monotonic() + _STATE_EVERY
                state = run.state()
                if state.is_gone:
                    return report.gone(state)


def _stop(run: RunFolder, report: JsonReport | TextReport) -> None:
    with contextlib.suppress(UserError):  # its folder is gone: the next look says so
        run.ask(SteeringCommand.STOP)
    report.stopping()


class CtrlC:
    """Counts Ctrl-C; a press ends a wait."""

    def __init__(self) -> None:
        self.count = 0
        self._event = threading.Event()

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Count presses meanwhile, instead of an interruption anywhere."""
        before = signal.signal(signal.SIGINT, self._pressed)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the next press."""
        if self._event.wait(seconds):
            self._event.clear()

    def _pressed(self, _number: int, _frame: object) -> None:
        self.count += 1
        self._event.set()


@contextmanager
def _unheard(report: JsonReport | TextReport) -> Iterator[None]:
    """A closed pipe or a full disk is no reason to end a training: say that it goes on."""
    try:
        yield
    except OSError as error:
        report.unheard(error)
        raise
