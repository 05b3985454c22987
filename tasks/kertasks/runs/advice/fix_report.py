"""What comes of mending a recipe, line by line. Plain data for both processes."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from kertasks.records import learn
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.tried_fix import TriedFix


class Found(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    """What is wrong with the recipe, before anything is tried."""

    findings: tuple[Finding, ...]


class Trying(msgspec.Struct, frozen=True, kw_only=True, tag="trying"):
    """What is tried now."""

    finding: Finding
    patch: tuple[str, ...]


class FixTried(msgspec.Struct, frozen=True, kw_only=True, tag="tried"):
    """A patch that was tried on the recipe with those that helped before it."""

    finding: Finding
    """The one that it mends; the worst of several that are tried at once."""

    tried: TriedFix
    recipe: dict[str, Any]
    """The one it was tried on, as plain data."""


class Mended(msgspec.Struct, frozen=True, kw_only=True, tag="mended"):
    """What the recipe became."""

    changes: tuple[str, ...]
    """All that was taken, in order, as ``--set`` takes it; empty where nothing helped."""

    recipe: dict[str, Any]
    """Mended, as plain data."""

    whole: TriedFix | None
    """The recipe as it was against what it became; None where nothing helped."""


Told: TypeAlias = Found | Trying | FixTried | Mended
"""A line of ``python -m kertasks.advice.fixes``."""


learn(Told)
