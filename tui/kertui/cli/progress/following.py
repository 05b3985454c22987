"""Follows a run from the command line until it ends, or until the person leaves it.

What is printed are the events themselves, or a line that moves and a summary.
"""

from __future__ import annotations

import contextlib
import math
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from kertasks.errors import UserError
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Advised, Event, Failed, Notice, Stopped, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.scores.run_baselines import read_baselines
from kertasks.text.numbers import (
    clock,
    counted,
    duration,
    grouped,
    metric,
    metric_label,
    rate,
    short_path,
    test_metric,
)
from kertasks.text.result import compared, not_finite, tested_in_full, weights_of
from kertui.cli.progress.status_line import StatusLine, bar
from kertui.live.followed.progress import RateMeter, TrainerClock

_LOOK_EVERY = 0.05
_STATE_EVERY = 1.0
LEFT = 130
"""The exit status of who left a run that goes on."""


def follow(run: RunFolder, planned: int, pressed: CtrlC, *, as_json: bool) -> int:
    """Print what happens in a run; return the exit status.

    The first Ctrl-C asks the trainer to stop and keep the weights, the second leaves.
    """
    report = Report(run, planned, as_json=as_json)
    history = RunHistory()
    reader = EventReader(run.events_path)
    asked = 0
    look_at_state = time.monotonic() + _STATE_EVERY
    with _unheard(run, report):
        report.tell(f"run {short_path(run.path)}")
        while True:
            pressed.wait(_LOOK_EVERY)
            if pressed.count > asked:
                asked += 1
                if asked > 1:
                    report.tell(f"left; the trainer still stops by itself. {report.how_to_end}")
                    return LEFT
                with contextlib.suppress(UserError):  # its folder is gone: the next look says so
                    run.send(SteeringCommand.STOP)
                report.tell("stopping, the weights are kept … (Ctrl-C again leaves at once)")
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
                report.trouble(run.trouble())


class CtrlC:
    """Counts how often Ctrl-C is pressed; a press ends a wait."""

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


