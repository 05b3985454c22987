"""Begins a sweep: asks how it searches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, get_args

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from kertasks.data.folds.fold import MOST_FOLDS
from kertasks.errors import UserError
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Dimension, read_dimension
from kertasks.groups.sweep.judging import why_not_ranked
from kertasks.groups.sweep.searched import MOST_SEEDS, MOST_TRIALS, Search
from kertasks.groups.sweep.wishes import Wishes, require_valid, sweep_of
from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.check import ToldMetrics
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.runs.event_file.events import Monitor
from kertasks.text.numbers import counted
from kertui.dialogs.dialog import LOOK
from kertui.groups.begin import BEGIN_LOOK, GroupWanted, begin_group, labelled, text_field
from kertui.groups.entered import least_or_greatest, whole_number, yes_or_no
from kertui.session import Session, StartSweep

_AUTO = "auto"
"""Of a search, and of how many trials: what fits what is varied."""

_NO_FOLDS = "none"

_CHANGES_METRICS = ("compile.metrics", "fit.validation_split", "data.")
"""Settings that change which metrics a run tells of."""


class SweepWanted(GroupWanted[Sweep]):
    """Asks how a sweep is to go; gives it, or None for escape.

    Args:
        recipe: of which settings are varied.
        dimensions: these, one at least.
        catalog: Keras's classes; None where they are not known yet.
        told: the metrics that a training of the recipe tells of; None where that is not known yet.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next field", show=False, system=True, id="sweep.next",
                tooltip="Go to the next field."),
        Binding("up", "app.focus_previous", "field before", show=False, system=True,
                id="sweep.previous", tooltip="Go to the field before."),
    ]  # fmt: skip
    AUTO_FOCUS = "#seeds"
    CSS_PATH: ClassVar = [LOOK, BEGIN_LOOK, Path(__file__).with_name("begin.tcss")]

    def __init__(
        self,
        recipe: Recipe,
        dimensions: Sequence[Dimension],
        catalog: Catalog | None,
        told: ToldMetrics | None = None,
    ) -> None:
        text = (
            "A trial for each choice of values, ranked. Go back and type values into another "
            "field to vary that too; a field emptied here is not varied."
        )
        keys = [("enter", "start"), ("tab", "next field"), ("escape", "back, and keep these")]
        super().__init__(f"Sweep {recipe.task} {recipe.name}", text, keys)
        self._recipe, self._catalog, self._told = recipe, catalog, told or ToldMetrics()
        self.judge: Monitor | None = None
        """The metric that decides, as it was read last; None for that of the runs."""

        self._varied = [(one, text_field(one.spelled)) for one in dimensions]
        self._search = text_field(_AUTO, "search")
        self._trials = text_field(_AUTO, "trials")
        self._judge = text_field(_AUTO, "judge")
        self._seeds = text_field("1", "seeds")
        self._folds = text_field(_NO_FOLDS, "folds")
        self._prune = text_field("no", "prune")

    def compose_body(self) -> ComposeResult:
        """Lay out what is varied, how, and room for what is wrong with it."""
        with VerticalScroll(id="sweep-varied", can_focus=False):
            for one, field in self._varied:
                yield from labelled(one.path, field)
        with Vertical(id="sweep-how"):
            yield from labelled("search: grid, random, tpe", self._search)
            yield from labelled("trials", self._trials)
            yield from labelled("compared by: min or max METRIC", self._judge)
            yield from labelled("seeds of each trial", self._seeds)
            yield from labelled("folds of each trial", self._folds)
            yield from labelled("give up early what is worse", self._prune)
        yield Static(id="dialog-say", markup=False)

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

    def read(self) -> Sweep:
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
        least, greatest = least_or_greatest(self._judge.value, _AUTO)
        wishes = Wishes(
            _or_none(self._trials.value, _AUTO, "trials", 1, MOST_TRIALS),
            self._searched(),
            whole_number(self._seeds.value, "seeds", 1, MOST_SEEDS),
            _or_none(self._folds.value, _NO_FOLDS, "folds", 2, MOST_FOLDS) or 0,
            yes_or_no(self._prune.value),
            minimize=least,
            maximize=greatest,
        )
        asked = sweep_of(dimensions, [self._recipe], wishes)
        self._require_ranked(asked, wishes.judge)
        self.judge = wishes.judge
        return asked

    def _require_ranked(self, wanted: Sweep, judge: Monitor | None) -> None:
        """See that there will be the metric that decides, and that it has a direction. Of what a
        trial changes, the first process with Keras says it.

        Raises:
            UserError: there is no such metric, or its direction has to be said.
        """
        if any(one.path.startswith(_CHANGES_METRICS) for one in wanted.dimensions):
            return
        told = self._told
        told = replace(told, validates=told.validates or bool(wanted.folds))
        if why := why_not_ranked(told, judge, flags=False):
            raise UserError(f"compared by: {why}")

    def _searched(self) -> Search | None:
        text = self._search.value.strip().casefold()
        if text in {_AUTO, ""}:
            return None
        for one in get_args(Search):
            if text == one:
                found: Search = one
                return found
        raise UserError(f"search must be grid, random, tpe or {_AUTO}")

    def sum_of(self, wanted: Sweep) -> str:
        """``8 trials by grid: 16 runs of 200 epochs``; where some may be given up, of at most."""
        most = "at most " if wanted.prune else ""
        epochs = counted(self._recipe.fit.epochs, "epoch")
        if wanted.is_varied("fit.epochs"):
            epochs = "as many epochs as each says"
        runs = counted(wanted.runs, "run")
        return f"{counted(wanted.trials, 'trial')} by {wanted.search}: {runs} of {most}{epochs}"


def _or_none(text: str, none: str, name: str, least: int, most: int) -> int | None:
    if text.strip().casefold() in {none, ""}:
        return None
    return whole_number(text, name, least, most, f", or {none}")


def ask_and_begin(session: Session, asked: StartSweep) -> None:
    """Ask how, begin the group and show it.

    Args:
        session: whose home the group is of.
        asked: of which recipe, and over which screen.
    """
    screen, recipe = asked.over, asked.recipe
    dialog = SweepWanted(recipe, asked.dimensions, asked.catalog, asked.told)

    def begin(wanted: Sweep | None) -> None:
        if wanted is None:
            asked.keep(dialog.kept)
            return
        asked.keep(())
        begin_group(
            session,
            screen,
            recipe,
            wanted,
            called=f"{wanted.trials} trials",
            what="sweep",
            source=asked.source,
            judge=dialog.judge,
        )

    screen.app.push_screen(dialog, begin)
