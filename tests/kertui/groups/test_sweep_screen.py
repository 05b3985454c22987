"""A sweep in the interface: from values typed into fields to its trials and their effects."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from tests.kertui.groups.test_group_screen import one_core, state
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from tests.support.trainers import PATIENCE
from tests.support.workbench_app import open_workbench
from textual.widgets import Input, Static

from kertasks.groups.folder import GroupState
from kertasks.groups.measures import Spread
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices, Range
from kertasks.groups.sweep.effects import effects, pair_effects
from kertasks.groups.sweep.results import SweepResults, TrialResult, TrialState
from kertasks.models.check import ToldMetrics
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Monitor
from kertasks.runs.home.store import RunStore
from kertui.groups.group_screen import GroupScreen
from kertui.groups.sweep.begin import SweepWanted
from kertui.groups.sweep.effect_blocks import effect_rows
from kertui.groups.sweep.trials_seen import EffectsSeen, TrialsSeen
from kertui.plotting.strips import text_of
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.glyphs import ASCII, UNICODE
from kertui.workbench.draft.varying import dimension_at
from kertui.workbench.workbench import WorkbenchScreen

RATE = "compile.optimizer.learning_rate"


@pytest.mark.training
async def test_from_typed_values_to_the_ranking(
    trainer_home: Path, service: RecordedService
) -> None:
    service.store = RunStore(trainer_home)
    recipe = with_changes(find_task("xor").recipes["answer"], ["fit.epochs=6"])
    async with open_workbench(service, "xor", recipe, size=(80, 24)) as bench:
        app, press = bench.app, bench.press

        async def shows(*words: str) -> None:
            await bench.until(lambda: all(word in shown(app) for word in words))

        # A list is no value of the field, and is offered to a sweep; a wrong one is not.
        await press("0", "e", "home", "enter")
        await bench.type("2,x")
        await press("enter")
        await shows("allowed: a whole number")
        assert "sweeps over" not in shown(app)
        await press("backspace", "4", "enter")
        await shows("↵ sweeps over 2, 4", "allowed: a whole number")
        await press("enter")
        await shows("Sweep xor answer", "layers.0.units", "2 trials by grid: 2 runs of 6 epochs")

        # Escape keeps it, for another field to be varied too; one emptied in the dialog is not.
        await press("escape")
        await shows("sweep 2,4", "M sweep")
        assert bench.screen.draft.recipe == recipe
        await press("down", "enter")
        await bench.type("relu,tanh")
        await shows("↵ sweeps over relu,tanh")
        await press("enter")
        await shows("layers.0.activation", "4 trials by grid")
        app.screen.query(Input)[1].value = ""
        await press("0")
        await shows("seeds must be a whole number from 1 to 100")
        app.screen.query_one("#judge", Input).value = "min val mae"
        await press("enter", "backspace", "2")
        await shows("compared by auto, or min or max and a metric")
        app.screen.query_one("#judge", Input).value = "min loss"
        await shows("2 trials by grid: 4 runs of 6 epochs")
        with one_core():
            await press("enter")
            await bench.until(lambda: isinstance(app.screen, GroupScreen))
        screen = app.screen
        assert isinstance(screen, GroupScreen)
        (group,) = GroupStore(trainer_home).groups()
        asked = group.record().asked
        assert isinstance(asked, Sweep)
        assert asked.dimensions == (Choices("layers.0.units", ("2", "4")),)
        assert group.record().judge == Monitor("loss")
        assert (asked.search, asked.trials, asked.seeds) == ("grid", 2, 2)
        assert not bench.screen.draft.varied
        await until(bench.pilot, lambda: state(screen) is GroupState.FINISHED, PATIENCE)

        await shows("2/2 trials", "rank   units", "━━ best", "── trial")
        await press("f")
        await shows("mean loss of 2 finished trials", "units   100 % of the differences")
        assert "━━ best" not in shown(app)
        await press("f")
        await shows("━━ best")

        # Two runs of one trial: which is asked. Its recipe is the trial's.
        await press("enter")
        await shows("Which of its runs?", "seed 2", "seed 3", "finished, 6 epochs")
        await press("down", "enter")
        await bench.until(lambda: isinstance(app.screen, WorkbenchScreen))
        await shows("seed 3")
        await press("escape")
        await bench.until(lambda: app.screen is screen)
        seen = screen.seen
        assert isinstance(seen, TrialsSeen)
        units = seen.results.ranking[0].values[0]
        await press("e")
        await bench.until(lambda: isinstance(app.screen, WorkbenchScreen))
        opened = app.screen
        assert isinstance(opened, WorkbenchScreen)
        assert opened.draft.recipe.layers[0].arguments["units"] == int(units)


async def test_the_dialog_asks_for_the_direction_that_keras_does_not_know(
    service: RecordedService,
) -> None:
    told = ToldMetrics(("loss", "false_negatives"), False, "false_negatives")
    recipe, units = find_task("xor").recipes["answer"], Choices("layers.0.units", ("2", "4"))
    app, given = PatientApp(service, Capabilities()), list[Sweep | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = SweepWanted(recipe, [units], None, told)
        app.push_screen(dialog, given.append)

        async def says(typed: str, words: str) -> None:
            dialog.query_one("#judge", Input).value = typed
            said = dialog.query_one("#dialog-say", Static)
            await until(pilot, lambda: words in str(said.content))

        why = "Keras does not know whether false_negatives is better when it is small or large: "
        await until(pilot, lambda: "Sweep xor answer" in shown(app))
        await says("auto", f"{why}say min false_negatives or max false_negatives")
        await pilot.press("enter")
        assert app.screen is dialog
        await says("min los", "there is no metric los: did you mean loss? There are loss,")
        await says("max val_loss", "no rows are held out; there are loss, false_negatives")
        dialog.query_one("#folds", Input).value = "2"  # which holds some out
        await says("max val_loss", "2 trials by grid: 4 runs")
        dialog.query_one("#folds", Input).value = "none"
        await says("min false_negatives", "2 trials by grid: 2 runs")
        await pilot.press("enter")
        await until(pilot, lambda: given)
    assert dialog.judge == Monitor("false_negatives")


def test_only_several_right_values_of_a_setting_are_a_dimension() -> None:
    recipe = find_task("xor").recipes["answer"]
    found = dimension_at(recipe, RATE, "1e-4..1e-1:log", None)
    assert found == Range(RATE, 1e-4, 1e-1, log=True)
    assert dimension_at(recipe, "fit.epochs", "10, 20", None) == Choices("fit.epochs", ("10", "20"))
    for path, text in (
        ("fit.epochs", "10"),
        ("fit.epochs", "10,-2"),
        ("fit.epochs", "20..10"),
        ("fit.validation_split", "10 %,20 %"),
    ):
        assert dimension_at(recipe, path, text, None) is None


def test_effects_are_on_one_scale_and_fit_any_size() -> None:
    dimensions = (Choices("layers.0.units", ("4", "32")), Range(RATE, 1e-4, 1e-2, log=True))
    values = list(product(("4", "32"), ("0.0001", "0.01")))
    trials = [
        TrialResult(number, each, TrialState.FINISHED, Spread(mean, 0.0), (9,), 9, ())
        for number, (each, mean) in enumerate(
            zip(values, (0.6, 0.8, 0.7, 0.9), strict=True), start=1
        )
    ]
    ranking = tuple(sorted(trials, key=lambda one: -one.value.mean))
    results = SweepResults(Monitor("val_accuracy", "max"), dimensions, ranking, 4)
    seen = EffectsSeen(effects(results), pair_effects(results), {RATE: 0.8, "layers.0.units": 0.2})
    rows, more = effect_rows(seen, results, None, (80, 20), UNICODE)
    said = [text_of(row).rstrip() for row in rows]
    assert not more
    assert said[0] == (
        " mean val accuracy of 4 finished trials; larger is better, and further right"
    )
    assert said[1].startswith(" learning_rate   80 % of the differences")
    marks = [line.find("●") for line in (said[2], said[5], said[8], said[9])]
    assert marks[2] - marks[0] == round(0.05 / 0.2 * 15)  # 0.65, 0.85, 0.7 and 0.8
    assert marks[3] - marks[0] == round(0.15 / 0.2 * 15)
    assert marks[1] - marks[0] == 15
    for width, height, glyphs in product((1, 30, 60, 200), (1, 4, 9, 40), (UNICODE, ASCII)):
        rows, more = effect_rows(seen, results, None, (width, height), glyphs)
        assert len(rows) <= height
        assert more is (width < 200 or height < 9)
    turned, _ = effect_rows(seen, results, None, (30, 6), UNICODE, first=2)
    assert text_of(turned[1]).startswith(" units by learning_rate")
