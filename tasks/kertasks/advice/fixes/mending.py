"""Mends a recipe: tries the patches of what is wrong with it, and takes those that help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kertasks.advice.fixes.recipe_trials import RecipeTrials
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.data.dataset import Dataset
from kertasks.recipes.changes import with_changes
from kertasks.recipes.json_form import to_json
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.fix_report import FixTried, Mended, Trying

_MOST_TRIED = 12


def mend(
    recipe: Recipe, data: Dataset, findings: Sequence[Finding], seconds: float, seeds: Sequence[int]
) -> Iterator[Trying | FixTried | Mended]:
    """Try the patches of a recipe's warnings and errors, the worst first.

    Each is tried on the recipe with those that helped before it; after one helped, what is wrong
    with the recipe is looked for anew. Those that do not help alone are tried all at once in the
    end, as two faults hide each other's fix.

    Args:
        recipe: what is to be mended.
        data: of its task, in its variant and with its seed.
        findings: what is wrong with it.
        seconds: how long each training goes on at most.
        seeds: as for ``try_recipe_fix``.

    Yields:
        What came of each, as it is known, and at last what the recipe became.
    """
    mending = _Mending(recipe, RecipeTrials(data, seconds), seeds)
    yield from mending.try_each(findings)
    yield from mending.try_the_rest()
    yield mending.result()


class _Mending:
    """A recipe on its way.

    Args:
        recipe: as it was.
        trials: of its task.
        seeds: of each trial.
    """

    def __init__(self, recipe: Recipe, trials: RecipeTrials, seeds: Sequence[int]) -> None:
        self._first = self._recipe = recipe
        self._trials = trials
        self._seeds = seeds
        self._taken: list[str] = []
        self._worst: Finding | None = None
        self._findings: Sequence[Finding] = ()
        self._tried: set[tuple[str, ...]] = set()

    def try_each(self, findings: Sequence[Finding]) -> Iterator[Trying | FixTried]:
        """Try patch by patch."""
        self._findings = findings
        while len(self._tried) < _MOST_TRIED:
            finding = next((one for one in self._open() if one.patch not in self._tried), None)
            if finding is None:
                return
            yield from self._try(finding, finding.patch)

    def try_the_rest(self) -> Iterator[Trying | FixTried]:
        """Try all at once that did not help alone."""
        rest = self._open()
        if not rest:
            return
        whole = self._trials.completed(self._recipe, rest[0].patch)
        if whole not in self._tried:
            yield from self._try(rest[0], whole)

    def result(self) -> Mended:
        """What the recipe became."""
        whole = None
        if self._worst is not None:
            whole = self._trials.compare(self._first, self._worst, self._taken, self._seeds)
        return Mended(changes=tuple(self._taken), recipe=to_json(self._recipe), whole=whole)

    def _open(self) -> list[Finding]:
        return [one for one in self._findings if one.is_alarm and one.fits_a_recipe]

    def _try(self, finding: Finding, patch: tuple[str, ...]) -> Iterator[Trying | FixTried]:
        self._tried.add(patch)
        yield Trying(finding=finding, patch=patch)
        try:
            tried = self._trials.compare(self._recipe, finding, patch, self._seeds)
        except RecipeError:  # two patches that do not go together
            return
        yield FixTried(finding=finding, tried=tried, recipe=to_json(self._recipe))
        if not tried.helps:
            return
        self._worst = self._worst or finding
        self._recipe = with_changes(self._recipe, patch)
        self._taken += patch
        self._findings = advise_recipe(self._recipe, self._trials.data_of(self._recipe))
