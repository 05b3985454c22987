"""What is wrong with a recipe, where, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from kertasks.errors import UserError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a recipe."""

    path: str
    """Where: dotted as in ``--set``, for example ``layers.1.units``; ``""`` for the whole."""

    found: str
    """What stands there now, in a few words, for example ``"sixteen" (a string)``."""

    allowed: str
    """What may stand there, for example ``a whole number of at least 1``."""

    def __str__(self) -> str:
        return f"{self.path or 'recipe'}: found {self.found}; allowed: {self.allowed}"


class RecipeError(UserError):
    """A recipe that cannot be used. ``problems`` lists every fault found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...], source: str | None = None) -> None:
        where = f"{source}: " if source else ""
        super().__init__("\n".join(f"{where}{problem}" for problem in problems))
        self.problems = problems
        self.source = source
