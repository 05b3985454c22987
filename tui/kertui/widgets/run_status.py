"""The status line of a run, and the row with its progress bar or its outcome."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from kertui import formatting
from kertui.glyphs import Glyphs, glyphs_for
from kertui.plotting.strips import Row, cells, fit, join
from kertui.training.history import RunHistory
from kertui.training.run_state import RunState
from kertui.widgets.rows_widget import RowsWidget
from kertui.widgets.run_progress import RateMeter, RunProgress


def state_word(history: RunHistory, state: RunState | None) -> str:
    """What a run is doing in one word; empty without a run."""
    if state is None:
        return ""
    if state is not RunState.RUNNING:
        return str(state)
    if history.started is None:
        return "starting"
    if history.compiling or not (history.epochs or history.progress):
        return "compiling"
    return "training"


def state_sign(state: RunState | None, glyphs: Glyphs) -> Row:
    """The sign before the word; its shape says as much as its colour."""
    sign, role = {
        RunState.RUNNING: (glyphs.on, "accent"),
        RunState.PAUSED: (glyphs.off, "warning"),
        RunState.FINISHED: (glyphs.tick, "accent"),
        RunState.STOPPED: (glyphs.off, "dim"),
        RunState.FAILED: (glyphs.cross, "bad"),
        RunState.LOST: (glyphs.cross, "bad"),
        None: (" ", ""),
    }[state]
    return cells(sign, role)


class RunStatus(RowsWidget):
    """One line, to the right: state, epoch, step, rate, elapsed, left."""

    DEFAULT_CSS = """
    RunStatus { height: 1; width: 1fr; }
    """

    clock: Callable[[], float] = staticmethod(time.time)
    """Unix time; a test may set its own."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._history = RunHistory()
        self._state: RunState | None = None
        self._planned = 0
        self._meter = RateMeter()

    def show(self, history: RunHistory, state: RunState | None, planned: int = 0) -> None:
        """Say where a run is.

        Args:
            history: of the run.
            state: None where there is no run.
            planned: epochs, used until the run's start says.
        """
        self._history, self._state, self._planned = history, state, planned
        self._show()

    def on_resize(self) -> None:
        """Say it in the form that fits."""
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        progress = self._meter.read(self._history, self._planned, self.clock())
        glyphs = glyphs_for(self.app)
        line = status_line(self._history, self._state, progress, self.size.width, glyphs)
        self.show_rows([line])


def status_line(
    history: RunHistory,
    state: RunState | None,
    progress: RunProgress,
    width: int,
    glyphs: Glyphs,
) -> Row:
    """The line in the longest form that fits: elapsed, step and rate give way in this order."""
    if state is None:
        return fit([], width)
    head = state_sign(state, glyphs) + cells(" " + state_word(history, state), "strong")
    epoch, step, rate, elapsed, left = _facts(state, progress)
    for facts in (
        (epoch, step, rate, elapsed, left),
        (epoch, step, rate, left),
        (epoch, rate, left),
        (epoch, left),
        (epoch,),
        (),
    ):
        row = head + [cell for fact in facts if fact for cell in cells("   ") + fact]
        if len(row) <= width:
            return cells(" " * (width - len(row))) + row
    return fit(head, width)


def _facts(state: RunState, progress: RunProgress) -> tuple[Row, Row, Row, Row, Row]:
    epoch = step = rate = elapsed = left = cells("")
    if progress.planned:
        done = progress.done if state.is_over or not progress.step else progress.done + 1
        planned = formatting.grouped(progress.planned)
        text = formatting.grouped(done).rjust(len(planned))
        epoch = cells("epoch ", "dim") + cells(text) + cells(f"/{planned}", "dim")
    running = state is RunState.RUNNING
    if running and progress.shows_steps:
        steps = formatting.grouped(progress.steps)
        text = formatting.grouped(progress.step).rjust(len(steps))
        step = cells("step ", "dim") + cells(text) + cells(f"/{steps}", "dim")
    if running:
        rate = cells(_rate(progress))
    if not math.isnan(progress.elapsed):
        elapsed = cells(formatting.clock(progress.elapsed)) + cells(" elapsed", "dim")
    if running and not math.isnan(progress.left):
        left = cells(formatting.clock(progress.left)) + cells(" left", "dim")
    return epoch, step, rate, elapsed, left


def _rate(progress: RunProgress) -> str:
    if progress.shows_steps:
        return formatting.rate(progress.rate * progress.steps, "steps")
    return formatting.rate(progress.rate, "ep")


class RunBar(RowsWidget):
    """A bar of the epochs done, with the share in per cent."""

    DEFAULT_CSS = """
    RunBar { height: 1; }
    """

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._share = 0.0
        self._text = ""
        self._active = False

    def show(self, share: float, text: str, active: bool) -> None:
        """Draw the bar.

        Args:
            share: done, from 0 to 1.
            text: what stands to its right.
            active: False draws it dim: nothing moves.
        """
        self._share, self._text, self._active = share, text, active
        self._show()

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._show()

    def _show(self) -> None:
        width = self.size.width
        if not self.is_mounted or not width:
            return
        glyphs = glyphs_for(self.app)
        text = cells(" " + self._text.rjust(5)) if self._text else []
        room = max(0, width - len(text))
        full = int(self._share * room)
        bar = cells(glyphs.full * full, "accent" if self._active else "dim")
        bar += cells(glyphs.empty * (room - full), "axis")
        self.show_rows([join(bar, text, width, gap=0)])
