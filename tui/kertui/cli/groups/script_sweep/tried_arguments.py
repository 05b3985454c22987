"""What is told of the trials of a sweep of a program, and not of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kertasks.groups.script_sweep.asked import ScriptPart, argument, run_command
from kertasks.recipes.changes import Change
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.text.numbers import counted

if TYPE_CHECKING:
    from kertasks.groups.script_sweep.asked import ScriptSweep
    from kertasks.groups.sweep.results import TrialResult


def near_path(path: Path) -> str:
    """A file as it is typed in a shell here: from this folder on, where it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


class TriedArguments:
    """Trials of a program's arguments.

    Args:
        asked: what was asked.
    """

    holding_out = "validation_split=0.2 or validation_data in the program's fit does"

    def __init__(self, asked: ScriptSweep) -> None:
        self._asked = asked

    @property
    def parts(self) -> list[str]:
        """What a trial consists of, in words; nothing where it is one start."""
        return [counted(self._asked.seeds, "seed")] if self._asked.seeds > 1 else []

    def command(self, best: TrialResult) -> str:
        """The command that runs the best trial by itself, with the first of its seeds."""
        words = ScriptPart(self._asked, 0).words(best.values)
        return run_command(near_path(Path(self._asked.script)), words)

    def typed(self, path: str, text: str) -> Any:
        """A value as JSON has it: a number where it is one, else what the program is given."""
        try:
            found = Change(path, text, adds=False).value()
        except RecipeError:
            found = None
        return found if isinstance(found, int | float) else argument(path, text)[1]
