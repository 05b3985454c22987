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

from kertasks.runs.event_file.events import Ended
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import Moment
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertui.live.followed.followed_run import IDLE, Change, FollowedRun
from kertui.live.followed.follower import RunFollower
from kertui.live.followed.progress import RateMeter, RunProgress, TrainerClock
from kertui.live.looking.epoch_slider import EpochSlider
from kertui.live.looking.look_reader import LookReader
from kertui.live.looking.tab_looks import TabLooks
from kertui.live.machine_strip import MachineStrip
from kertui.live.outcome import (
    KEYS,
    NextSteps,
    OutcomeLines,
    next_steps,
    outcome,
    weights_kept,
)
from kertui.live.pace import Pace
from kertui.live.pane_layout import arrange
from kertui.live.status import UNSEEN, NoticeLine, RunBar
from kertui.live.tab import LiveTab, RunView, TabRow, TrainedBy, all_tabs
from kertui.live.try_it.try_panel import TryPanel

if TYPE_CHECKING:
    from kertui.service.training_service import TrainingService

_NOTICE_LINES = 3
_ROOMY_FOR_NOTICES = 16
"""Rows of the pane from which a notice may have several of them."""

TOLD = "The terminal rings when this run ends, breaks or stands still. B switches it off."
NOT_TOLD = "The terminal does not ring for this run any more."


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
        self.followed = FollowedRun()
        """What is known of the run."""

        self.tabs = [tab() for tab in all_tabs()]
        self.shown = self.tabs[0]
        """The tab that is shown."""

        self._slider = EpochSlider()
        self._reader = LookReader(service)
        self._looks = TabLooks(self.followed, self._reader)
        self.try_it = TryPanel(service)
        """Where a person asks the network, once it is open."""

        self._left: Widget | None = None
        """What had the focus before a tab took it."""

        self._pace = Pace(self, self._draw)
        self._meter = RateMeter()
        self._clock = TrainerClock()
        self._follower: RunFollower | None = None

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

    @property
    def run(self) -> RunFolder | None:
        """The run that is followed."""
        return self.followed.run

    @property
    def state(self) -> RunState | None:
        """What it is doing; None where there is no run."""
        return self.followed.state

    @property
    def history(self) -> RunHistory:
        """What its events said."""
        return self.followed.history

    def clear(self, plan_epochs: int = 0, waiting: str = IDLE) -> None:
        """Forget the run; show empty plots.

        Args:
            plan_epochs: what the recipe plans, for the x axis; 0 where that is not known.
            waiting: what the plots say, for example ``"starting …"``.
        """
        self._turn_to(FollowedRun(planned=plan_epochs, waiting=waiting))
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
        planned, now = self.followed.planned, time.monotonic()
        self._turn_to(FollowedRun(run, state, trained_by, planned=planned, now=now))
        if self._service is not None and not state.is_over:
            self._service.told.begin(run)
        # What its data is, and its network after its end, only a recipe says.
        service = self._service if self.followed.trained_by.has_recipe else None
        self._follower = RunFollower(run, service)
        self.mount(self._follower)
        self._draw()

    def _turn_to(self, followed: FollowedRun) -> None:
        if self._follower is not None:
            self._follower.remove()
            self._follower = None
        self.followed = followed
        self._looks = TabLooks(followed, self._reader)
        self._slider.forget()

    @on(RunFollower.EventsRead)
    def _take_events(self, message: RunFollower.EventsRead) -> None:
        message.stop()
        if message.follower is self._follower:
            now = time.monotonic()
            self._tell(self.followed.take_events(message.events, behind=message.behind, now=now))

    @on(RunFollower.StateRead)
    def _take_state(self, message: RunFollower.StateRead) -> None:
        message.stop()
        if message.follower is self._follower:
            self._tell(self.followed.take_state(message.state, message.trouble))

    def _tell(self, change: Change) -> None:
        """Show what has changed of the run, and tell whoever is around."""
        self._show(change)
        if change is Change.NOTHING or self.run is None:
            return
        if change is Change.OVER:
            self.post_message(self.RunEnded(self.run, self.followed.ended))
        self.post_message(self.EventsTaken(self.run))

    def _show(self, change: Change) -> None:
        """Draw what has changed: at once where it is something else than before, more of the same
        at the pane's pace."""
        if change is Change.MORE:
            self._pace.request()
        elif change is not Change.NOTHING:
            self._draw()

    @on(RunFollower.BaselinesRead)
    def _take_baselines(self, message: RunFollower.BaselinesRead) -> None:
        message.stop()
        if message.follower is self._follower:
            self.followed.baselines = message.baselines
            self._draw()

    @on(RunFollower.KeptRead)
    def _take_kept(self, message: RunFollower.KeptRead) -> None:
        message.stop()
        if message.follower is self._follower and self.followed.trained_by.has_recipe:
            self.followed.kept = message.kept
            self._pace.request()

    @on(RunFollower.WeightsRead)
    def _take_weights(self, message: RunFollower.WeightsRead) -> None:
        message.stop()
        if message.follower is self._follower:
            origin = self.followed.trained_by.origin
            there = message.is_there
            self.followed.weights = weights_kept(message.path, origin, is_there=there)
            if self.history.ended is not None:  # else the end, which comes next, is drawn
                self._pace.request()

    @on(RunFollower.DataRead)
    def _take_data(self, message: RunFollower.DataRead) -> None:
        message.stop()
        if message.follower is self._follower and (message.data is not None or message.why_not):
            self.followed.data = message.data or self.followed.data
            self.followed.no_data = message.why_not
            self._draw()

    def _need_data(self) -> None:
        """Have the run's data described, should that take loading it."""
        if self._follower is not None and self.followed.data is None:
            self._follower.describe()

    # What is shown

    @property
    def view(self) -> RunView:
        """What is known of the run, for the tabs."""
        looks = self._looks
        return self.followed.view(self.moment, looks.answer(self.shown), looks.looking)

    def _tick(self) -> None:
        if self.followed.goes_on:
            self._show_progress()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        followed, history, state = self.followed, self.history, self.state
        ended = None
        if state is not None:
            by, weights = followed.trained_by, followed.weights
            steps = next_steps(self._steps, by.origin, by.name)
            ended = outcome(history, state, weights, steps, followed.trouble, followed.baselines)
        self.query_one(OutcomeLines).show(ended)
        notices = [notice.text for notice in history.notices]
        if ended is None and (followed.trouble or state is RunState.UNKNOWN):
            notices = [followed.trouble or UNSEEN]
        self.query_one(NoticeLine).show(notices)
        self.query_one(TabRow).show(self.shown, self.view)
        self._slider.show(history, followed.kept, over=followed.is_over)
        if self.try_it.display:
            self.try_it.show(self.view)
        self._arrange()
        self._look()
        self._slider.computing = self._looks.is_computing
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
        return self.followed.is_read and not working and not self._looks.is_computing

    @on(EpochSlider.Chosen)
    def _look_back(self, message: EpochSlider.Chosen) -> None:
        """Show another moment in every tab."""
        message.stop()
        self._draw()

    def _look(self) -> None:
        """Have computed what the tab that is shown wants."""
        view = self.view
        hidden = not self.is_on_screen or self.shown.why_not(view)
        self._looks.want(view, None if hidden else self.shown.wanted(view))

    @on(LookReader.LookRead)
    def _take_look(self, message: LookReader.LookRead) -> None:
        message.stop()
        change = self._looks.take(self.shown, message)
        self._show(Change.OTHER if self._slider.plays and change is Change.MORE else change)

    @on(LookReader.NotRead)
    def _say_not_read(self, message: LookReader.NotRead) -> None:
        message.stop()
        self._show(self._looks.take_reason(self.shown, message))

    @on(LiveTab.WantsOther)
    def _look_at_other(self, message: LiveTab.WantsOther) -> None:
        message.stop()
        self._draw()

    def _show_progress(self) -> None:
        here = time.monotonic()
        now = self._clock.now(self.history, here)
        progress = self._meter.read(self.history, self.followed.planned, now, self.state, here)
        going = self.state is RunState.RUNNING
        text = f"{100 * progress.share:.0f} %" if self.state and progress.planned else ""
        self.query_one(RunBar).show(progress.share, text, going)
        self.query_one(MachineStrip).show(self.history)
        told = self.is_told
        self.post_message(self.Updated(self.history, self.state, progress, self.asked, told))

    @property
    def looks_back(self) -> bool:
        """Whether a person looks at something of the past, which must not go away."""
        return self.shown.looks_back or self.moment != Moment() or self.try_it.display

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
        bar.display = layout.bar > 0 and not over and self.followed.knows_plan
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
        self._looks.turn()
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
            return self.run is not None and self.followed.trained_by.has_recipe
        if action == "ring":
            return self._service is not None and self.followed.goes_on
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
