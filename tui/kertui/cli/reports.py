"""What ``kertui train`` prints: the events themselves, or a line that moves and a summary."""

from __future__ import annotations

import contextlib
import math
import sys
import time

import click

from kertasks.runs.events import Event, Failed, Notice, Stopped, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text.numbers import (
    clock,
    grouped,
    metric,
    metric_label,
    rate,
    short_path,
    test_result,
)
from kertui.cli.status_line import StatusLine, bar
from kertui.live.progress import RateMeter, RunProgress


class _Report:
    """What both forms say on stderr."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run

    def begin(self) -> None:
        """The run exists."""
        _say(f"run {short_path(self._run.path)}")

    def stopping(self) -> None:
        """The person pressed Ctrl-C."""
        _say("stopping, the weights are kept … (Ctrl-C again leaves at once)")

    def left(self) -> None:
        """The person pressed it twice."""
        _say(f"left; the trainer still stops by itself. {self.how_to_end()}")

    def unheard(self, error: OSError) -> None:
        """Nothing more can be printed: the pipe's other end is gone, or a disk is full."""
        gone = isinstance(error, BrokenPipeError)
        why = "nobody reads any more" if gone else f"cannot print any more ({error.strerror})"
        where = short_path(self._run.path)
        _say(f"{why}; the run goes on in {where}. {self.how_to_end()}")

    def gone(self, state: RunState) -> int:
        """It is over without a word."""
        if state is RunState.REMOVED:
            _say("removed: the run's folder is gone; there is nothing left to resume")
            return 1
        _say("lost: the trainer's process is gone and wrote no end (killed, or out of memory?)")
        _say(f"kertui resume {self._run.id} goes on from its last checkpoint")
        _say(f"its log: {short_path(self._run.log_path)}")
        return 1

    def how_to_end(self) -> str:
        """The commands that show it again and that end it."""
        run = self._run.id
        return f"kertui attach {run} shows it; kertui stop {run} ends it and keeps the weights."

    def _status(self, history: RunHistory) -> int:
        if isinstance(history.ended, Failed):
            _say(f"failed: {history.ended.reason}")
            _say(f"its log: {short_path(self._run.log_path)}")
            return 1
        return 0


class JsonReport(_Report):
    """Exactly the events on stdout, one JSON object a line."""

    def take(self, event: Event) -> None:
        """Print the event."""
        click.echo(format_event(event), nl=False)

    def show(self, _history: RunHistory) -> None:
        """Nothing else is on stdout."""

    def end(self, history: RunHistory) -> int:
        """The end is among the events; only a failure is said again for a person."""
        return self._status(history)


class TextReport(_Report):
    """A live line on a terminal, a line a second in a pipe; then the summary.

    Args:
        run: the run.
        planned: its epochs, until its events say.
    """

    def __init__(self, run: RunFolder, planned: int) -> None:
        super().__init__(run)
        self._planned = planned
        self._line = StatusLine(sys.stdout)
        self._meter = RateMeter()
        self._began = time.monotonic()

    def take(self, event: Event) -> None:
        """Say what a person should know besides the numbers."""
        if isinstance(event, Notice):
            self._line.clear()
            _say(f"note: {event.text}")

    def stopping(self) -> None:
        """The person pressed Ctrl-C."""
        self._line.clear()
        super().stopping()

    def left(self) -> None:
        """The person pressed it twice."""
        self._line.clear()
        super().left()

    def gone(self, state: RunState) -> int:
        """It is over without a word."""
        self._line.clear()
        return super().gone(state)

    def show(self, history: RunHistory) -> None:
        """Show where the training is, when a line is due."""
        progress = self._meter.read(history, self._planned, time.time())
        if self._line.due:
            text = self._text(history, progress)
            if text:
                self._line.show(text)

    def _text(self, history: RunHistory, progress: RunProgress) -> str:
        if history.paused is not None:
            return f"paused at epoch {grouped(history.epochs)}; kertui resume goes on"
        if history.compiling:
            return "compiling …" if self._line.live else ""
        if history.started is None:
            waited = clock(time.monotonic() - self._began)
            return f"starting the trainer …  {waited}" if self._line.live else ""
        done, planned = history.epochs, progress.planned
        within = history.progress
        if not done and within is None:
            return "training …" if self._line.live else ""
        parts = [f"epoch {grouped(done):>{len(grouped(planned))}}/{grouped(planned)}"]
        if self._line.live:
            parts.append(f"{bar(progress.share, 12, self._line.ascii)} {progress.share:4.0%}")
            parts.append(rate(progress.rate, "ep"))
            parts.append(f"{clock(progress.left)} left" if not math.isnan(progress.left) else "")
        last = history.last.metrics if history.last else (within.metrics if within else {})
        parts += [f"{metric_label(name)} {metric(name, value)}" for name, value in last.items()]
        return self._line.joined(filter(None, parts))

    def end(self, history: RunHistory) -> int:
        """The last numbers, where the weights are, and what it got on the test split."""
        if history.epochs and not self._line.live:
            progress = self._meter.read(history, self._planned, time.time())
            self._line.show(self._text(history, progress), now=True)
        self._line.clear()
        ended = history.ended
        if ended is None or isinstance(ended, Failed):
            return self._status(history)
        word = "stopped" if isinstance(ended, Stopped) else "finished"
        epochs = f"{grouped(ended.epochs)} epoch{'s' if ended.epochs != 1 else ''}"
        best = f", best {grouped(ended.best_epoch)}" if ended.best_epoch else ""
        click.echo(f"{word}: {epochs}{best}, {clock(time.monotonic() - self._began)}")
        if self._line.live and history.last is not None:
            metrics = history.last.metrics.items()
            click.echo("  ".join(f"{metric_label(n)} {metric(n, value)}" for n, value in metrics))
        weights = self._run.model_path
        # A pipe may lead to a program, which knows no ~.
        click.echo(f"weights {short_path(weights) if self._line.live else weights}")
        result = test_result(ended.test, ended.unit)
        if result:
            click.echo(f"{result} (mae)" if "mae" in (ended.test or {}) else result)
        return 0


def _say(text: str) -> None:
    """Tell the person what is no result; nobody there is no reason to fail."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)
