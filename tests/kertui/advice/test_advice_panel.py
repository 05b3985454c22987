"""Advice in the workbench, driven by findings that were made before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.support.advice import (
    FINDINGS,
    NARROW,
    REPEATED,
    SATURATED,
    AdvisedService,
    trial,
)
from tests.support.piloting import shown
from tests.support.workbench_app import Workbench, open_workbench
from textual.widgets import Input

from kertasks.errors import UserError
from kertasks.registry import find_task
from kertui.advice import advice_reader
from kertui.advice.advice_panel import AdvicePanel
from kertui.advice.advice_screen import AdviceScreen
from kertui.advice.dismissed_findings import DismissedFindings
from kertui.session import TrainHeadToHead
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.settings.training_settings import TrainingSettings


@pytest.fixture
def service(
    home: Path, monkeypatch: pytest.MonkeyPatch, catalog_in: Callable[[Path], None]
) -> Iterator[AdvisedService]:
    catalog_in(home / "cache")
    for seconds in ("_AFTER_CHANGE", "_FINDINGS_STAND", "_LOOK_AGAIN", "_AFTER_TRAINING"):
        monkeypatch.setattr(advice_reader, seconds, 0.02)
    service = AdvisedService(home)
    yield service
    service.close()


def panel(bench: Workbench) -> AdvicePanel:
    return bench.screen.query_one(AdvicePanel)


def line(bench: Workbench) -> str:
    """The row above the keys."""
    return shown(bench.app).splitlines()[-2]


async def advised(bench: Workbench) -> None:
    """Wait for advice on the recipe as it stands."""
    recipe = bench.screen.draft.recipe
    await bench.until(
        lambda: panel(bench).known.recipe == recipe and not panel(bench).known.looking
    )
    await bench.pilot.pause()


def says(bench: Workbench, words: str) -> Callable[[], bool]:
    """Whether words stand on the line."""
    return lambda: words in line(bench)


NARROW_WORDS = "half of the seeds lose one"


async def test_the_line_comes_and_goes_and_nothing_jumps_while_somebody_types(
    service: AdvisedService,
) -> None:
    service.plain.findings = lambda recipe: FINDINGS if recipe.fit.epochs != 77 else (REPEATED,)
    service.plain.may_answer.clear()
    async with open_workbench(service, recipe="as asked") as bench:
        body = bench.screen.query_one("#body")
        await bench.until(lambda: service.plain.asked)
        without = body.size.height
        assert not panel(bench).display
        service.plain.may_answer.set()
        await advised(bench)
        await bench.until(says(bench, SATURATED.sentence))
        assert "i 2 more" in line(bench)
        assert body.size.height == without - 1

        # Somebody types while the recipe has no fault any more.
        bench.screen.query_one(TrainingSettings).focus_field(("fit", "epochs"))
        await bench.press("enter")
        assert isinstance(bench.app.focused, Input)
        recipe = bench.screen.draft.recipe
        sound = replace(recipe, fit=replace(recipe.fit, epochs=77))
        bench.screen.query_one(RecipeColumn).change(sound, None)
        await advised(bench)
        assert panel(bench).known.worst is None
        assert panel(bench).display
        assert body.size.height == without - 1
        assert "nothing found any more" in line(bench)
        await bench.press("escape")
        await bench.until(lambda: body.size.height == without)
        assert not panel(bench).display, "a remark stands on no line, nor on an empty one"

        # What is found while it trains is in the same list.
        panel(bench).follow_run([(300, NARROW)])
        await bench.until(says(bench, NARROW_WORDS))
        await bench.press("i")
        assert "(epoch 300)" in shown(bench.app)
        assert REPEATED.sentence in shown(bench.app)
        await bench.press("escape")
        panel(bench).follow_run([])
        await bench.until(lambda: not panel(bench).display)


async def test_fixes_are_tried_the_worst_first_and_not_beside_a_training(
    service: AdvisedService,
) -> None:
    service.training = True
    async with open_workbench(service, recipe="as asked") as bench:
        await advised(bench)
        await bench.pilot.pause(0.1)
        assert service.plain.tried_codes == []
        service.training = False
        await bench.until(says(bench, "(tried: 0.500 → 0.980 in 3 s)"))
        await bench.until(lambda: len(service.plain.tried_codes) == 2)
        assert service.plain.tried_codes == [SATURATED.code, NARROW.code]
        await bench.press("i")
        await bench.until(lambda: "it does not help" in shown(bench.app))
        await bench.press("down", "f")
        assert isinstance(bench.app.screen, AdviceScreen), "it is not offered"

        # One that cannot be tried says why, and who asks for it has it tried again.
        service.plain.trials[NARROW.code] = UserError("the data has one row")
        await bench.press("t")
        await bench.until(lambda: "cannot be tried: the data has one row" in shown(bench.app))
        service.plain.trials[NARROW.code] = trial(NARROW, after=0.9)
        service.training = True
        await bench.press("t")
        await bench.until(lambda: "0.500 → 0.900" in shown(bench.app))

        # Another recipe and back: nothing is tried again.
        await bench.press("escape", "d")
        await advised(bench)
        await bench.press("u")
        await advised(bench)
        assert "(tried: 0.500 → 0.980 in 3 s)" in line(bench)


async def test_a_fix_is_one_change_of_the_recipe_it_was_found_in(
    service: AdvisedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.plain.trials[NARROW.code] = trial(NARROW)
    service.plain.findings = lambda recipe: (
        FINDINGS if recipe.layers[-1].arguments["activation"] == "sigmoid" else (NARROW,)
    )
    asked: list[TrainHeadToHead] = []
    async with open_workbench(service, recipe="as asked") as bench:
        monkeypatch.setattr(
            "kertui.runs.head_to_head.train_head_to_head",
            lambda *arguments: asked.append(TrainHeadToHead(*arguments[1:])),
        )
        before = bench.screen.draft.recipe
        await advised(bench)
        await bench.press("i", "h", "escape")
        (one,) = asked
        assert one.recipe == before
        assert one.against is not None
        assert one.against.name == "as asked, fixed"
        assert one.against.layers[3].arguments["activation"] == "tanh"

        await bench.press("f")
        assert bench.screen.draft.recipe.layers[3].arguments["activation"] == "tanh"
        assert bench.selected == 3
        assert any("tanh instead of sigmoid" in notice for notice in bench.notices())
        await advised(bench)
        assert NARROW_WORDS in line(bench)
        await bench.press("i", "f")  # the same from the list
        await bench.until(lambda: bench.on_top)
        units = [layer.arguments["units"] for layer in bench.screen.draft.recipe.layers]
        assert units == [8, 8, 2, 1]
        await bench.press("u", "u")
        assert bench.screen.draft.recipe == before

        # While another recipe is looked at, the line stays, and its fix is for nobody.
        await advised(bench)
        service.plain.may_answer.clear()
        await bench.press("d")
        after = bench.screen.draft.recipe
        assert SATURATED.sentence in line(bench)
        await bench.press("f")
        assert bench.screen.draft.recipe == after
        await bench.until(lambda: panel(bench).known.late)
        service.plain.may_answer.set()


async def test_what_is_applied_is_what_helped_when_it_was_tried(service: AdvisedService) -> None:
    more = (*SATURATED.patch, "fit.epochs=7")
    service.plain.trials[SATURATED.code] = msgspec.structs.replace(trial(SATURATED), patch=more)
    async with open_workbench(service, recipe="as asked") as bench:
        await advised(bench)
        await bench.until(says(bench, "(tried: 0.500 → 0.980 in 3 s)"))
        await bench.press("f")
        recipe = bench.screen.draft.recipe
        assert recipe.layers[3].arguments["activation"] == "tanh"
        assert recipe.fit.epochs == 7


async def test_a_finding_is_dismissed_and_brought_back(service: AdvisedService, home: Path) -> None:
    async with open_workbench(service, recipe="as asked") as bench:
        await advised(bench)
        await bench.press("i", "x")
        await bench.until(lambda: panel(bench).known.dismissed == 1)
        assert "1 dismissed" in shown(bench.app)
        await bench.press("escape")
        await bench.until(says(bench, NARROW_WORDS))
        recipe, kept = bench.screen.draft.recipe, DismissedFindings(home)

        def is_kept() -> bool:
            kept.read()
            return kept.of(recipe) == {SATURATED.id}

        await bench.until(is_kept)
        await bench.press("i", "end")
        assert "(dismissed)" in shown(bench.app)
        await bench.press("u")
        await bench.until(lambda: panel(bench).known.dismissed == 0)
        await bench.press("escape")
        await bench.until(says(bench, SATURATED.sentence))


async def test_no_advice_is_one_quiet_line(service: AdvisedService) -> None:
    service.plain.error = UserError("the process that advises has ended; see adviser.log")
    async with open_workbench(service, recipe="as asked") as bench:
        await advised(bench)
        ended = "the process that advises has ended; see adviser.log"
        await bench.until(says(bench, f"no advice: {ended}"))
        assert bench.notices() == []
        await bench.press("i")
        assert "No advice: the process that advises has ended" in shown(bench.app)


def test_where_there_is_no_adviser_the_list_says_why(service: AdvisedService) -> None:
    task = find_task("xor")
    service.advice = False
    assert "--no-advice" in AdvicePanel(service, task, task.recipe()).known.looking
    service.spare = False
    assert "--no-spare" in AdvicePanel(service, task, task.recipe()).known.looking
