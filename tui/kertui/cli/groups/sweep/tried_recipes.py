"""What is told of the trials of a sweep of recipes, and not of others."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from kertasks.errors import UserError
from kertasks.groups.sweep.asked import SEED
from kertasks.groups.sweep.dimension import RECIPE
from kertasks.groups.sweep.results import TrialResult
from kertasks.recipes.changes import Change, with_changes
from kertasks.registry import find_task
from kertasks.text.numbers import counted, short_path

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.groups.record import GroupRecord
    from kertasks.groups.sweep.asked import Sweep
    from kertasks.recipes.recipe import Recipe


class TriedRecipes:
    """Trials of recipes and their settings.

    Args:
        group: whose.
        record: what is known of it.
        asked: what was asked.
    """

    holding_out = "--folds 4 or --set fit.validation_split=0.2 does"

    def __init__(self, group: GroupFolder, record: GroupRecord, asked: Sweep) -> None:
        self._group = group
        self._record = record
        self._asked = asked

    @property
    def parts(self) -> list[str]:
        """What a trial consists of, in words; nothing where it is one run."""
        asked = self._asked
        found = [counted(asked.seeds, "seed")] if asked.seeds > 1 else []
        return found + ([counted(asked.folds, "fold")] if asked.folds else [])

    def command(self, best: TrialResult) -> str:
        """The command that trains the best trial by itself."""
        record, asked, group = self._record, self._asked, self._group
        values = dict(zip((one.path for one in asked.dimensions), best.values, strict=True))
        name = values.pop(RECIPE, record.recipe)
        number = asked.recipe_names.index(name) + 1 if asked.recipe_names else 1
        changes = [f"{path}={value}" for path, value in values.items()]
        recipe = group.recipe(number)
        if self._is_of_task(recipe):
            changes = [*asked.changes, *changes]
        else:
            name = str(short_path(group.recipe_path_of(number)))
        if SEED not in values and asked.seed != recipe.seed:
            changes.append(f"seed={asked.seed}")
        words = ["kertui", "train", record.task, "--recipe", name]
        for change in sorted(changes, key=lambda one: one.partition("=")[0].count(".")):
            words += ["--set", change]
        return shlex.join(words)

    def _is_of_task(self, recipe: Recipe) -> bool:
        """Whether a recipe is one of its task's by that name, with what was said of all trials."""
        try:
            known = find_task(recipe.task).recipes.get(recipe.name)
            return known is not None and with_changes(known, self._asked.changes) == recipe
        except UserError:  # the task is not here any more, or another one
            return False

    def typed(self, path: str, text: str) -> Any:
        """A value as JSON has it: a number where it is one."""
        return text if path == RECIPE else Change(path, text, adds=False).value()
