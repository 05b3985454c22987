"""Begins a sweep: asks how it searches, starts the process that trains its trials, shows it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from kertasks.data.folds.fold import MOST_FOLDS
from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Dimension, read_dimension
from kertasks.groups.sweep.searched import MOST_SEEDS, MOST_TRIALS, Search
from kertasks.groups.sweep.wishes import Wishes, require_valid, sweep_of
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.text.numbers import counted
from kertui.dialogs.dialog import LOOK, Dialog
from kertui.forms.text_field import TextField
from kertui.groups.entered import whole_number, yes_or_no
from kertui.service.group_process import start_runner
from kertui.session import OpenGroup, Session, StartSweep
from kertui.terminal.glyphs import glyphs_for

_AUTO = "auto"
"""Of a search, and of how many trials: what fits what is varied."""

_NO_FOLDS = "none"


class SweepWanted(Dialog[Sweep]):
    """Asks how a sweep is to go; gives it, or None for escape.

    Args:
        recipe: of which settings are varied.
        dimensions: these, one at least.
        catalog: Keras's classes; None where they are not known yet.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next field", show=False, system=True, id="sweep.next",
                tooltip="Go to the next field."),
        Binding("up", "app.focus_previous", "field before", show=False, system=True,
                id="sweep.previous", tooltip="Go to the field before."),
    ]  # fmt: skip
    AUTO_FOCUS = "#seeds"
    CSS_PATH = [LOOK, Path(__file__).with_name("begin.tcss")]  # noqa: RUF012

    def __init__(
        self, recipe: Recipe, dimensions: Sequence[Dimension], catalog: Catalog | None
    ) -> None:
        text = (
            "A trial for each choice of values, ranked. Go back and type values into another "
            "field to vary that too; a field emptied here is not varied."
        )
        keys = [("enter", "start"), ("tab", "next field"), ("escape", "back, and keep these")]
        super().__init__(f"Sweep {recipe.task} {recipe.name}", text, keys)
        self._recipe, self._catalog = recipe, catalog
        self._varied = [
            (one, TextField(one.spelled, compact=True, select_on_focus=True)) for one in dimensions
        ]
        self._search = TextField(_AUTO, id="search", compact=True, select_on_focus=True)
        self._trials = TextField(_AUTO, id="trials", compact=True, select_on_focus=True)
        self._seeds = TextField("1", id="seeds", compact=True, select_on_focus=True)
        self._folds = TextField(_NO_FOLDS, id="folds", compact=True, select_on_focus=True)
        self._prune = TextField("no", id="prune", compact=True, select_on_focus=True)

    def compose_body(self) -> ComposeResult:
        """Lay out what is varied, how, and room for what is wrong with it."""
        with VerticalScroll(id="sweep-varied", can_focus=False):
            for one, field in self._varied:
                with Horizontal(classes="sweep-field"):
                    yield Static(one.path, markup=False)
                    yield field
        with Vertical(id="sweep-how"):
            for name, field in (
                ("search: grid, random, tpe", self._search),
                ("trials", self._trials),
                ("seeds of each trial", self._seeds),
                ("folds of each trial", self._folds),
                ("give up early what is worse", self._prune),
            ):
                with Horizontal(classes="sweep-field"):
                    yield Static(name)
                    yield field
        yield Static(id="dialog-say", markup=False)

    def on_mount(self) -> None:
        """Say how much it is."""
        self._say_sum()

    @property
    def kept(self) -> tuple[Dimension, ...]:
        """What is varied as it stands in the fields; as it was, where a field is wrong."""
        found = []
        for before, field in self._varied:
            if not field.value.strip():
                continue
            try:
                found.append(read_dimension(before.path, field.value) or before)
            except RecipeError:
                found.append(before)
        return tuple(found)

    def _wanted(self) -> Sweep:
        """What stands in the fields.

        Raises:
            UserError: says what is allowed.
        """
        dimensions = []
        for before, field in self._varied:
            found = read_dimension(before.path, field.value)
            if found is not None:
                dimensions.append(found)
            elif field.value.strip():
                raise UserError(f"{before.path}: one value alone is not varied")
        if not dimensions:
            raise UserError("nothing is varied: a list is 4,32 and a range 1e-4..1e-1:log")
        require_valid(dimensions, [self._recipe], self._catalog)
        return sweep_of(
            dimensions,
            [self._recipe],
            Wishes(
                _or_none(self._trials.value, _AUTO, "trials", 1, MOST_TRIALS),
                self._searched(),
                whole_number(self._seeds.value, "seeds", 1, MOST_SEEDS),
                _or_none(self._folds.value, _NO_FOLDS, "folds", 2, MOST_FOLDS) or 0,
                yes_or_no(self._prune.value),
            ),
        )

    def _searched(self) -> Search | None:
        text = self._search.value.strip().casefold()
        if text in {_AUTO, ""}:
            return None
        for one in get_args(Search):
            if text == one:
                found: Search = one
                return found
        raise UserError(f"search must be grid, random, tpe or {_AUTO}")

    @on(Input.Changed)
    def _say_sum(self) -> None:
        say = self.query_one("#dialog-say", Static)
        try:
            wanted = self._wanted()
        except UserError as error:
            say.update(Content.styled(f"{glyphs_for(self.app).cross} {error}", "$error"))
        else:
            say.update(Content.styled(_sum_of(wanted, self._recipe), "$dim"))

    @on(Input.Submitted)
    def _start(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.dismiss(self._wanted())
        except UserError:
            return  # what is wrong stands there already


def _or_none(text: str, none: str, name: str, least: int, most: int) -> int | None:
    if text.strip().casefold() in {none, ""}:
        return None
    return whole_number(text, name, least, most, f", or {none}")


def _sum_of(wanted: Sweep, recipe: Recipe) -> str:
    """``8 trials by grid: 16 runs of 200 epochs``; where some may be given up, of at most."""
    most = "at most " if wanted.prune else ""
    epochs = counted(recipe.fit.epochs, "epoch")
    if wanted.is_varied("fit.epochs"):
        epochs = "as many epochs as each says"
    runs = counted(wanted.runs, "run")
    return f"{counted(wanted.trials, 'trial')} by {wanted.search}: {runs} of {most}{epochs}"


def ask_and_begin(session: Session, asked: StartSweep) -> None:
    """Ask how, begin the group and show it.

    Args:
        session: whose home the group is of.
        asked: of which recipe, and over which screen.
    """
    screen, recipe = asked.over, asked.recipe
    dialog = SweepWanted(recipe, asked.dimensions, asked.catalog)

    def begin(wanted: Sweep | None) -> None:
        if wanted is None:
            asked.keep(dialog.kept)
            return
        asked.keep(())
        start = partial(_begin, session, screen, recipe, wanted, asked.source)
        screen.run_worker(start, thread=True, group="begin group", exclusive=True)

    screen.app.push_screen(dialog, begin)


def _begin(
    session: Session, screen: Screen[Any], recipe: Recipe, wanted: Sweep, source: Path | None
) -> None:
    app = screen.app  # a thread finds no app through a screen that was left
    try:
        group = begin_group(session, recipe, wanted, None if source is None else str(source))
    except UserError as error:
        title = "The sweep did not start"
        app.notify(str(error), title=title, severity="error", markup=False)
    else:
        screen.post_message(OpenGroup(screen, group))


def begin_group(
    session: Session, recipe: Recipe, wanted: Sweep, source: str | None = None
) -> GroupFolder:
    """Make the group and start the process that trains its runs.

    Args:
        session: whose home it is of.
        recipe: of which settings are varied.
        wanted: which, and how.
        source: the file the recipe was read from, if any.

    Raises:
        kertasks.UserError: the home cannot be written in, or no process can be started.
    """
    store = GroupStore(session.service.store.home)
    group = store.create(recipe, wanted, f"{wanted.trials} trials", source=source)
    start_runner(group)
    return group
