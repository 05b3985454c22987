"""What is wrong with a recipe, where, and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kertasks.errors import UserError, nearest

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe


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


_LONGEST_NUMBER = 10_000
"""Bits; Python writes no number of more than 4,300 digits."""


class RecipeError(UserError):
    """A recipe that cannot be used. ``problems`` lists every fault found, not only the first."""

    def __init__(
        self,
        problems: tuple[Problem, ...],
        source: str | None = None,
        recipe: Recipe | None = None,
    ) -> None:
        where = f"{source}: " if source else ""
        super().__init__("\n".join(f"{where}{problem}" for problem in problems))
        self.problems = problems
        self.source = source
        self.recipe = recipe
        """What was read, where only its values are wrong; None where it is no recipe."""


class FolderGiven(RecipeError):
    """A folder where a recipe file should be."""

    def __init__(self, path: str) -> None:
        super().__init__((), path)
        self.args = (f"{path} is a folder, not a recipe file",)


def describe_value(value: object) -> str:
    """A value as a person wrote it, with its kind: ``"sixteen" (a string)``."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()} (a boolean)"
    if isinstance(value, int):
        if value.bit_length() > _LONGEST_NUMBER:
            return "a whole number of thousands of digits"
        return f"{_shortened(str(value))} (a whole number)"
    if isinstance(value, float):
        return f"{value} (a number)"
    if isinstance(value, str):
        return f'"{_shortened(value)}" (a string)'
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return f"{_shortened(str(value))} (a {type(value).__name__.lower()})"


_LONGEST_TEXT = 60
"""Characters of what was found that are shown."""


def _shortened(text: str) -> str:
    escaped = text if text.isprintable() else text.encode("unicode_escape").decode()
    return escaped if len(escaped) <= _LONGEST_TEXT else escaped[: _LONGEST_TEXT - 1] + "…"


def one_of(names: Iterable[str], given: str, limit: int = 16) -> str:
    """The names allowed in place of ``given``, the one nearest in spelling first.

    More names than ``limit`` are counted instead of listed.
    """
    allowed = list(names)
    guess = nearest(given, allowed)
    hint = f"did you mean {guess}?" if guess else ""
    if not allowed:
        return "nothing"
    if len(allowed) > limit:
        return hint or f"one of {len(allowed)} names, such as {', '.join(allowed[:5])}"
    listed = ", ".join(allowed)
    return f"{hint} ({listed})" if hint else listed


def without_consequences(
    first: tuple[Problem, ...], then: Iterable[Problem]
) -> tuple[Problem, ...]:
    """``first`` and those of ``then`` that do not concern the same place again."""
    taken = [problem.path for problem in first]

    def is_new(problem: Problem) -> bool:
        return not any(
            problem.path == path
            or problem.path.startswith(f"{path}.")
            or path.startswith(f"{problem.path}.")
            for path in taken
        )

    return first + tuple(problem for problem in then if is_new(problem))
