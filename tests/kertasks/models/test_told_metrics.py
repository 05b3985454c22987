"""The metrics that a training tells of are known before it; trials are ranked by no other."""

from __future__ import annotations

import pytest

from kertasks.groups.sweep.judging import why_not_ranked
from kertasks.models.build import check_recipe
from kertasks.models.check import ToldMetrics
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Monitor

COUNTS = 'compile.metrics=["false_negatives", {class="AUC", name="area"}]'
ALONE = 'compile.metrics=["false_negatives", "false_positives"]'
HELD_OUT = "fit.validation_split=0.2"


def changed(*changes: str) -> Recipe:
    return with_changes(find_task("breast-cancer").recipe(), changes)


def told(recipe: Recipe) -> ToldMetrics:
    return check_recipe(recipe, find_task(recipe.task).load(recipe.data.variant)).told


def test_names_and_directions_are_those_of_keras() -> None:
    assert told(changed(COUNTS, HELD_OUT)) == ToldMetrics(("loss", "false_negatives", "area"))
    assert told(changed(ALONE, "fit.validation_split=0")) == ToldMetrics(
        ("loss", "false_negatives", "false_positives"), False, "false_negatives"
    )
    assert told(changed("compile.metrics=[]")).undirected == ""
    stops = {"fit.early_stopping": '{monitor="val_loss"}'}
    watched = changed(ALONE, HELD_OUT, *(f"{path}={value}" for path, value in stops.items()))
    assert told(watched).undirected == ""
    assert told(changed("compile.loss=nonsense")) == ToldMetrics()


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (Monitor("val_area", "max"), ""),
        (Monitor("loss"), ""),
        (
            Monitor("val_aera"),
            "there is no metric val_aera: did you mean val_area? There are loss, area, val_loss, "
            "val_area",
        ),
        (None, ""),
    ],
)
def test_what_decides_is_one_of_them(judge: Monitor | None, said: str) -> None:
    assert why_not_ranked(ToldMetrics(("loss", "area")), judge) == said


def test_without_rows_held_out_and_without_a_direction() -> None:
    known = ToldMetrics(("loss", "false_negatives"), False, "false_negatives")
    assert why_not_ranked(known, Monitor("val_loss")) == (
        "there is no metric val_loss: no rows are held out; there are loss, false_negatives"
    )
    why = "Keras does not know whether false_negatives is better when it is small or large: say "
    flags = "--minimize false_negatives or --maximize false_negatives"
    assert why_not_ranked(known, None) == why + flags
    dialog = "min false_negatives or max false_negatives"
    assert why_not_ranked(known, None, flags=False) == why + dialog
    assert why_not_ranked(known, Monitor("false_negatives")) == ""
