"""The lines that say how a run goes: its status, the latest notice, and a bar of its epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.text import numbers as formatting
from kertasks.text.result import not_finite
from kertui.live.followed.progress import RunProgress
from kertui.plotting.strips import Row, cells, fit, join
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted, wrap
from kertui.text.run_state_look import STATE_LOOKS

UNSEEN = "its trainer gave no sign of life here yet"
"""Of a run in an unknown state."""


def state_word(
    history: RunHistory, state: RunState | None, asked: SteeringCommand | None = None
) -> str:
    """What a run is doing in one word, first of all what was asked of it here and is not answered
    yet; empty without a run."""
    if state is None:
        return ""
    if asked is SteeringCommand.RESUME and state.is_over:
        return "resuming"
    if asked is not None and asked.row.doing and not state.is_over:
        return asked.row.doing
    if history.stopping and not state.is_over:
        return "stopping"
    if state is not RunState.RUNNING:
        return str(state)
    if history.started is None and not history.epochs:
        return "starting"
    if history.replaying:
        return "replaying"
    if history.resuming:
        return "resuming"
    if history.compiling or not (history.epochs or history.progress):
        return "compiling"
    return "training"


def state_sign(state: RunState, glyphs: Glyphs) -> Row:
    """The sign before the word; its shape says as much as its colour."""
    look = STATE_LOOKS[state]
    return cells(look.sign(glyphs), look.sign_role)


class RunStatus(RowsWidget):
    """One line, to the right: state, hosts that share it, epoch, step, rate, elapsed, left."""

    DEFAULT_CSS = """
    RunStatus { height: 1; width: 1fr; }
    """

    _shown: tuple[RunHistory, RunState | None, RunProgress, SteeringCommand | None] | None = None
    _told = False

    def show(
        self,
        history: RunHistory,
        state: RunState | None,
        progress: RunProgress,
        asked: SteeringCommand | None = None,
        *,
        told: bool = False,
    ) -> None:
        """Say where a run is, what was asked of it here and is not answered yet, and whether a
        person is told when it ends."""
        self._shown, self._told = (history, state, progress, asked), told
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the line in the longest form that fits."""
        if self._shown is not None:
            history, state, progress, asked = self._shown
            glyphs = glyphs_for(self.app)
            told = self._told
            row = status_line(history, state, progress, width, glyphs, asked, told=told)
            self.show_rows([row])


def status_line(
    history: RunHistory,
    state: RunState | None,
    progress: RunProgress,
    width: int,
    glyphs: Glyphs,
    asked: SteeringCommand | None = None,
    *,
    told: bool = False,
) -> Row:
    """The line in the longest form that fits: elapsed, step, rate and hosts give way in this order;
    that its numbers are none stays the longest."""
    if state is None:
        return fit([], width)
    word = state_word(history, state, asked)
    resumes = asked is SteeringCommand.RESUME and state.is_over
    sign = cells(glyphs.on, "dim") if resumes else state_sign(state, glyphs)
    head = sign + cells(" " + word, "strong")
    if told and not state.is_over:
        head += cells(f" {glyphs.bell}", "accent")
    outlook, broken = _outlook(history, state), _broken(history)
    epoch, step, rate, elapsed, left = _facts(history, state, progress)
    hosts = _hosts(history, state)
    for facts in (
        (hosts, broken, outlook, epoch, step, rate, elapsed, left),
        (hosts, broken, outlook, epoch, step, rate, left),
        (hosts, broken, outlook, epoch, rate, left),
        (hosts, broken, outlook, epoch, left),
        (broken, outlook, epoch, left),
        (broken, epoch, left),
        (broken, epoch),
        (broken,),
        (),
    ):
        row = head + [cell for fact in facts if fact for cell in cells("   ") + fact]
        if len(row) <= width:
            return cells(" " * (width - len(row))) + row
    return fit(head, width)


def _hosts(history: RunHistory, state: RunState) -> Row:
    """How many hosts share the training just now; that none is left stands out."""
    count = None if history.machine is None else history.machine.hosts
    if count is None or state.is_over:
        return []
    if not count:
        return cells("this host alone", "warning")
    return cells(formatting.counted(count, "host"))


def _outlook(history: RunHistory, state: RunState) -> Row:
    """How far it goes before it is as a person expects it to be."""
    if state is not RunState.RUNNING:
        return []
    if history.replaying and history.last is not None:
        return cells(f"to epoch {formatting.grouped(history.last.epoch)}", "warning")
    if history.until is SteeringCommand.EPOCH and not history.stopping:
        return cells("pauses after this epoch", "warning")
    return []


