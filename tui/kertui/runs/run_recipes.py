"""What differs between the recipes of runs, read from their folders in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.message import Message

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.summary import RunSummary
from kertui.comparison.recipe_comparison import RecipeComparison, compare_recipes
from kertui.comparison.recipe_diff import RecipeDiff
from kertui.plotting.run_strokes import sample
from kertui.terminal.glyphs import glyphs_for


class RunRecipes(RecipeDiff):
    """The recipes of the runs that are compared; the same runs are read only once."""

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
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
        glyphs = glyphs_for(self.app)
        heads = [
            (sample(place, glyphs), f"{run.task} {run.title}") for place, run in event.compared
        ]
        self.show(heads, event.comparison, "; ".join(event.unreadable))


def _heads(runs: Sequence[tuple[int, RunSummary]]) -> list[tuple[int, str, str]]:
    """What heads the columns: other colours or names are to be shown too."""
    return [(place, run.id, run.title) for place, run in runs]
