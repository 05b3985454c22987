"""The live pane: two plots, the table of epochs, how far the run is and how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var

from kertasks.runs.commands import Ask
from kertasks.runs.events import Ended
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text import numbers as formatting
from kertui.live.live_keys import LIVE_KEYS
from kertui.live.live_layout import arrange
from kertui.live.live_view import LiveView
from kertui.live.machine_strip import MachineStrip
from kertui.live.outcome import outcome
from kertui.live.pace import Pace
from kertui.live.pane_lines import NoticeLine, OutcomeLines
from kertui.live.run_follower import RunFollower
from kertui.live.run_progress import RateMeter
from kertui.live.run_status import RunBar
from kertui.live.tabs.curves.epoch_table import EpochTable
from kertui.live.tabs.curves.metric_plot import MetricPlot
from kertui.plotting import draw

DRAW = 0.25
"""Seconds between two drawings at least."""

CATCHING_UP = 0.7
"""Seconds between two drawings of a long log that is being read: most are read whole by then."""

IDLE = "press space to train"


class LivePane(LiveView, can_focus=True):
    """Follows a run by its folder: live, on another host, or of last month."""

    DEFAULT_CSS = """
    LivePane {
        layout: vertical;
        height: 1fr;

        & > EpochTable.-gap, & > MetricPlot.-gap { margin-top: 1; }
        & > RunBar.-gap, & > OutcomeLines.-gap, & > MachineStrip.-gap { margin-top: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = LIVE_KEYS

    @dataclass
    class Updated(Message):
        """The history has grown, or a second has passed: for a status line elsewhere."""

        history: RunHistory
        state: RunState | None
        planned: int
        asked: Ask | None = None

    @dataclass
    class EventsTaken(Message):
        """The history or the state of the run that is followed is another one."""

        run: RunFolder

    @dataclass
    class RunEnded(Message):
        """The run that is followed is over. ``ended`` is None when its process or its folder
        is gone."""

        run: RunFolder
        ended: Ended | None

    @dataclass
    class ShowLog(Message):
        """A person wants to read the run's log."""

        run: RunFolder

    waiting = var(IDLE)
    """What the plots say while there is no run."""

    asked: var[Ask | None] = var(None)
    """What was asked of the run here and is not answered yet."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.run: RunFolder | None = None
        self.state: RunState | None = None
        self.planned = 0
        self._pace = Pace(self, DRAW, self._draw)
        self._caught_up = 0.0
        """When the history was last shown while more of it was being read, by ``monotonic``."""

        self._meter = RateMeter()
        self._follower: RunFollower | None = None
        self._ended_told: Ended | None = None
        self._gone: RunState | None = None
        """As what a run was given that is gone, until all is read that was there then."""

    def compose(self) -> ComposeResult:
        """From the top: notice, plots, table, outcome, bar."""
        yield NoticeLine()
        yield MetricPlot("loss", id="first-plot")
        yield MetricPlot(self.metric, id="second-plot")
        yield EpochTable()
        yield MachineStrip()
        yield OutcomeLines()
        yield RunBar()

    def on_mount(self) -> None:
        """Fetch the drawing library once the first frame is out; tick while a run goes on."""
        self.call_after_refresh(
            self.run_worker, draw.preload, thread=True, group="plotext", name="load plotext"
        )
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._draw)

    # What is followed

    def clear(self, plan_epochs: int = 0, waiting: str = IDLE) -> None:
        """Forget the run; show empty plots.

        Args:
            plan_epochs: what the recipe plans, for the x axis; 0 where that is not known.
            waiting: what the plots say, for example ``"starting …"``.
        """
        if self._follower is not None:
            self._follower.stop()
            self._follower = None
        self.run = None
        self.state = None
        self.history = RunHistory()
        self._ended_told = None
        self.planned = plan_epochs
        self.waiting = waiting
        self.show_whole()
        self._draw()

    def follow(self, run: RunFolder, state: RunState = RunState.RUNNING) -> None:
        """Show a run and keep up with it, past its end too, until another one is followed.

        Args:
            run: the run.
            state: its state, as far as it is known before its events are read.
        """
        planned = self.planned
        self.clear(planned, "starting …")
        self.run = run
        self.state = state
        self._gone = state if state.is_gone else None
        self._caught_up = time.monotonic()
        self._follower = RunFollower(self, run)
        self._draw()

    @on(RunFollower.EventsRead)
    def _take_events(self, message: RunFollower.EventsRead) -> None:
        message.stop()
        if message.follower is not self._follower:
            return
        run, before = message.follower.run, self.state
        self.history.add_all(message.events)
        if self.history.latest is None:  # nothing is written yet
            return
        if message.behind and time.monotonic() - self._caught_up < CATCHING_UP:
            return
        self._caught_up = time.monotonic()
        self.choose_metric()
        ended, told = self.history.ended, self._ended_told
        self._ended_told = ended
        # What it was given as holds until more is told than was there already.
        gone = self._gone if ended is None else None
        self.state = gone or self.history.state
        if not message.behind:
            self._gone = None
        if ended is not None and ended is not told:
            self._draw()
            self.post_message(self.RunEnded(run, ended))
        elif self.state is not before:
            self._draw()
        else:
            self._pace.ask()
        self.post_message(self.EventsTaken(run))

    @on(RunFollower.StateRead)
    def _take_state(self, message: RunFollower.StateRead) -> None:
        message.stop()
        gone = message.state.is_gone
        # An end that was told stands, unless all of the run is gone.
        stands = self.history.ended is not None and message.state is not RunState.REMOVED
        if message.follower is not self._follower or stands:
            return
        before, self.state = self.state, message.state if gone else self.history.state
        if self.state is before:
            return
        self._draw()
        if gone:
            self.post_message(self.RunEnded(message.follower.run, None))
        self.post_message(self.EventsTaken(message.follower.run))

    # What is shown

    def _tick(self) -> None:
        if self.state is not None and not self.state.is_over:
            self._show_progress()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        history, state = self.history, self.state
        said = outcome(history, state, self._weights) if state is not None else None
        self.query_one(OutcomeLines).show(said)
        self.query_one(NoticeLine).show(history.notices[-1].text if history.notices else "")
        self._arrange()
        planned = history.planned or self.planned
        for place, plot in enumerate(self._shown_plots()):
            plot.waiting = self._waiting_text() if place == 0 else ""
            plot.show(history, planned)
        self._line_up()
        self.query_one(EpochTable).show(history)
        self._show_progress()

    def _show_progress(self) -> None:
        progress = self._meter.read(self.history, self.planned, time.time(), self.state)
        going = self.state is RunState.RUNNING
        text = f"{100 * progress.share:.0f} %" if self.state is not None else ""
        self.query_one(RunBar).show(progress.share, text, going)
        self.query_one(MachineStrip).show(self.history)
        updated = self.Updated(self.history, self.state, progress.planned, self.asked)
        self.post_message(updated)

    @property
    def _weights(self) -> str:
        """Where the run's network is, as a person writes it."""
        if self.run is None:
            return ""
        return formatting.short_path(self.run.model_path)

    def _waiting_text(self) -> str:
        if self.state is None or self.state.is_over:
            return self.waiting if self.state is None else ""
        if self.history.started is None:
            return "starting …"
        return "compiling …" if self.history.compiling else "the first epoch is under way"

    def on_resize(self) -> None:
        """Make the parts fit."""
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        if not height:
            return
        notice, lines = self.query_one(NoticeLine), self.query_one(OutcomeLines)
        wrapped = lines.lines_at(width)
        taken = (1 if notice.display else 0) + wrapped
        over = wrapped > 0
        strip = self.query_one(MachineStrip)
        layout = arrange(height, taken, machine=not over and self.history.machine is not None)
        first, second = self.query(MetricPlot)
        table, bar = self.query_one(EpochTable), self.query_one(RunBar)
        lines.styles.height = max(1, wrapped)
        second.display = layout.plots == 2
        self._single = layout.plots == 1
        first.metric = self.metric if self._single and self._chosen else "loss"
        first.x_labels = layout.x_labels_on_both or self._single
        table.display = layout.table > 0
        table.styles.height = max(1, layout.table)
        bar.display = layout.bar > 0 and not over
        strip.display = layout.machine > 0
        last = lines if over else strip if strip.display else bar
        for part in (second, table, bar, strip, lines):
            part.set_class(layout.gap > 0 and part in (second, table, last), "-gap")

    def watch_asked(self) -> None:
        """Say it in the status line."""
        if self.is_mounted:
            self._show_progress()

    # What a person does

    @property
    def has_log(self) -> bool:
        """Whether there is a run, and in its folder what its trainer printed."""
        return self.run is not None and self.state is not RunState.REMOVED

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A log is offered where there is one."""
        del parameters
        return action != "log" or self.has_log

    def action_log(self) -> None:
        """Ask for the run's log."""
        if self.run is not None:
            self.post_message(self.ShowLog(self.run))
