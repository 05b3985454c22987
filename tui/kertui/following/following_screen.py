"""The screen of a run without a recipe: the live pane alone, with the keys that reach what trains
it.

Where a script trains one run after the other, the newest takes the place of one that is over,
unless a person looks back at that.
"""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Manifest, Origin
from kertasks.runs.run_errors import only_read
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertui.following.run_findings import RunFindings
from kertui.following.script_runs import ScriptRuns
from kertui.live.pane import LivePane
from kertui.live.pane_keys import live_keys
from kertui.live.status import RunStatus
from kertui.live.steering import steering_keys
from kertui.live.tab import TrainedBy
from kertui.live.training_column import Phase, TrainingColumn
from kertui.rows.key_line import KeyLine
from kertui.session import FollowRun, Session
from kertui.terminal.glyphs import glyphs_for

_LOOK_EVERY = 0.5
"""Seconds between two looks whether a person has stopped looking back."""


class FollowingScreen(Screen[None]):
    """Follows the run of a script, or of a file that something else writes.

    Args:
        session: its service keeps which runs were steered here.
        asked: which run.
    """

    CSS_PATH = "following_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *steering_keys("following"),
        *live_keys("following"),
        Binding("left_parenthesis", "fit(-1)", "fit before", id="following.fit_before",
                tooltip="Look at the run that the script trained before this one."),
        Binding("right_parenthesis", "fit(1)", "fit after", id="following.fit_after",
                tooltip="Look at the run that the script trained after this one."),
        Binding("i", "open_findings", "advice", show=False, id="following.advice",
                tooltip="Read all that may keep it from learning."),
        Binding("0,e,r,T", "change_recipe", "no recipe", show=False, id="following.no_recipe",
                tooltip="Say why it cannot be changed, resumed or retrained here, and what can be "
                "done instead."),
        Binding("escape", "go_back", "back", key_display="esc", id="following.back",
                tooltip="Leave this screen. A training goes on."),
    ]  # fmt: skip

    def __init__(self, session: Session, asked: FollowRun) -> None:
        super().__init__()
        self._service = session.service
        self._asked = asked
        self._manifest = asked.manifest
        """Of the run that is shown."""

        self._runs: tuple[RunFolder, ...] = (asked.run,)
        """Those that the script began, in their order."""

        self._script_goes_on = False
        self._follows = asked.follows or not asked.state.is_over
        """Whether a later run takes the place of the one that is shown, once that is over."""

        self._is_named = False
        """Whether it was looked at what the run is called since its training began: a script says
        that only then."""

        self._opening: RunFolder | None = None
        """Which run is read, to be shown in the place of this one."""

        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._title = Static(id="following-title", markup=False)
        self._training = TrainingColumn(session.service)
        self._status = RunStatus()
        self._findings = RunFindings()

    def compose(self) -> ComposeResult:
        """Lay out the status line, the pane, what was found and the keys."""
        yield ScriptRuns(self._asked.run)
        with Horizontal(id="following-status"):
            yield self._title
            yield self._status
        yield self._training
        yield self._findings
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the run that was asked for, and go on to later ones of its script."""
        self._show(self._asked.run, self._asked.manifest, self._asked.state)
        self._training.pane.focus()
        self.set_interval(_LOOK_EVERY, self._go_on_to_newest)

    # Which run is shown

    @property
    def run(self) -> RunFolder:
        """The run that is shown, or will be once the screen is there."""
        return self._training.run or self._asked.run if self._has_pane else self._asked.run

    def shows(self, run: RunFolder) -> bool:
        """Whether it is the run shown, or the one that will be once the screen is there."""
        return run == self.run

    @property
    def _place(self) -> int:
        """Which of the script's runs is shown, from 0."""
        return self._runs.index(self.run) if self.run in self._runs else len(self._runs) - 1

    @property
    def _has_pane(self) -> bool:
        """Whether the pane is there: what a thread read may arrive as the screen is taken down."""
        return bool(self.query(LivePane))

    def _show(self, run: RunFolder, manifest: Manifest, state: RunState) -> None:
        if not self._has_pane:
            return
        self._opening, self._is_named = None, False
        self._manifest = manifest
        if manifest.origin is Origin.SCRIPT:
            self._service.take_up(run)
        by = TrainedBy(manifest.origin, manifest.task)
        self._training.show_without_recipe(run, state, by)
        self._say_title()

    def _open(self, run: RunFolder) -> None:
        """Show another of the script's runs."""
        if self._opening is None and run != self.run:
            self._opening = run
            self._read(run)

    @work(thread=True, group="open")
    def _read(self, run: RunFolder) -> None:
        try:
            manifest, state = run.manifest(), run.state()
        except UserError:  # it was deleted just now
            self.call_later(self._give_up)
        else:
            self.call_later(self._show, run, manifest, state)

    def _give_up(self) -> None:
        self._opening = None

    @work(thread=True, group="name")
    def _read_name(self, run: RunFolder) -> None:
        with suppress(UserError):  # what was known before stays
            self.call_later(self._take_name, run, run.manifest())

    def _take_name(self, run: RunFolder, manifest: Manifest) -> None:
        if self._has_pane and run == self.run:
            self._manifest = manifest
            self._say_title()

    def _go_on_to_newest(self) -> None:
        """Show the newest run in the place of one that is over, unless that is looked back at."""
        if not self._has_pane:
            return
        pane, newest = self._training.pane, self._runs[-1]
        is_over = pane.state is not None and pane.state.is_over
        free = self._follows and not pane.looks_back and self.app.screen is self
        if is_over and free:
            self._open(newest)

    @on(ScriptRuns.RunsFound)
    def _take_runs(self, event: ScriptRuns.RunsFound) -> None:
        event.stop()
        self._runs, self._script_goes_on = event.runs, event.goes_on
        self._go_on_to_newest()
        self._say_title()

    @on(LivePane.RunEnded)
    def _take_end(self) -> None:
        self._go_on_to_newest()
        self._say_title()

    # What is said

    @property
    def _words(self) -> str:
        into = glyphs_for(self.app).into
        return f"{self._manifest.task} {into} {self._manifest.recipe}"

    def _say_title(self) -> None:
        if not self._has_pane:
            return
        signs, manifest = glyphs_for(self.app), self._manifest
        facts, state = [], self._training.pane.state
        if len(self._runs) > 1:
            facts.append(f"{self._place + 1} of {len(self._runs)}")
        if self.run != self._runs[-1]:
            facts.append("g shows the newest")
        elif state is not None and state.is_over and self._script_goes_on:
            facts.append("the script goes on")
        elif manifest.origin is Origin.FILE:
            facts.append("only read")
        self._title.update(
            Content.assemble(
                (manifest.task, "bold $accent"),
                f" {signs.into} ",
                (manifest.recipe, "bold"),
                ("".join(f" {signs.dot} {fact}" for fact in facts), "$dim"),
            )
        )
        self.refresh_bindings()

    @on(LivePane.Updated)
    def _follow_run(self, event: LivePane.Updated) -> None:
        event.stop()
        self._status.show(event.history, event.state, event.progress, event.asked, told=event.told)
        self._findings.show(self._words, event.history.findings)
        if event.history.started is not None and not self._is_named:
            self._is_named = True
            self._read_name(self.run)

    @on(TrainingColumn.PhaseChanged)
    @on(LivePane.TabShown)
    def _offer_keys(self) -> None:
        self.refresh_bindings()

    # What a person does

    def action_steer(self, name: str) -> None:
        """Ask something of what trains the run."""
        self._training.steer(SteeringCommand(name), None)

    def action_live(self, action: str, *arguments: object) -> None:
        """Pass a key on to the live pane; the present is the newest run."""
        if action == "present":
            self._follows = True
            self._open(self._runs[-1])
        else:
            self._training.pane.act(action, *arguments)

    def action_fit(self, step: int) -> None:
        """Look at the script's run so many places on; at the newest, go on with those to come."""
        place = max(0, min(self._place + step, len(self._runs) - 1))
        self._follows = place == len(self._runs) - 1
        self._open(self._runs[place])

    def action_open_findings(self) -> None:
        """Open the list of all that was found."""
        self._findings.open()

    def action_change_recipe(self) -> None:
        """Say why what needs a recipe cannot be had, and what can."""
        name = self._manifest.task
        if self._manifest.origin is Origin.FILE:
            said = f"{only_read('It', name)}."
        else:
            said = f"It has no recipe: {name} trains it. Change {name}, and start it again."
        self.notify(said, markup=False)

    def action_go_back(self) -> None:
        """Leave the screen; say that a training does not end with it."""
        phase = self._training.phase
        if phase is not Phase.IDLE and self._manifest.origin is Origin.SCRIPT:
            goes_on = "stays paused" if phase is Phase.PAUSED else "goes on"
            self.app.notify(f"{self._manifest.task} {goes_on}.", markup=False)
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key acts now; the others are not shown."""
        if not self._has_pane:
            return False  # its parts are not there to act on
        match action:
            case "steer":
                return self._training.allows(SteeringCommand(str(parameters[0])))
            case "live":
                if parameters[0] == "present":
                    return self.run != self._runs[-1]
                return self._training.pane.allows(str(parameters[0]))
            case "fit":
                place = self._place + int(str(parameters[0]))
                return 0 <= place < len(self._runs)
            case "open_findings":
                return self._findings.any_found
        return True