class Report:
    """What is printed of a run: its events as JSON, or a live line on a terminal (a line a second
    in a pipe) and a summary. What is no result goes to stderr.

    ``planned`` says how many epochs it has, until its events do; with ``as_json`` its events are
    all that is printed on stdout.
    """

    def __init__(self, run: RunFolder, planned: int, *, as_json: bool) -> None:
        self._run = run
        self._planned = planned
        self._as_json = as_json
        self._line = StatusLine(sys.stdout)
        self._meter = RateMeter()
        self._clock = TrainerClock()
        self._began = time.monotonic()
        self._trouble = ""

    def tell(self, text: str) -> None:
        """Tell the person what is no result; nobody there is no reason to fail."""
        with contextlib.suppress(OSError):
            self._line.clear()
            click.echo(text, err=True)

    def take(self, event: Event) -> None:
        """Print the event; or of it only what a person should know besides the numbers."""
        if self._as_json:
            click.echo(format_event(event), nl=False)
        elif isinstance(event, Notice):
            self.tell(f"note: {event.text}")
        elif isinstance(event, Advised) and event.finding.is_alarm:
            self.tell(str(event))

    def show(self, history: RunHistory) -> None:
        """Show where the training is, when a line is due."""
        if not self._as_json:
            text = self._text(history)
            if text and self._line.due:
                self._line.show(text)

    def trouble(self, why: str) -> None:
        """Tell what keeps a silent run from being read or written, once while it lasts."""
        if why and why != self._trouble:
            self.tell(why)
        self._trouble = why

    def gone(self, state: RunState) -> int:
        """Say that the run is over without a word of its own; return the exit status."""
        if state is RunState.REMOVED:
            self.tell("removed: the run's folder is gone; there is nothing left to resume")
            return 1
        why = self._run.trouble() or "killed, or out of memory?"
        self.tell(f"lost: the trainer's process is gone and wrote no end ({why})")
        self.tell(f"kertui resume {self._run.id} goes on from its last checkpoint")
        self.tell(f"its log: {short_path(self._run.log_path)}")
        return 1

    @property
    def how_to_end(self) -> str:
        """The commands that show the run again and that end it."""
        run = self._run.id
        return f"kertui attach {run} shows it; kertui stop {run} ends it and keeps the weights."

    def end(self, history: RunHistory) -> int:
        """Print the last numbers, where the weights are, and what it got on the test split; return
        the exit status."""
        if not self._as_json and not self._line.live and history.epochs:
            self._line.show(self._text(history), now=True)
        ended = history.ended
        if isinstance(ended, Failed):
            self.tell(f"failed: {ended.reason}")
            self.tell(f"its log: {short_path(self._run.log_path)}")
            return 1
        if ended is None or self._as_json:
            return 0
        self._line.clear()
        word = "stopped" if isinstance(ended, Stopped) else "finished"
        parts = [f"{word}: {counted(ended.epochs, 'epoch')}"]
        if ended.not_finite_since is not None:
            parts.append(not_finite(ended.not_finite_since))
        parts += [_best(history), clock(history.elapsed(ended.t))]
        click.echo(", ".join(filter(None, parts)))
        if self._line.live and history.last is not None:
            metrics = history.last.metrics.items()
            click.echo("  ".join(f"{metric_label(n)} {metric(n, value)}" for n, value in metrics))
        weights = self._run.where(self._run.model_path)
        # A pipe may lead to a program, which knows no ~.
        where = short_path(weights) if self._line.live else weights
        whose = f" of {weights_of(ended)}" if ended.restored_epoch is not None else ""
        click.echo(f"weights{whose} {where}")
        result = tested_in_full(ended)
        if result and ended.not_finite_since is None:
            means = " (mae)" if test_metric(ended.test, ended.result) == "mae" else ""
            best = read_baselines(self._run.baselines_path).best
            against = compared(best, ended.test or {}, ended.unit)
            click.echo(", ".join(filter(None, [f"{result}{means}", against])))
        return 0

    def _text(self, history: RunHistory) -> str:
        here = time.monotonic()
        now = self._clock.now(history, here)
        progress = self._meter.read(history, self._planned, now, monotonic=here)
        live = self._line.live
        if history.paused is not None:
            return f"paused at epoch {grouped(history.epochs)}; kertui resume goes on"
        if history.compiling:
            return "compiling …" if live else ""
        if history.started is None:
            waited = clock(time.monotonic() - self._began)
            return f"starting the trainer …  {waited}" if live else ""
        if not progress.exact:
            return "training …" if live else ""
        planned = grouped(progress.planned) if progress.planned else ""
        of = f"/{planned}" if planned else ""
        parts = [f"epoch {grouped(progress.done):>{len(planned)}}{of}"]
        if live:
            share = progress.share
            parts.append(f"{bar(share, 12, self._line.signs)} {share:4.0%}")
            parts.append(rate(progress.rate, "ep"))
            if progress.is_quiet:
                parts.append(f"no news for {duration(progress.silent)}")
            elif not math.isnan(progress.left):
                parts.append(f"{clock(progress.left)} left")
        if history.not_finite_since is not None:
            parts.append(not_finite(history.not_finite_since))
        newest = history.last or history.progress
        metrics = newest.metrics if newest is not None else {}
        parts += [f"{metric_label(name)} {metric(name, value)}" for name, value in metrics.items()]
        return self._line.joined(filter(None, parts))


def _best(history: RunHistory) -> str:
    """The best epoch with the value that decided; where there is none, that there is none."""
    best = history.best
    if best.epoch is None:
        return "no best epoch" if history.epochs else ""
    name = best.monitor.name
    return f"best {grouped(best.epoch)} ({metric_label(name)} {metric(name, best.value)})"


@contextmanager
def _unheard(run: RunFolder, report: Report) -> Iterator[None]:
    """A closed pipe or a full disk is no reason to end a training: say that it goes on."""
    try:
        yield
    except OSError as error:
        gone = isinstance(error, BrokenPipeError)
        why = "nobody reads any more" if gone else f"cannot print any more ({error.strerror})"
        where = short_path(run.path)
        report.tell(f"{why}; the run goes on in {where}. {report.how_to_end}")
        raise
