"""Has the recipes of some runs read, and shows what differs between them."""

from __future__ import annotations

from collections.abc import Sequence

from kertasks.errors import UserError
from kertasks.runs.summary import RunSummary
from kertui.comparison.recipe_diff import DiffRun, RecipeDiff
from kertui.runs.run_reading import RunReader

_TOO_FEW = "choose two runs or more with space to see what differs in their recipes"


class RecipeComparison:
    """Fills a widget once the recipes are there; asks for the same ones only once.

    Args:
        reader: reads the recipes; its answer is to be handed to ``take``.
        diff: shows them.
    """

    def __init__(self, reader: RunReader, diff: RecipeDiff) -> None:
        self._reader = reader
        self._diff = diff
        self._compared: Sequence[tuple[int, RunSummary]] = ()

    def forget(self) -> None:
        """Read anew the next time; an answer under way is not shown."""
        self._compared = ()

    def show(self, runs: Sequence[tuple[int, RunSummary]]) -> None:
        """Compare these runs, each with its place on the axes."""
        if len(runs) < 2:
            self.forget()
            self._diff.show((), _TOO_FEW)
        elif _heads(runs) != _heads(self._compared):
            self._compared = runs
            self._reader.read_recipes(runs)

    def take(self, answer: RunReader.RecipesRead) -> None:
        """Show what was read, or which recipe cannot be read and why."""
        if answer.runs is not self._compared:
            return
        found: list[DiffRun] = []
        for (place, run), recipe in zip(answer.runs, answer.recipes, strict=True):
            if isinstance(recipe, UserError):
                self._diff.show((), str(recipe))
                return
            found.append(DiffRun(place, run, recipe))
        self._diff.show(found)


def _heads(runs: Sequence[tuple[int, RunSummary]]) -> list[tuple[int, str, str]]:
    """What heads the columns: other colours or names are to be shown too."""
    return [(place, run.id, run.title) for place, run in runs]
