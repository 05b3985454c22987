"""Begins a cross-validation: asks for its folds."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from kertasks.data.folds.fold import MOST_FOLDS, MOST_REPEATS
from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.recipes.recipe import Recipe
from kertasks.text.numbers import counted, grouped
from kertui.groups.begin import GroupWanted, begin_group, labelled, text_field
from kertui.groups.entered import whole_number, yes_or_no
from kertui.session import CrossValidate, Session


class FoldsWanted(GroupWanted[CrossValidation]):
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

    def __init__(self, recipe: Recipe) -> None:
        text = (
            "The rows are divided into folds. For each a network is trained on the others and "
            "validated on it; the test rows are not touched."
        )
        keys = [("enter", "start"), ("tab", "next field"), ("escape", "cancel")]
        super().__init__(f"Cross-validate {recipe.task} {recipe.name}", text, keys)
        self._recipe = recipe
        self._folds = text_field("4", "folds")
        self._repeats = text_field("1", "repeats")
        self._final = text_field("no", "final")

    def compose_body(self) -> ComposeResult:
        """Lay out a field for each number, and room for what is wrong with it."""
        yield from labelled("folds", self._folds)
        yield from labelled("repeats", self._repeats)
        yield from labelled("then train on all rows, and test", self._final)
        yield Static(id="dialog-say", markup=False)

    def read(self) -> CrossValidation:
        """What stands in the fields.

        Raises:
            UserError: says what is allowed.
        """
        folds = whole_number(self._folds.value, "folds", 2, MOST_FOLDS)
        repeats = whole_number(self._repeats.value, "repeats", 1, MOST_REPEATS)
        return CrossValidation(folds, repeats, yes_or_no(self._final.value))

    def sum_of(self, wanted: CrossValidation) -> str:
        """``4 runs of 500 epochs``."""
        return f"{counted(wanted.runs, 'run')} of {grouped(self._recipe.fit.epochs)} epochs"


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
            begin_group(
                session,
                screen,
                recipe,
                wanted,
                called=f"{wanted.folds} folds",
                what="cross-validation",
                source=asked.source,
            )

    screen.app.push_screen(FoldsWanted(recipe), begin)