def _broken(history: RunHistory) -> Row:
    since = history.not_finite_since
    return cells("") if since is None else cells(not_finite(since), "bad")


def _facts(
    history: RunHistory, state: RunState, progress: RunProgress
) -> tuple[Row, Row, Row, Row, Row]:
    epoch = step = rate = elapsed = left = cells("")
    if progress.planned or progress.done:
        done = progress.done if state.is_over or not progress.step else progress.done + 1
        if history.replaying and not state.is_over:
            within = history.progress or history.paused
            done = within.epoch if within is not None else progress.done
        epoch = _counted("epoch", done, progress.planned)
    running = state is RunState.RUNNING
    if progress.shows_steps if running else (state is RunState.PAUSED and progress.step):
        step = _counted("step", progress.step, progress.steps)
    trains = running and not history.replaying and not history.resuming
    if trains:
        rate = cells(_rate(progress))
    if not math.isnan(progress.elapsed):
        elapsed = cells(formatting.clock(progress.elapsed)) + cells(" elapsed", "dim")
    if running and history.started is not None and progress.is_quiet:
        left = cells(f"no news for {formatting.duration(progress.silent)}", "warning")
    elif trains and not math.isnan(progress.left):
        left = cells(formatting.clock(progress.left)) + cells(" left", "dim")
    return epoch, step, rate, elapsed, left


def _counted(word: str, done: int, of: int) -> Row:
    """So many of how many: ``"epoch  12/100"``; of a number that is not known, so many."""
    all_of_them = formatting.grouped(of) if of else ""
    text = formatting.grouped(done).rjust(len(all_of_them))
    after = f"/{all_of_them}" if of else ""
    return cells(f"{word} ", "dim") + cells(text) + cells(after, "dim")


def _rate(progress: RunProgress) -> str:
    if progress.shows_steps and progress.steps:
        return formatting.rate(progress.rate * progress.steps, "steps")
    return formatting.rate(progress.rate, "ep")


class NoticeLine(RowsWidget):
    """The latest thing a person should know of the run, in a line or a few. Takes no room while
    there is none."""

    DEFAULT_CSS = """
    NoticeLine { height: 1; display: none; }
    """

    _text = ""
    _most = 1

    def show(self, notices: Sequence[str]) -> None:
        """Say the latest of the notices, and how many there are; none hides the line."""
        self.display = bool(notices)
        count = f"{len(notices)} notes, the last: " if len(notices) > 1 else ""
        self._text = f"{count}{notices[-1]}" if notices else ""
        self.redraw()

    def lines_at(self, width: int, most: int) -> int:
        """How many rows it takes in a pane so wide, at most so many."""
        self._most = most
        return len(self._lines(width)) if self.display else 0

    def _lines(self, width: int) -> list[str]:
        lines = wrap(self._text, max(1, width - 2)) or [""]
        if len(lines) > self._most:
            rest = " ".join(lines[self._most - 1 :])
            lines[self._most - 1 :] = [fitted(rest, width - 2, glyphs_for(self.app))]
        return lines

    def draw_rows(self, width: int) -> None:
        """Draw the text, cut with a sign where there is no room for all of it."""
        lines = self._lines(width)
        heads = [cells("! ", "warning"), *(cells("  ") for _ in lines[1:])]
        rows = zip(heads, lines, strict=True)
        self.show_rows([fit(head + cells(line, "dim"), width) for head, line in rows])


class RunBar(RowsWidget):
    """A bar of the epochs done, with the share in per cent."""

    DEFAULT_CSS = """
    RunBar { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self._text = ""
        self._active = False

    def show(self, share: float, text: str, active: bool) -> None:
        """Fill the bar to a share from 0 to 1, dim unless active, with a text to its right."""
        self._share, self._text, self._active = share, text, active
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the bar, and the text to its right."""
        glyphs = glyphs_for(self.app)
        text = cells(" " + self._text.rjust(5)) if self._text else []
        room = max(0, width - len(text))
        full = int(self._share * room)
        bar = cells(glyphs.full * full, "accent" if self._active else "dim")
        bar += cells(glyphs.empty * (room - full), "axis")
        self.show_rows([join(bar, text, width, gap=0)])
