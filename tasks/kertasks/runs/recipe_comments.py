"""The comments at the top of a run's ``recipe.toml``, which say where the recipe came from."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

from kertasks.files import read_small


class Told(StrEnum):
    """What such a comment tells, by the words before its JSON string."""

    SOURCE = "# from "
    """The file the recipe was read from."""

    RETRAINED_FROM = "# retrained from "
    """The id of the run whose best epoch it is trained for."""

    GROUP = "# of group "
    """The id of the group it was made for."""


def origin_comments(
    source: str | None = None, retrained_from: str | None = None, group: str | None = None
) -> str:
    """The comments that a ``recipe.toml`` begins with, a line for each that is said.

    Args:
        source: the file the recipe was read from.
        retrained_from: the id of the run whose best epoch it is trained for.
        group: the id of the group it was made for.
    """
    origins = {Told.SOURCE: source, Told.RETRAINED_FROM: retrained_from, Told.GROUP: group}
    return "".join(
        f"{words}{json.dumps(origin, ensure_ascii=False)}\n"
        for words, origin in origins.items()
        if origin
    )


def told_origin(recipe_path: Path, what: Told) -> str | None:
    """What the comments of a ``recipe.toml`` tell; None where they do not, or cannot be read."""
    try:
        for line in read_small(recipe_path).decode().split("\n", len(Told))[: len(Told)]:
            if line.startswith(what):
                return str(json.loads(line.removeprefix(what)))
    except (OSError, ValueError):
        pass
    return None
