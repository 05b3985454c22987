"""Begins a cross-validation: asks for its folds, starts the process that trains them, shows it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from kertasks.data.folds.fold import MOST_FOLDS, MOST_REPEATS
from kertasks.errors import UserError
from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.store import GroupStore
from kertasks.recipes.recipe import Recipe
from kertasks.text.numbers import counted, grouped
from kertui.dialogs.dialog import LOOK, Dialog
from kertui.forms.text_field import TextField
from kertui.groups.entered import whole_number, yes_or_no
from kertui.service.group_process import start_runner
from kertui.session import CrossValidate, OpenGroup, Session
from kertui.terminal.glyphs import glyphs_for


class FoldsWanted(Dialog[CrossValidation]):
    """Asks how a recipe is to be cross-validated; gives it, or None for escape.

    Args:
        recipe: which is trained fold by fold.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next field", show=False, system=True, id="folds.next",
                tooltip="Go to the next field."),
        Binding("up", "app.focus_previous", "field before", show=False, system=True,
                id="folds.previous", tooltip="Go to the field before."),
    ]  # fmt: skip
    AUTO_FOCUS = "#folds"
    CSS_PATH = [LOOK, Path(__file__).with_name("begin.tcss")]  # noqa: RUF012

    def __init__(self, recipe: Recipe) -> None:
        text = (
            "The rows are divided into folds. For each a network is trained on the others and "
            "validated on it; the test rows are not touched."
        )
        keys = [("enter", "start"), ("tab", "next field"), ("escape", "cancel")]
        super().__init__(f"Cross-validate {recipe.task} {recipe.name}", text, keys)
        self._recipe = recipe
        self._folds = TextField("4", id="folds", compact=True, select_on_focus=True)
        self._repeats = TextField("1", id="repeats", compact=True, select_on_focus=True)
        self._final = TextField("no", id="final", compact=True, select_on_focus=True)

    def compose_body(self) -> ComposeResult:
        """Lay out a field for each number, and room for what is wrong with it."""
        for name, field in (
            ("folds", self._folds),
            ("repeats", self._repeats),
            ("then train on all rows, and test", self._final),
        ):
            with Horizontal(classes="folds-field"):
                yield Static(name)
                yield field
        yield Static(id="dialog-say", markup=False)

    def on_mount(self) -> None:
        """Say how much it is."""
        self._say_sum()

    def _wanted(self) -> CrossValidation:
        """What stands in the fields.

        Raises:
            UserError: says what is allowed.
        """
        folds = whole_number(self._folds.value, "folds", 2, MOST_FOLDS)
        repeats = whole_number(self._repeats.value, "repeats", 1, MOST_REPEATS)
        return CrossValidation(folds, repeats, yes_or_no(self._final.value))

    @on(Input.Changed)
    def _say_sum(self) -> None:
        say = self.query_one("#dialog-say", Static)
        try:
            wanted = self._wanted()
        except UserError as error:
            say.update(Content.styled(f"{glyphs_for(self.app).cross} {error}", "$error"))
        else:
            epochs = grouped(self._recipe.fit.epochs)
            words = f"{counted(wanted.runs, 'run')} of {epochs} epochs"
            say.update(Content.styled(words, "$dim"))

    @on(Input.Submitted)
    def _start(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.dismiss(self._wanted())
        except UserError:
            return  # what is wrong stands there already


def ask_and_begin(session: Session, asked: CrossValidate) -> None:
    """Ask for the folds, begin the group and show it.

    Args:
        session: whose home the group is of.
        asked: for which recipe, and over which screen.
    """
    screen, recipe = asked.over, asked.recipe
    if recipe.data.held_out_fold is not None:
        screen.notify(
            f"This recipe holds out {recipe.data.held_out_fold} already. G in the list of runs "
            "opens the group that it is of, and o there the recipe without folds.",
            severity="warning",
            markup=False,
        )
        return

    def begin(wanted: CrossValidation | None) -> None:
        if wanted is not None:
            start = partial(_begin, session, screen, recipe, wanted, asked.source)
            screen.run_worker(start, thread=True, group="begin group", exclusive=True)

    screen.app.push_screen(FoldsWanted(recipe), begin)


def _begin(
    session: Session,
    screen: Screen[Any],
    recipe: Recipe,
    wanted: CrossValidation,
    source: object,
) -> None:
    app = screen.app  # a thread finds no app through a screen that was left
    try:
        group = begin_group(session, recipe, wanted, None if source is None else str(source))
    except UserError as error:
        title = "The cross-validation did not start"
        app.notify(str(error), title=title, severity="error", markup=False)
    else:
        screen.post_message(OpenGroup(screen, group))


def begin_group(
    session: Session, recipe: Recipe, wanted: CrossValidation, source: str | None = None
) -> GroupFolder:
    """Make the group and start the process that trains its runs.

    Args:
        session: whose home it is of.
        recipe: which is trained fold by fold.
        wanted: into how many folds, and how often.
        source: the file the recipe was read from, if any.

    Raises:
        kertasks.UserError: the home cannot be written in, or no process can be started.
    """
    store = GroupStore(session.service.store.home)
    group = store.create(recipe, wanted, f"{wanted.folds} folds", source=source)
    start_runner(group)
    return group
