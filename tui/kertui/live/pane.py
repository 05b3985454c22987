"""The live pane: a run as one of several tabs shows it, under a notice and the row of tabs, over
how far it is and how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from kertasks.runs.commands import SteeringCommand
from kertasks.runs.events import Ended
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import Look, Moment
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import RunBaselines
from kertui.live.epoch_slider import EpochSlider
from kertui.live.follower import Pace, RunFollower
from kertui.live.look_reader import LookReader
from kertui.live.machine_strip import MachineStrip
from kertui.live.outcome import (
    KEYS,
    NextSteps,
    OutcomeLines,
    next_steps,
    outcome,
    weights_kept,
)
from kertui.live.pane_layout import arrange
from kertui.live.progress import RateMeter, RunProgress, TrainerClock
from kertui.live.status import UNSEEN, NoticeLine, RunBar
from kertui.live.tab import LiveTab, RunView, TabRow, TrainedBy, all_tabs
from kertui.live.try_it.try_panel import TryPanel

if TYPE_CHECKING:
    from kertasks.data.description import Description
    from kertui.service.training_service import TrainingService

_NOTICE_LINES = 3
_ROOMY_FOR_NOTICES = 16
"""Rows of the pane from which a notice may have several of them."""

CATCHING_UP = 0.7
"""Seconds between two drawings of a long log that is being read: most are read whole by then."""

IDLE = "press space to train"
COMPUTING = "computing …"
TOLD = "The terminal rings when this run ends, breaks or stands still. B switches it off."
NOT_TOLD = "The terminal does not ring for this run any more."

_STARTING = {
    Origin.RECIPE: "starting …",
    Origin.SCRIPT: "{by} has not called fit yet: 6 shows what it prints",
    Origin.FILE: "no epoch is in {by} yet",
}
"""What is said before a training begins, by what trains."""


class LivePane(Widget):
    """Follows a run by its folder: live, on another host, or of last month.

    Args:
        service: computes what a tab shows of a run that is over; None where nobody does.
        steps: how a person goes on here after the run's end.
    """

    DEFAULT_CSS = """
    LivePane {
        layout: vertical;
        height: 1fr;

        & > RunBar.-gap, & > OutcomeLines.-gap, & > MachineStrip.-gap { margin-top: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "close_tab",
            "back",
            show=False,
            id="live.close_tab",
            tooltip="From another tab back to the first.",
        ),
    ]

    @dataclass
    class Updated(Message):
        """The history has grown, or a second has passed: for a status line elsewhere."""

        history: RunHistory
        state: RunState | None
        progress: RunProgress
        asked: SteeringCommand | None = None
        told: bool = False
        """Whether a person is told when it ends."""

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

    class TabShown(Message):
        """Another tab is shown, with other keys."""

    has_tab_row: var[bool] = var(True)
    """Whether the tabs are named here; elsewhere on the screen where they are not."""

    asked: var[SteeringCommand | None] = var(None)
    """What was asked of the run here and is not answered yet."""

    def __init__(self, service: TrainingService | None = None, steps: NextSteps = KEYS) -> None:
        super().__init__()
        self._service = service
        self._steps = steps
        self.run: RunFolder | None = None
        self.state: RunState | None = None
        self.trained_by = TrainedBy()
        """What trains the run."""

        self.history = RunHistory()
        self.planned = 0
        self.waiting = IDLE
        """What the plots say while there is no run."""

        self.tabs = [tab() for tab in all_tabs()]
        self.shown = self.tabs[0]
        """The tab that is shown."""

        self._slider = EpochSlider()
        self._kept: tuple[int, ...] = ()
        """The epochs whose weights are in the run's folder."""

        self._data: Description | None = None
        self._no_data = ""
        """Why the data is not known, where that was found out."""

        self._baselines = RunBaselines()
        self._looks: dict[LiveTab, Look] = {}
        """The latest answer to each tab."""

        self._looking = ""
        """Why there is none to the tab that is shown."""

        self._waited = ""
        """The last of these that said only that no epoch was done yet."""

        self._reader = LookReader(service)
        self.try_it = TryPanel(service)
        """Where a person asks the network, once it is open."""

        self._left: Widget | None = None
        """What had the focus before a tab took it."""

        self._pace = Pace(self, self._draw)
        self._is_read = False
        """Whether all that the run's events said when it was opened is read."""

        self._caught_up = 0.0
        """When the history was last shown while more of it was being read, by ``monotonic``."""

        self._meter = RateMeter()
        self._clock = TrainerClock()
        self._follower: RunFollower | None = None
        self._ended_told: Ended | None = None
        self._trouble = ""
        """What keeps the run's events from being read or written, as far as it was told."""

        self._gone: RunState | None = None
        """The state of a run that was lost or removed when it was opened, until all that was there
        then is read."""

    def compose(self) -> ComposeResult:
        """From the top: notice, tabs, load of the host, outcome, bar."""
        yield self._reader
        yield NoticeLine()
        yield TabRow(self.tabs)
        yield self._slider
        for tab in self.tabs:
            tab.display = tab is self.shown
            yield tab
        yield self.try_it
        yield MachineStrip()
        yield OutcomeLines()
        yield RunBar()

    def on_mount(self) -> None:
        """Draw once there is a size; tick while a run goes on."""
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
            self._follower.remove()
            self._follower = None
        self.run = None
        self.state = None
        self.trained_by = TrainedBy()
        self.history = RunHistory()
        self._ended_told = None
        self._trouble = ""
        self._slider.forget()
        self._data, self._no_data, self._kept = None, "", ()
        self._baselines = RunBaselines()
        self._looks.clear()
        self.planned = plan_epochs
        self.waiting = waiting
        self._draw()

    def follow(
        self,
        run: RunFolder,
        state: RunState = RunState.RUNNING,
        trained_by: TrainedBy | None = None,
    ) -> None:
        """Show a run and keep up with it, past its end too, until another one is followed.

        Args:
            run: which.
            state: what is known of it before its events are read.
            trained_by: a recipe for None.
        """
        self.clear(self.planned, "starting …")
        self.run = run
        self.trained_by = trained_by or TrainedBy()
        self.state = state
        if self._service is not None and not state.is_over:
            self._service.told.begin(run)
        self._is_read = False
        self._gone = state if state.is_gone else None
        self._caught_up = time.monotonic()
        # What its data is, and its network after its end, only a recipe says.
        service = self._service if self.trained_by.has_recipe else None
        self._follower = RunFollower(run, service)
        self.mount(self._follower)
        self._draw()

    @on(RunFollower.EventsRead)
    def _take_events(self, message: RunFollower.EventsRead) -> None:
        message.stop()
        if message.follower is not self._follower:
            return
        run, before = message.follower.run, self.state
        self._trouble = ""
        self._is_read = self._is_read or not message.behind
        self.history.add_all(message.events)
        if self.history.latest is None:  # nothing is written yet
            return
        if message.behind and time.monotonic() - self._caught_up < CATCHING_UP:
            return
        self._caught_up = time.monotonic()
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
            self._pace.request()
        self.post_message(self.EventsTaken(run))

    @on(RunFollower.BaselinesRead)
    def _take_baselines(self, message: RunFollower.BaselinesRead) -> None:
        message.stop()
        if message.follower is self._follower:
            self._baselines = message.baselines
            self._draw()

    @on(RunFollower.StateRead)
    def _take_state(self, message: RunFollower.StateRead) -> None:
        message.stop()
        gone = message.state.is_gone
        # An end that was told stands, unless all of the run is gone.
        stands = self.history.ended is not None and message.state is not RunState.REMOVED
        if message.follower is not self._follower or stands:
            return
        before, trouble = self.state, self._trouble
        told = gone or message.state is RunState.UNKNOWN
        self.state = message.state if told else self.history.state
        self._trouble = message.trouble
        if self.state is not before or self._trouble != trouble:
            self._draw()
        if self.state is before:
            return
        if gone:
            self.post_message(self.RunEnded(message.follower.run, None))
        self.post_message(self.EventsTaken(message.follower.run))

    @on(RunFollower.KeptRead)
    def _take_kept(self, message: RunFollower.KeptRead) -> None:
        message.stop()
        if message.follower is self._follower and self.trained_by.has_recipe:
            self._kept = message.kept
            self._pace.request()

    # What is shown

    @property
    def view(self) -> RunView:
        """What is known of the run, for the tabs."""
        return RunView(
            self.run,
            self.history,
            self.state,
            self.planned,
            self._waiting_text,
            self._data,
            self.moment,
            self._looks.get(self.shown),
            self._looking,
            self._baselines,
            self._no_data,
            self.trained_by,
        )

    def _tick(self) -> None:
        if self.state is not None and not self.state.is_over:
            self._show_progress()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        history, state = self.history, self.state
        weights, ended = "", None
        if state is not None:
            by = self.trained_by
            if self.run is not None and state.is_over:
                weights = weights_kept(self.run, by.origin)
            steps = next_steps(self._steps, by.origin, by.name)
            ended = outcome(history, state, weights, steps, self._trouble, self._baselines)
        self.query_one(OutcomeLines).show(ended)
        notices = [notice.text for notice in history.notices]
        if ended is None and (self._trouble or state is RunState.UNKNOWN):
            notices = [self._trouble or UNSEEN]
        self.query_one(NoticeLine).show(notices)
        self.query_one(TabRow).show(self.shown, self.view)
        over = state is not None and state.is_over
        self._slider.show(history, self._kept, over=over)
        if self.try_it.display:
            self.try_it.show(self.view)
        self._arrange()
        self._look()
        self._slider.computing = self._looking == COMPUTING
        self.shown.show(self.view)
        self._show_progress()

    # What is looked at

    @property
    def moment(self) -> Moment:
        """Whose weights the tabs look at."""
        return self._slider.moment

    def look_at(self, epoch: int | None) -> None:
        """Look at the weights of an epoch that is kept, or at the latest for None."""
        self._slider.look_at(epoch)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is awaited of a run as it is now."""
        working = self._follower is not None and self._follower.is_describing
        return self._is_read and not working and self._looking != COMPUTING

    @on(EpochSlider.Chosen)
    def _look_back(self, message: EpochSlider.Chosen) -> None:
        """Show another moment in every tab."""
        message.stop()
        self._draw()

    def _look(self) -> None:
        """Have computed what the tab that is shown wants."""
        view = self.view
        hidden = not self.is_on_screen or self.shown.why_not(view)
        if self._reader.look(view, None if hidden else self.shown.wanted(view)):
            self._looking = COMPUTING
        wanted = self._reader.wanted
        if wanted is not None and wanted.live and not self.history.epochs:
            self._looking = self._waited = self._waiting_text
        elif self._looking and self._looking == self._waited:
            self._looking = COMPUTING

    @on(LookReader.LookRead)
    def _take_look(self, message: LookReader.LookRead) -> None:
        message.stop()
        if message.wanted == self._reader.wanted:
            before = self._looks.get(self.shown)
            self._looks[self.shown] = message.look
            self._looking = ""
            # A person waits for the first answer to what was asked; those after it keep their pace.
            if self._slider.plays or before is None or before.request != message.look.request:
                self._draw()
            else:
                self._pace.request()

    @on(LookReader.NotRead)
    def _say_not_read(self, message: LookReader.NotRead) -> None:
        message.stop()
        wanted = message.wanted
        if wanted == self._reader.wanted:
            last = self._looks.get(self.shown)
            # Of a script that is over what was seen last may be all that there will ever be.
            stays = last is not None and last.request == wanted.request
            if self.trained_by.has_recipe or wanted.moment != Moment() or not stays:
                self._looks.pop(self.shown, None)
            self._looking = message.reason
            self._pace.request()

    @on(LiveTab.WantsOther)
    def _look_at_other(self, message: LiveTab.WantsOther) -> None:
        message.stop()
        self._draw()

    @on(RunFollower.DataRead)
    def _take_data(self, message: RunFollower.DataRead) -> None:
        message.stop()
        if message.follower is self._follower:
            self._data = message.data or self._data
            self._no_data = message.why_not
            self._draw()

    def _need_data(self) -> None:
        """Have the run's data described, should that take loading it."""
        if self._follower is not None and self._data is None:
            self._follower.describe()

    def _show_progress(self) -> None:
        here = time.monotonic()
        now = self._clock.now(self.history, here)
        progress = self._meter.read(self.history, self.planned, now, self.state, here)
        going = self.state is RunState.RUNNING
        text = f"{100 * progress.share:.0f} %" if self.state and progress.planned else ""
        self.query_one(RunBar).show(progress.share, text, going)
        self.query_one(MachineStrip).show(self.history)
        told = self.is_told
        self.post_message(self.Updated(self.history, self.state, progress, self.asked, told))

    @property
    def _knows_plan(self) -> bool:
        """Whether it is known how many epochs there will be, or may still be told."""
        return bool(self.history.planned or self.planned) or not self.history.epochs

    @property
    def looks_back(self) -> bool:
        """Whether a person looks at something of the past, which must not go away."""
        return self.shown.looks_back or self.moment != Moment() or self.try_it.display

    @property
    def _waiting_text(self) -> str:
        if self.state is None or self.state.is_over:
            return self.waiting if self.state is None else ""
        if self.history.started is None:
            return _STARTING[self.trained_by.origin].format(by=self.trained_by.name)
        return "compiling …" if self.history.compiling else "the first epoch is under way"

    def on_resize(self) -> None:
        """Share the new height out among the parts."""
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.size
        if not height:
            return
        notice, lines = self.query_one(NoticeLine), self.query_one(OutcomeLines)
        strip, bar = self.query_one(MachineStrip), self.query_one(RunBar)
        wrapped = lines.lines_at(width)
        over = wrapped > 0
        told = notice.lines_at(width, _NOTICE_LINES if height >= _ROOMY_FOR_NOTICES else 1)
        notice.styles.height = max(1, told)
        tried = self.try_it.rows_at(width, height) if self.try_it.display else 0
        self.try_it.share_rows(width, tried)
        layout = arrange(
            height,
            told + wrapped + tried,
            machine=not over and self.history.machine is not None,
            first=self.shown is self.tabs[0] or not self.has_tab_row,
            slider=self._slider.can_move,
            back=self.moment != Moment() or self.shown is not self.tabs[0],
        )
        self._slider.display = layout.slider > 0
        self.query_one(TabRow).display = layout.tabs > 0 and self.has_tab_row
        lines.styles.height = max(1, wrapped)
        bar.display = layout.bar > 0 and not over and self._knows_plan
        strip.display = layout.machine > 0
        last = lines if over else strip if strip.display else bar
        for part in (bar, strip, lines):
            part.set_class(layout.gap > 0 and part is last, "-gap")

    def watch_has_tab_row(self) -> None:
        """Give the row to the tab."""
        if self.is_mounted:
            self._arrange()

    def watch_asked(self) -> None:
        """Say it in the status line."""
        if self.is_mounted:
            self._show_progress()

    # What a person does

    def focus(self, scroll_visible: bool = True) -> LivePane:
        """Give the focus to the tab that is shown."""
        self.shown.focus(scroll_visible)
        return self

    def choose(self, tab: LiveTab, *, focus: bool = True) -> None:
        """Show a tab of the pane. It takes the focus unless that is told otherwise; where the pane
        has the focus already, it takes it in any case."""
        within = self.has_focus_within
        if not within:
            self._left = self.screen.focused
        elif self.shown is self.tabs[0]:
            self._left = None
        before, self.shown = self.shown, tab
        self._looking = ""
        self._need_data()
        before.display, tab.display = before is tab, True
        self._draw()
        if focus or within:
            self.focus()
        self.post_message(self.TabShown())

    def on_hide(self) -> None:
        """Nobody looks: nothing is computed."""
        self._reader.want(None)
        self.try_it.rest()

    def on_show(self) -> None:
        """Go on where it was."""
        self._draw()

    def allows(self, action: str) -> bool:
        """Whether an action of the pane or of a tab makes sense now, wherever the focus is."""
        if action == "log":
            return not self._tab("log").why_not(self.view)
        if action in {"epoch", "film", "present"}:
            return self._slider.can_move
        if action == "try_it":
            return self.run is not None and self.trained_by.has_recipe
        if action == "ring":
            return self._service is not None and self.state is not None and not self.state.is_over
        if hasattr(self, f"action_{action}"):
            return True
        return self.history.epochs > 0 and hasattr(self.shown, f"action_{action}")

    def act(self, action: str, *arguments: object) -> None:
        """Carry out an action of the pane or of the tab that is shown."""
        owner = self if hasattr(self, f"action_{action}") else self.shown
        getattr(owner, f"action_{action}")(*arguments)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """From the first tab there is nothing to go back to."""
        del parameters
        return action != "close_tab" or self.shown is not self.tabs[0]

    def _tab(self, title: str) -> LiveTab:
        return next(tab for tab in self.tabs if tab.title == title)

    @on(TabRow.Clicked)
    def _choose_clicked(self, message: TabRow.Clicked) -> None:
        message.stop()
        self.choose(message.tab)

    @on(LiveTab.OpensTab)
    def _open_tab(self, message: LiveTab.OpensTab) -> None:
        message.stop()
        tab = self._tab(message.title)
        tab.look_at(message.request, self.view)
        self.choose(tab)

    def action_choose_tab(self, key: str) -> None:
        """Show the tab of a digit."""
        self.choose(next(tab for tab in self.tabs if tab.key == key))

    def action_log(self) -> None:
        """Show the run's log, or go back from it."""
        if self.shown is self._tab("log") and self.has_focus_within:
            self.action_close_tab()
        elif self.allows("log"):
            self.choose(self._tab("log"))

    @property
    def is_told(self) -> bool:
        """Whether a person is told when the run ends."""
        return self._service is not None and self.run in self._service.told

    def action_ring(self) -> None:
        """Tell of the run's end by the terminal, or no more."""
        if self.run is None or self._service is None or not self.allows("ring"):
            return
        told = self._service.told.switch(self.run)
        self._show_progress()
        self.app.notify(TOLD if told else NOT_TOLD)

    def action_epoch(self, steps: int) -> None:
        """Look at the epoch so many kept ones further."""
        self._slider.move(steps)

    def action_film(self) -> None:
        """Play the kept epochs as a film, or stop it."""
        self._slider.play_or_stop()

    def action_present(self) -> None:
        """Look at the weights there are now."""
        self._slider.back_to_present()

    def action_try_it(self) -> None:
        """Open the form by which the network is asked, or close it."""
        if self.try_it.display:
            self._close_try_it()
            return
        self._need_data()
        if not self.has_focus_within:
            self._left = self.screen.focused
        self.try_it.open()
        self._draw()
        self.post_message(self.TabShown())

    @on(TryPanel.Closed)
    def _close_try_it(self) -> None:
        within = self.try_it.has_focus_within
        self.try_it.close()
        if within:
            self.focus()
        self._draw()
        self.post_message(self.TabShown())

    def action_close_tab(self) -> None:
        """Go back to the first tab, and to what had the focus before."""
        self.choose(self.tabs[0])
        if self._left is not None and self._left.is_attached and self._left.is_on_screen:
            self._left.focus()
