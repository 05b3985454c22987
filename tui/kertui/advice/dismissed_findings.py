"""What a person wants to hear no more of: ``dismissed.json`` in kertui's home.

A finding is known again by task, name of the recipe, code and layer, whatever else is in the
recipe: who goes on editing it is not told again.
"""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from kertasks.errors import UserError
from kertasks.files import locked_folder, read_small, write_text
from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Finding, FindingId

FILE = "dismissed.json"

_MOST = 2_000
"""That are kept; the oldest go first."""


class NotKept(UserError):
    """What was dismissed is so in this session only."""


class _Dismissed(msgspec.Struct, frozen=True, array_like=True):
    task: str
    recipe: str
    code: str
    layer: int | None


_decoder = msgspec.json.Decoder(list[_Dismissed])


class DismissedFindings:
    """Has them in memory, and writes each change. Thread-safe.

    Args:
        home: kertui's home; made, private, when something is dismissed first.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / FILE
        self._writing = threading.Lock()
        self._all: dict[_Dismissed, None] = {}
        self.is_read = False
        """Whether what was dismissed before is known."""

    def read(self) -> None:
        """Read what was dismissed before. Blocking."""
        self._all = _read(self._path) | self._all
        self.is_read = True

    def of(self, recipe: Recipe) -> frozenset[FindingId]:
        """What was dismissed for recipes of this name."""
        same = (recipe.task, recipe.name)
        return frozenset(
            (one.code, one.layer) for one in self._all if (one.task, one.recipe) == same
        )

    def keep(self, recipe: Recipe, finding: Finding, *, dismissed: bool) -> None:
        """Dismiss a finding for recipes of this name, or hear of it again. Blocking.

        Raises:
            NotKept: it is so until the session ends.
            kertasks.files.FileIsLocked: the same, since another process holds the home.
        """
        one = _Dismissed(recipe.task, recipe.name, *finding.id)
        with self._writing:
            self._all = _changed(self._all, one, dismissed=dismissed)
            try:
                self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
                with locked_folder(self._home):  # another kertui may dismiss too
                    kept = _changed(_read(self._path), one, dismissed=dismissed)
                    text = msgspec.json.encode([*kept][-_MOST:]).decode()
                    write_text(self._path, f"{text}\n")
            except OSError as error:
                raise NotKept(f"cannot write {self._path}: {error.strerror}") from error


def _read(path: Path) -> dict[_Dismissed, None]:
    """What was kept; nothing where nothing can be read."""
    try:
        return dict.fromkeys(_decoder.decode(read_small(path)))
    except (OSError, ValueError, RecursionError):
        return {}


def _changed(
    before: dict[_Dismissed, None], one: _Dismissed, *, dismissed: bool
) -> dict[_Dismissed, None]:
    others = {other: None for other in before if other != one}
    return others | {one: None} if dismissed else others
