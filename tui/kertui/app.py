"""The application: puts the screens, the service and the terminal together, and nothing else."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from rich.console import RenderableType
from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from kertui.dialogs.too_small import TooSmallScreen, is_on_top, is_too_small, top_screen
from kertui.first_shown import FirstFile, FirstGroup, FirstRun, FirstRuns, FirstShown
from kertui.session import (
    AsksBeforeLeaving,
    CrossValidate,
    FollowRun,
    OpenData,
    OpenGroup,
    OpenRun,
    OpenWorkbench,
    Session,
    StartSweep,
    TrainHeadToHead,
)
from kertui.tasks_screen.tasks_screen import SHOW_RUNS, TasksScreen
from kertui.terminal import textual_workarounds
from kertui.terminal.capabilities import Capabilities, Colours, Host
from kertui.terminal.crash import report_crash
from kertui.terminal.driver import TerminalAnswered, TerminalDriver, TerminalGone
from kertui.terminal.glyphs import MARKER_WORDS, glyphs_for
from kertui.terminal.input.input_order import InputOrder
from kertui.terminal.key_names import name_key
from kertui.terminal.notice import notice
from kertui.terminal.parsed_styles import parse_styles_once
from kertui.terminal.signals import give_terminal_back_on_faults, give_terminal_back_on_signals
from kertui.terminal.theme import DARK, LIGHT, MONOCHROME, THEMES, default_tokens
from kertui.terminal.thread_per_task import ThreadPerTaskExecutor

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.home.summary import RunSummary
    from kertui.dialogs.open_file import FoundFile
    from kertui.service.training_service import TrainingService

_AFTER_FIRST_PAINT = 0.2
"""Seconds the interface has for itself before imports in a thread compete with it."""

_SWITCH_INTERVAL = 0.005
"""Seconds, Python's own: reading threads take the lock from the keys no sooner."""


_QUIT = Binding("q,ctrl+q", "ask_quit", "quit", id="app.quit",
                tooltip="Leave kertui. A training goes on unless you stop it.")  # fmt: skip


