"""The screen of a group: how far the whole is, its runs as a table, their curves together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.cross_validation.final import ask_for_final
from kertasks.groups.folder import GroupFolder, GroupState
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.groups.store import remove
from kertasks.groups.sweep.asked import recipe_of_trial
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.mirrors.home_mark import host_of
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.text.numbers import counted, percent
from kertui.dialogs.too_small import is_on_top
from kertui.groups.choose_run import ChooseRunScreen, RunToChoose, runs_to_choose
from kertui.groups.cross_validation.folds_seen import FoldsSeen
from kertui.groups.group_body import GroupBody
from kertui.groups.group_follower import GroupFollower
from kertui.groups.group_head import GroupHead
from kertui.groups.group_keys import GROUP_KEYS, GroupKeysNow
from kertui.groups.group_seen import GroupSeen
from kertui.groups.readers import body_of
from kertui.live.status import NoticeLine, RunBar
from kertui.live.trouble import RunTrouble
from kertui.rows.key_line import KeyLine
from kertui.service.group_process import start_runner
from kertui.session import OpenRun, OpenWorkbench, Session


class GroupScreen(Screen[None]):
    """Follows a group live, or shows what it came to, and asks things of it.

    Args:
        session: hands its runs to the workbench.
        group: the group.
    """

    CSS_PATH = "group_screen.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = GROUP_KEYS

    @dataclass
    class RunsListed(Message):
        """What there is to know of the runs of a line, one of which is to be opened."""

        runs: Sequence[RunToChoose]

    def __init__(self, session: Session, group: GroupFolder) -> None:
        super().__init__()
        self._session = session
        self.group = group
        """Which one is shown."""

        self.seen: GroupSeen | None = None
        """What was read of it last."""

        self._asked: SteeringCommand | None = None
        self._recipe: Recipe | None = None
        """Of a group that is on disk no more."""

        self._body: GroupBody[Any] | None = None
        """What shows its runs; None before its kind is known."""

        self._is_elsewhere = bool(host_of(session.service.store.home))
        self._offered = GroupKeysNow()
        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._follower = GroupFollower(group)
        self._head = GroupHead(group.id)
        self._bar = RunBar()
        self._notices = NoticeLine()
        self._trouble = RunTrouble(markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the head and the bar over the table and the curves."""
        yield self._follower
        yield self._head
        yield self._bar
        yield self._notices
        yield self._trouble
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the frame; what is in it comes from the follower."""
        self._head.show(None, None)

    # --- what was read

    @on(GroupFollower.SeenNow)
    def _take(self, event: GroupFollower.SeenNow) -> None:
        event.stop()
        before, seen = self.seen, event.seen
        self.seen = seen
        if before is None or seen.state is not before.state or not seen.state.goes_on:
            self._asked = None if self._is_answered(seen.state) else self._asked
        if seen.refusal and not seen.state.goes_on:
            self._follower.end()
            self._remove()
        self._show()

    @work(thread=True, group="remove")
    def _remove(self) -> None:
        """Leave nothing on disk of a group that has no run, and none to go on with."""
        with suppress(UserError):
            self._recipe = self.group.recipe()
        remove(self.group)

    def _is_answered(self, state: GroupState) -> bool:
        match self._asked:
            case SteeringCommand.PAUSE:
                return state is not GroupState.RUNNING
            case SteeringCommand.RESUME:
                return state is GroupState.RUNNING
            case SteeringCommand.STOP:
                return not state.goes_on
        return True

    @on(GroupFollower.NotRead)
    def _say_not_read(self, event: GroupFollower.NotRead) -> None:
        event.stop()
        self._trouble.show("The group cannot be read", event.reason)

    def _show(self) -> None:
        seen = self.seen
        if seen is None or not self.is_mounted:
            return
        self._head.show(seen, self._asked)
        self._bar.show(seen.share, percent(seen.share), seen.state.goes_on)
        self._notices.show(seen.notices)
        what, why = ("No run could be begun", seen.refusal) if seen.refusal else seen.trouble
        if what:
            self._trouble.show(what, why)
        else:
            self._trouble.clear()
        if self._body is None:
            self._body = body_of(self.group, seen)
            self.mount(self._body, before=self._notices)
        self._body.show(seen)
        self._offer_keys()

    @on(GroupBody.LooksElsewhere)
    def _want(self, event: GroupBody.LooksElsewhere) -> None:
        event.stop()
        if self._body is not None:
            self._follower.want(self._body.wanted)

    # --- which keys act

    def _offer_keys(self) -> None:
        seen = self.seen
        asked = seen.record.asked if seen is not None else None
        now = GroupKeysNow(
            state=seen.state if seen is not None else None,
            asked=self._asked,
            refused=bool(seen is not None and seen.refusal),
            may_train_all=isinstance(asked, CrossValidation) and not asked.final,
            has_recipe=not isinstance(asked, ScriptSweep),
            is_elsewhere=self._is_elsewhere,
        )
        self._offered = now
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the keys that would do something now."""
        if action == "body":
            return self._body is not None and self._body.allows(str(parameters[0]))
        return self._offered.offers(action, str(parameters[0]) if parameters else "")

    # --- what a person does

    def action_steer(self, name: str) -> None:
        """Ask something of every run of the group."""
        command = SteeringCommand(name)
        self._send(command)
        is_running = self.seen is not None and self.seen.state is GroupState.RUNNING
        takes_back = command is SteeringCommand.RESUME and is_running
        self._asked = None if takes_back else command
        self._show()

    @work(thread=True, group="steer")
    def _send(self, command: SteeringCommand) -> None:
        try:
            self.group.send(command)
        except UserError as error:
            self.call_later(self._say_not_done, str(error))
        self._follower.look_now()

    def action_go_on(self) -> None:
        """Go on with what is left."""
        self._asked = SteeringCommand.RESUME
        self._begin(final=False)
        self._show()

    def action_final(self) -> None:
        """Train on all rows after the folds, or now where they are done; where no process works
        for folds that are left, one does again, and the person is told."""
        seen = self.seen
        if isinstance(seen, FoldsSeen) and not seen.state.goes_on:
            left = len(seen.folds) - seen.done
            if left:
                again = "is" if left == 1 else "are"
                self.notify(
                    f"{counted(left, 'fold')} {again} trained first: how many epochs all rows get "
                    "is known when all folds are finished.",
                    markup=False,
                )
        self._begin(final=True)

    @work(thread=True, group="steer")
    def _begin(self, *, final: bool) -> None:
        """Have a process work for the group, which may do one more thing than it was asked for."""
        try:
            if final:
                ask_for_final(self.group)
            if not self.group.has_runner:
                start_runner(self.group)
        except UserError as error:
            self.call_later(self._say_not_done, str(error))
        self._follower.look_now()

    def _say_not_done(self, text: str) -> None:
        self._asked = None
        self.notify(text, severity="error", markup=False)
        self._show()

    def action_body(self, action: str) -> None:
        """Pass a key on to what shows the runs."""
        if self._body is not None:
            self._body.act(action)

    @on(GroupBody.KeysChanged)
    def _look_at_keys(self, event: GroupBody.KeysChanged) -> None:
        event.stop()
        self.refresh_bindings()

    @on(GroupBody.RunsOpened)
    def _open_runs(self, event: GroupBody.RunsOpened) -> None:
        event.stop()
        if len(event.runs) == 1:
            self.post_message(OpenRun(self, event.runs[0]))
        else:
            self._list_runs(event.runs)

    @work(thread=True, group="open", exclusive=True)
    def _list_runs(self, runs: Sequence[RunFolder]) -> None:
        self.post_message(self.RunsListed(runs_to_choose(runs)))

    @on(RunsListed)
    def _ask_for_run(self, event: RunsListed) -> None:
        event.stop()

        def chosen(run: RunFolder | None) -> None:
            if run is not None:
                self.post_message(OpenRun(self, run))

        if is_on_top(self):
            self.app.push_screen(ChooseRunScreen(event.runs), chosen)

    def action_open_recipe(self) -> None:
        """Open the group's recipe."""
        self._open_recipe(None)

    @on(GroupBody.RecipeOpened)
    def _open_recipe_of_trial(self, event: GroupBody.RecipeOpened) -> None:
        event.stop()
        self._open_recipe(event)

    @work(thread=True, group="open", exclusive=True)
    def _open_recipe(self, of: GroupBody.RecipeOpened | None) -> None:
        try:
            if of is None:
                recipe = self._recipe or self.group.recipe()
            else:
                recipe = recipe_of_trial(self.group.recipes(), of.dimensions, of.values)
            task = find_task(recipe.task)
        except UserError as error:
            self.app.notify(str(error), severity="error", markup=False)
        else:
            self.post_message(OpenWorkbench(self, task, recipe))

    def action_go_back(self) -> None:
        """Leave the screen; say that the group does not end with it."""
        seen = self.seen
        if seen is not None and seen.state.goes_on:
            goes_on = "stays paused" if seen.state is GroupState.PAUSED else "goes on"
            self.app.notify(f"The group {self.group.id} {goes_on}.", markup=False)
        self.dismiss(None)
