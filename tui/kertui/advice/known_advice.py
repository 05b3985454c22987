"""What is known of a recipe and its run at one moment, as the line and the list show it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.runs.advice.finding import Finding, FindingId, Severity
from kertasks.runs.advice.tried_fix import TriedFix


@dataclass(frozen=True)
class Advised:
    """A finding, and what became of it."""

    finding: Finding
    epoch: int | None = None
    """At which epoch of the run it was found; None where it was found before a training."""

    fixed: Recipe | None = None
    """The recipe with the finding's patch; None where there is none, or it is not allowed."""

    tried: TriedFix | None = None
    """What came of the patch; None where it was not tried to the end."""

    untried: str = ""
    """Why it could not be tried; empty where it could, or was not tried yet."""

    trying: bool = False
    """Whether it is being tried now."""

    dismissed: bool = False
    """Whether a person wants to hear no more of it for recipes of this name."""

    @property
    def offered(self) -> Recipe | None:
        """The recipe with the fix, unless trying has shown that it does not help."""
        helps = self.tried is None or self.tried.helps
        return self.fixed if helps else None

    @property
    def wants_trial(self) -> bool:
        """Whether its fix is worth trying unasked."""
        is_open = self.tried is None and not self.untried and not self.dismissed
        return self.finding.is_alarm and self.fixed is not None and is_open


@dataclass(frozen=True)
class KnownAdvice:
    """All that there is to say of a recipe, the worst first and what was dismissed last."""

    recipe: Recipe | None
    """What was looked at; None where all that is known was found in a run without one."""

    entries: tuple[Advised, ...] = ()
    looking: str = ""
    """What there is to say while nothing was found out yet; empty once it was."""

    trouble: str = ""
    """Why nothing can be found out; empty where it can."""

    late: bool = False
    """Whether the recipe has changed since, and the answer on it is long in coming."""

    @property
    def alive(self) -> list[Advised]:
        """What was not dismissed."""
        return [entry for entry in self.entries if not entry.dismissed]

    @property
    def worst(self) -> Advised | None:
        """What stands on the line; None where nothing is worth a person's time."""
        return next((entry for entry in self.alive if entry.finding.is_alarm), None)

    @property
    def more(self) -> int:
        """How many findings there are besides."""
        return len(self.alive) - (self.worst is not None)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(entry.finding.severity is severity for entry in self.alive)

    @property
    def dismissed(self) -> int:
        """How many findings were dismissed."""
        return len(self.entries) - len(self.alive)


def gather(
    found: Iterable[Finding],
    of_run: Iterable[tuple[int, Finding]],
    dismissed: Collection[FindingId],
) -> list[Advised]:
    """The findings of a recipe and of a run in one list, each fault once: as it was found last.

    Args:
        found: in the recipe.
        of_run: in a training of the same recipe, each with its epoch, the newest last.
        dismissed: what a person wants to hear no more of.
    """
    latest = {finding.id: (epoch, finding) for epoch, finding in of_run}
    before = [(None, finding) for finding in found if finding.id not in latest]
    entries = [
        Advised(finding, epoch, dismissed=finding.id in dismissed)
        for epoch, finding in [*before, *latest.values()]
    ]
    return sorted(entries, key=lambda entry: (entry.dismissed, entry.finding.rank))


def fixed_recipe(recipe: Recipe, finding: Finding, catalog: Catalog | None) -> Recipe | None:
    """The recipe with a finding's patch; None where that is none, changes nothing, or is not
    allowed in this recipe."""
    if not finding.fits_a_recipe:
        return None
    try:
        fixed = with_changes(recipe, finding.patch, catalog)
    except RecipeError:
        return None
    return fixed if fixed != recipe else None