class KertuiApp(App[None]):
    """The kertui program in a terminal.

    Args:
        service: describes, checks and trains; every screen uses it from thread workers.
        capabilities: what the terminal can do.
        first: what is shown at once, over the first screen; None for nothing.
    """

    TITLE = "kertui"
    # Textual 8.2 reads a screen's own CSS_PATH when it is pushed, but not the first screen's.
    CSS_PATH = Path(__file__).with_name("tasks_screen") / "tasks_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "commands", id="app.commands", priority=True,
                tooltip="Search everything that can be done here by its name."),
        Binding("question_mark,f1", "help", "help", id="app.help",
                tooltip="Show every key that acts now."),
        _QUIT,
        # First of all, so that it leaves from a dialog and from a text field too.
        replace(_QUIT, key="ctrl+c", show=False, id="app.interrupt", priority=True),
        replace(SHOW_RUNS, key="f3", show=False, id="app.runs"),
        Binding("f2", "toggle_light", "light or dark", show=False, id="app.theme",
                tooltip="Change between the dark and the light theme."),
        Binding("f4", "next_marker", "other signs", show=False, id="app.marker",
                tooltip="Draw with other signs: Braille, blocks or ASCII."),
    ]  # fmt: skip

    def __init__(
        self,
        service: TrainingService,
        capabilities: Capabilities,
        first: FirstShown | None = None,
    ) -> None:
        self.capabilities = capabilities
        self.session = Session(service, opens_run=first is not None)
        self._first = first
        self._leaving = False
        """Whether a person leaves, and is asked about trainings that go on."""

        self.crash_line: str | None = None
        """What went wrong, for the normal screen; None while nothing has."""
        self._order = InputOrder(self)
        parse_styles_once()
        super().__init__(
            driver_class=TerminalDriver, ansi_color=None if capabilities.colour else True
        )
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (DARK if capabilities.colour else MONOCHROME).name
        textual_workarounds.set_line_filters(self, capabilities)
        textual_workarounds.send_partial_updates()
        textual_workarounds.allow_any_size()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens, so that Textual's own themes can be chosen too."""
        return default_tokens(self.current_theme)

    def get_default_screen(self) -> TasksScreen:
        """Make the first screen."""
        return TasksScreen(self.session)

    def get_key_display(self, binding: Binding) -> str:
        """Give a key's name for the footer and the help."""
        return binding.key_display or name_key(binding.key, glyphs_for(self))

    def on_load(self) -> None:
        """Give thread workers threads of their own, from the first one on."""
        asyncio.get_running_loop().set_default_executor(ThreadPerTaskExecutor())

    def on_mount(self) -> None:
        """Watch for dialogs, and for other themes."""
        self.screen_change_signal.subscribe(self, self._uncover, immediate=True)
        self.theme_changed_signal.subscribe(self, self._fit_theme)
        if isinstance(driver := self._driver, TerminalDriver):
            give_terminal_back_on_signals(self._leave_by_signal, driver.give_back)
        self.session.service.told.tell = self._ring
        match self._first:
            case FirstRun(run, follows):
                self.open_run(run, follows=follows)
            case FirstRuns():
                self.call_after_refresh(self.action_show_runs)
            case FirstGroup(group):
                self.post_message(OpenGroup(top_screen(self), group))
            case FirstFile(found):
                self.call_after_refresh(self._open_own, found)

    def _open_own(self, found: FoundFile) -> None:
        from kertui.tasks_screen.own_tasks import OwnTasks

        top_screen(self).query_one(OwnTasks).open(found)

    def _ring(self, text: str) -> None:
        """Tell a person who looks elsewhere. Any thread may."""
        if isinstance(driver := self._driver, TerminalDriver):
            driver.ring(notice(text, self.capabilities, os.environ))

    def on_ready(self) -> None:
        """Start what takes long, once there is something to look at."""
        self.set_timer(_AFTER_FIRST_PAINT, self._warm_up)

    def on_unmount(self) -> None:
        """End the spare now: threads that wait for its answers would hold up the exit."""
        if not self.is_headless:
            self.session.service.close()

    def _warm_up(self) -> None:
        if isinstance(driver := self._driver, TerminalDriver):
            give_terminal_back_on_faults(driver.give_back)
        # Changed for the start, see ``kertui.cli.interface``.
        gc.enable()
        sys.setswitchinterval(_SWITCH_INTERVAL)
        self._start_spare()
        self._import_plotext()

    @work(thread=True, group="spare")
    def _start_spare(self) -> None:
        from kertasks.errors import UserError

        try:
            self.session.service.start_spare()
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)

    @work(thread=True, group="imports")
    def _import_plotext(self) -> None:
        from kertui.plotting import draw

        draw.preload()  # 240 ms that the first plot need not wait for

    # --- from one screen to another

    def open_run(self, run: RunFolder, *, follows: bool = False) -> None:
        """Show a run, live or over, or say why it cannot be shown.

        Args:
            run: which.
            follows: as of ``OpenRun``.
        """
        self.post_message(OpenRun(top_screen(self), run, follows=follows))

    @on(OpenRun)
    def _open_run(self, event: OpenRun) -> None:
        from kertui.workbench.open_run import open_run

        open_run(self.session, event)

    @on(FollowRun)
    def _follow_run(self, event: FollowRun) -> None:
        from kertui.following.following_screen import FollowingScreen

        if not is_on_top(event.over):
            return
        for shown in self.screen_stack:
            if isinstance(shown, FollowingScreen) and shown.shows(event.run):
                while self.screen is not shown:
                    self.pop_screen()
                return
        self.push_screen(FollowingScreen(self.session, event))

    @on(OpenWorkbench)
    def _open_workbench(self, event: OpenWorkbench) -> None:
        from kertui.workbench.workbench import WorkbenchScreen

        if is_on_top(event.over):
            screen = WorkbenchScreen(self.session, event.task, event.recipe, event.path)
            self.push_screen(screen)

    @on(OpenData)
    def _open_data(self, event: OpenData) -> None:
        from kertui.data_screen.data_screen import DataScreen

        if is_on_top(event.over):
            self.push_screen(DataScreen(event))

    @on(OpenGroup)
    def _open_group(self, event: OpenGroup) -> None:
        from kertui.groups.group_screen import GroupScreen

        if not is_on_top(event.over):
            return
        for shown in self.screen_stack:
            if isinstance(shown, GroupScreen) and shown.group == event.group:
                while self.screen is not shown:
                    self.pop_screen()
                return
        self.push_screen(GroupScreen(self.session, event.group))

    @on(CrossValidate)
    def _cross_validate(self, event: CrossValidate) -> None:
        from kertui.groups.cross_validation.begin import ask_and_begin

        ask_and_begin(self.session, event)

    @on(StartSweep)
    def _start_sweep(self, event: StartSweep) -> None:
        from kertui.groups.sweep.begin import ask_and_begin

        ask_and_begin(self.session, event)

    @on(TrainHeadToHead)
    def _train_head_to_head(self, event: TrainHeadToHead) -> None:
        from kertui.runs.head_to_head import train_head_to_head

        train_head_to_head(self.session, event.over, event.task, event.recipe, event.against)

    def _uncover(self, screen: Screen[object]) -> None:
        """Take notices away: they must not stand over a dialog's question, nor beneath it."""
        if screen.is_modal:
            self.clear_notifications()
            for below in self.screen_stack:
                below.query("Toast").remove()

    # --- what is typed and pasted

    async def on_event(self, event: events.Event) -> None:
        """Act on what comes in in the order it came."""
        comes_in = isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded
        if comes_in and self._order.holds(event):
            return
        if comes_in and isinstance(event, events.Paste):
            from kertui.terminal.input.paste_target import fit_to_field

            if said := fit_to_field(event, self.focused):
                self.notify(said, severity="warning", markup=False)
        await super().on_event(event)

    def on_paste(self, event: events.Paste) -> None:
        """Say that nobody took it: a paste is no command."""
        from kertui.terminal.input.paste_target import say_left_out

        if said := say_left_out(event):
            self.notify(said, severity="warning")

    # --- what the terminal can do

    @on(TerminalAnswered)
    def _take_answers(self, event: TerminalAnswered) -> None:
        from kertui.terminal.asking.questions import conclude

        self.use(conclude(self.capabilities, event.answers))
        if self.capabilities.host is Host.TMUX and self.capabilities.colour:
            self._ask_tmux()

    @work(thread=True, group="tmux", exclusive=True)
    def _ask_tmux(self) -> None:
        from kertui.terminal.asking.tmux import hands_on_all_colours

        if hands_on_all_colours():
            self.call_from_thread(
                lambda: self.use(replace(self.capabilities, colours=Colours.TRUE))
            )

    @on(TerminalGone)
    def _leave_without_terminal(self) -> None:
        self._leave_by_signal(128 + signal.SIGHUP)

    def _leave_by_signal(self, status: int) -> None:
        self.exit(return_code=status)

    def use(self, capabilities: Capabilities) -> None:
        """Draw with what the terminal can do, as far as that is known now."""
        before, self.capabilities = self.capabilities, capabilities
        if before == capabilities:
            return
        textual_workarounds.set_line_filters(self, capabilities)
        signs = {(one.marker, one.two_colours) for one in (before, capabilities)}
        textual_workarounds.draw_all_anew(self, other_signs=len(signs) > 1)

    def _fit_theme(self, _: Theme) -> None:
        """Have the theme's colours fitted to the terminal."""
        textual_workarounds.set_line_filters(self, self.capabilities)

    def action_next_marker(self) -> None:
        """Draw with other signs: a terminal's font cannot be asked which ones it has."""
        marker = self.capabilities.marker.next
        self.use(self.capabilities.with_marker(marker))
        self.notify(f"Drawn with {MARKER_WORDS[marker]} now. F4 changes it.")

    # --- too small, help, palette

    def on_resize(self, event: events.Resize) -> None:
        """Cover the screens where there is no room for them."""
        covered = any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack)
        if is_too_small(*event.size) and not covered:
            self.push_screen(TooSmallScreen())

    def action_help(self) -> None:
        """Show every key that acts now, unless the help is open."""
        from kertui.dialogs.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_show_runs(self) -> None:
        """Show every run; from a workbench that was opened there, go back to them."""
        from kertui.runs.runs_screen import RunsScreen

        if not any(isinstance(screen, RunsScreen) for screen in self.screen_stack):
            self.push_screen(RunsScreen(self.session))
        elif isinstance(self.screen, AsksBeforeLeaving):
            self.screen.ask_before_leaving(self._leave_screen)

    def _leave_screen(self) -> None:
        self.pop_screen()

    def action_toggle_light(self) -> None:
        """Change between the dark and the light theme."""
        if self.capabilities.colour:
            self.theme = (LIGHT if self.current_theme.dark else DARK).name

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: the bindings that act now, and the themes."""
        from kertui.dialogs.help import list_commands

        yield from list_commands(screen)
        if self.capabilities.colour:
            yield SystemCommand("Theme", "Choose among all themes.", self.action_change_theme)

    # --- leaving

    def action_ask_quit(self) -> None:
        """Leave; ask first about changes that are in no file, and about a training that goes on."""
        from kertui.dialogs.unsaved_changes import UnsavedChangesScreen

        if not self._leaving and not isinstance(self.screen, UnsavedChangesScreen):
            stack = self.screen_stack
            self._leave([screen for screen in stack if isinstance(screen, AsksBeforeLeaving)])

    def _leave(self, to_ask: Sequence[AsksBeforeLeaving]) -> None:
        if to_ask:
            to_ask[-1].ask_before_leaving(partial(self._leave, to_ask[:-1]))
        else:
            self._leaving = True
            self._leave_trainings()

    @work(group="quit")
    async def _leave_trainings(self) -> None:
        from kertui.dialogs.quit import Leave, QuitQuestion, stop_trainings

        runs = await asyncio.to_thread(self.session_runs)
        running = [run for run in runs if not run.state.is_over]
        leave = await self.push_screen_wait(QuitQuestion(running)) if running else Leave.TRAIN_ON
        failures = []
        if leave is Leave.STOP:
            ids = {run.id for run in running}
            stopped = [run for run in self.session.service.session_runs if run.id in ids]
            failures = await asyncio.to_thread(stop_trainings, stopped)
        if failures:
            self.notify("\n".join(failures), severity="error", markup=False)
        elif leave in (Leave.STOP, Leave.TRAIN_ON):
            self.exit()
        self._leaving = False

    def session_runs(self) -> list[RunSummary]:
        """Summarise the runs begun, resumed or steered here. Reads files: call it from a thread."""
        from kertasks.runs.home.summary import summarise

        summaries = (summarise(run) for run in self.session.service.session_runs)
        return [summary for summary in summaries if summary is not None]

    # --- errors nobody foresaw (private names are of Textual 8.2)

    def _handle_exception(self, error: Exception) -> None:
        if not textual_workarounds.misses_parts_as_it_goes(error):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual prints the traceback, with locals, over the normal screen.
        self._note_crash(sys.exception())

    def panic(self, *renderables: RenderableType) -> None:
        """Leave because of an error inside Textual (its CSS, its input thread)."""
        text = "\n".join(str(renderable) for renderable in renderables)
        self._note_crash(sys.exception() or RuntimeError(text))

    def _note_crash(self, error: BaseException | None) -> None:
        if self.crash_line is None:
            from kertasks.runs.home.store import RunStore
            from kertasks.runs.mirrors.home_mark import host_of
            from kertasks.user_folders import default_home

            store = self.session.service.store
            if host_of(store.home):  # a mirror goes with this process
                store = RunStore(default_home())
            self.crash_line = report_crash(error or RuntimeError("unknown"), store)
        textual_workarounds.end_after_crash(self)


MakesApp: TypeAlias = "Callable[[TrainingService, Capabilities, FirstShown | None], KertuiApp]"
"""What makes the app; ``KertuiApp`` does."""


def run_app(
    service: TrainingService,
    capabilities: Capabilities,
    first: FirstShown | None = None,
    makes: MakesApp | None = None,
) -> int:
    """Run kertui until the person leaves, and give the terminal back as it was.

    ``kertui.terminal.capabilities.prepare_environment`` must have run before this module
    was imported.

    Returns:
        The exit status.
    """
    app = (makes or KertuiApp)(service, capabilities, first)
    app.run(mouse=capabilities.mouse)
    from kertasks.runs.home.summary import in_words  # the first paint need not wait for it

    try:
        for summary in app.session_runs():
            print(in_words(summary))
        if app.crash_line is not None:
            print(app.crash_line, file=sys.stderr)
    except OSError:
        pass  # the terminal is gone: there is nobody to tell
    return app.return_code or 0
