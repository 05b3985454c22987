"""Errors a person can cause, each a sentence that says what is wrong and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name closest in spelling, or None when nothing is close."""
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[found[0]] if found else None


_MOST_LISTED = 12
"""Names that are listed where none of them was given."""


def describe_unknown(what: str, name: str, allowed: Sequence[str]) -> str:
    """One sentence: the unknown name, the nearest right one, and what is allowed."""
    if not allowed:
        return f"there is no {what} {name!r}, nor any other."
    guess = nearest(name, allowed)
    hint = f"; did you mean {guess!r}?" if guess else "."
    if len(allowed) > _MOST_LISTED:
        return f"there is no {what} {name!r}{hint}"
    return f"there is no {what} {name!r}{hint} Allowed: {', '.join(map(repr, allowed))}."


class UserError(Exception):
    """A mistake a person can mend. Its text is shown as it is, without a traceback."""


class UnknownName(UserError):
    """There is nothing of the name that was given.

    Args:
        what: what it was to be the name of, for example ``"task"``.
        name: the name that was given.
        allowed: the names there are.
    """

    def __init__(self, what: str, name: str, allowed: Sequence[str]) -> None:
        super().__init__(describe_unknown(what, name, allowed))


class UnknownTask(UnknownName):
    """No task has the name that was given."""

    def __init__(self, name: str, allowed: Sequence[str]) -> None:
        super().__init__("task", name, allowed)


class UnknownVariant(UnknownName):
    """A task has no data variant of the name that was given."""

    def __init__(self, task: str, name: str, allowed: Sequence[str]) -> None:
        super().__init__(f"data variant of {task}", name, allowed)


class UnknownRecipe(UnknownName):
    """A task has no recipe of the name that was given."""

    def __init__(self, task: str, name: str, allowed: Sequence[str]) -> None:
        super().__init__(f"recipe of {task}", name, allowed)
