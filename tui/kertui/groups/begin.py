"""What beginning a group takes, whatever its kind: a dialog that asks how, and a thread that makes
the group, starts the process that trains its runs and shows it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from kertasks.errors import UserError
from kertasks.groups.record import Asked
from kertasks.groups.store import GroupStore, remove
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.events import Monitor
from kertui.dialogs.dialog import LOOK, Dialog
from kertui.forms.text_field import TextField
from kertui.service.group_process import RunnerNotStarted, start_runner
from kertui.session import OpenGroup, Session
from kertui.terminal.glyphs import glyphs_for

Wanted = TypeVar("Wanted", bound=Asked)

BEGIN_LOOK = Path(__file__).with_name("begin.tcss")
"""The style sheet of these dialogs."""


class GroupWanted(Dialog[Wanted]):
    """Asks how a group is to be; gives what is asked for, or None for escape.

    A subclass lays out the fields, and reads them.
    """

    CSS_PATH: ClassVar = [LOOK, BEGIN_LOOK]

    def on_mount(self) -> None:
        """Say how much it is."""
        self._say_sum()

    def read(self) -> Wanted:
        """What stands in the fields.

        Raises:
            UserError: says what is allowed.
        """
        raise NotImplementedError

    def sum_of(self, wanted: Wanted) -> str:
        """How much that is, in words."""
        raise NotImplementedError

    @on(Input.Changed)
    def _say_sum(self) -> None:
        say = self.query_one("#dialog-say", Static)
        try:
            wanted = self.read()
        except UserError as error:
            say.update(Content.styled(f"{glyphs_for(self.app).cross} {error}", "$error"))
        else:
            say.update(Content.styled(self.sum_of(wanted), "$dim"))

    @on(Input.Submitted)
    def _start(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.dismiss(self.read())
        except UserError:
            return  # what is wrong stands there already


def text_field(value: str, id: str | None = None) -> TextField:
    """A field of such a dialog, with what stands in it at first."""
    return TextField(value, id=id, compact=True, select_on_focus=True)


def labelled(name: str, field: TextField) -> ComposeResult:
    """A line of such a dialog: what a field is of, and the field."""
    with Horizontal(classes="group-field"):
        yield Static(name, markup=False)
        yield field


def begin_group(
    session: Session,
    screen: Screen[object],
    recipe: Recipe,
    wanted: Asked,
    *,
    called: str,
    what: str,
    source: Path | None,
    judge: Monitor | None = None,
) -> None:
    """Make a group in a thread, start the process that trains its runs, and show it over a screen;
    where that cannot be, the screen says why.

    Args:
        session: whose home it is of.
        screen: over which it is shown.
        recipe: of which it is.
        wanted: what was asked for.
        called: what its id is made of: ``"4 folds"``.
        what: it is, for the title of what went wrong: ``"cross-validation"``.
        source: the file the recipe was read from, if any.
        judge: the metric that decides what is best; None for that of the runs.
    """
    app = screen.app  # a thread finds no app through a screen that was left

    def begin() -> None:
        try:
            store = GroupStore(session.service.store.home)
            read_from = None if source is None else str(source)
            group = store.create(recipe, wanted, called, source=read_from, judge=judge)
            try:
                start_runner(group)
            except RunnerNotStarted:
                remove(group)
                raise
        except UserError as error:
            title = f"The {what} did not start"
            app.notify(str(error), title=title, severity="error", markup=False)
        else:
            screen.post_message(OpenGroup(screen, group))

    screen.run_worker(begin, thread=True, group="begin group", exclusive=True)
