"""What differs between the recipes of runs, and of two whether they differ in what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.looking.view import Moment
from kertasks.runs.manifest import Origin
from kertui.comparison.recipe_comparison import RecipeComparison, compare_recipes
from kertui.comparison.recipe_diff import RecipeDiff
from kertui.plotting.curves.run_strokes import sample
from kertui.runs.run_facts import compare_facts
from kertui.service.differing_runs import difference_of, evaluate_run, in_words
from kertui.terminal.glyphs import glyphs_for

if TYPE_CHECKING:
    from kertui.service.training_service import TrainingService


_NO_RECIPES = "without a recipe of each, what they say of themselves is compared"


class RunRecipes(RecipeDiff):
    """The recipes of the runs that are compared; the same runs are read only once.

    Args:
        service: asked whether two runs differ beyond chance.
    """

    @dataclass
    class RecipesRead(Message):
        """The recipes of some runs were compared, as far as they can be read."""

        runs: Sequence[tuple[int, RunSummary]]
        """All that were to be compared."""

        compared: Sequence[tuple[int, RunSummary]]
        """Those whose recipes could be read."""

        comparison: RecipeComparison | None
        """None where fewer than two could."""

        unreadable: Sequence[str]
        """Why the others could not."""

        has_recipes: bool = True
        """Whether that is what was compared; else what the runs say of themselves."""

    @dataclass
    class DifferenceTold(Message):
        """Whether two runs differ, or why that cannot be told."""

        of: RunRecipes.RecipesRead
        words: str

    def __init__(self, service: TrainingService, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._service = service
        self._runs: Sequence[tuple[int, RunSummary]] = ()

    def forget(self) -> None:
        """Read anew the next time; an answer under way is not shown."""
        self._runs = ()

    def compare(self, runs: Sequence[tuple[int, RunSummary]]) -> None:
        """Compare the recipes of these runs, each with its place on the axes."""
        if len(runs) < 2:
            self.forget()
            self.say("choose two runs or more with space to see what differs in their recipes")
        elif _heads(runs) != _heads(self._runs):
            self._runs = runs
            self._read(runs)

    @work(thread=True, group="recipes", exclusive=True)
    def _read(self, runs: Sequence[tuple[int, RunSummary]]) -> None:
        if any(run.origin is not Origin.RECIPE for _, run in runs):
            summaries = [run for _, run in runs]
            histories = [RunHistory.read(Path(run.folder) / "events.jsonl") for run in summaries]
            facts = compare_facts(summaries, histories)
            self.post_message(self.RecipesRead(runs, runs, facts, (_NO_RECIPES,), False))
            return
        compared, recipes, unreadable = [], [], []
        for place, run in runs:
            try:
                recipes.append(RunFolder(Path(run.folder)).recipe())
            except UserError as error:
                unreadable.append(str(error).removeprefix(f"{run.folder}/"))
            else:
                compared.append((place, run))
        comparison = compare_recipes(recipes) if len(recipes) > 1 else None
        self.post_message(self.RecipesRead(runs, compared, comparison, unreadable))

    @on(RecipesRead)
    def _take(self, event: RecipesRead) -> None:
        event.stop()
        if event.runs is not self._runs:
            return
        if event.comparison is None:
            self.say("; ".join(event.unreadable))
            return
        over = [run.state.is_over for _, run in event.compared]
        asks = len(over) == 2 and all(over) and self._service.spare and event.has_recipes
        self._show(event, "asking whether their answers differ beyond chance" if asks else "")
        if asks:
            self._tell_difference(event)

    def _show(self, event: RecipesRead, verdict: str) -> None:
        if event.comparison is None:
            return
        glyphs = glyphs_for(self.app)
        heads = [
            (sample(place, glyphs), f"{run.task} {run.title}") for place, run in event.compared
        ]
        of = "layers and settings" if event.has_recipes else "facts"
        self.show(heads, event.comparison, "; ".join(event.unreadable), verdict, of=of)

    @work(thread=True, group="difference", exclusive=True)
    def _tell_difference(self, event: RecipesRead) -> None:
        runs = [RunFolder(Path(run.folder)) for _, run in event.compared]
        try:
            first, second = (
                evaluate_run(self._service, run, Moment(), None, each_row=True) for run in runs
            )
            found = difference_of(self._service, first, second)
        except UserError as error:
            words = str(error)
        else:
            words = in_words(found, _names(event.compared), first.evaluation.unit)
        self.post_message(self.DifferenceTold(event, words))

    @on(DifferenceTold)
    def _take_difference(self, event: DifferenceTold) -> None:
        event.stop()
        if event.of.runs is self._runs:
            self._show(event.of, event.words)


def _names(compared: Sequence[tuple[int, RunSummary]]) -> tuple[str, str]:
    """Titles that tell two runs apart: their ids where the titles are the same."""
    one, other = (run for _, run in compared)
    return (one.title, other.title) if one.title != other.title else (one.id, other.id)


def _heads(runs: Sequence[tuple[int, RunSummary]]) -> list[tuple[int, str, str]]:
    """What heads the columns: other colours or names are to be shown too."""
    return [(place, run.id, run.title) for place, run in runs]
