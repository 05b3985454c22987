"""What is known of a task's data right now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kertasks.data.description import Description


@dataclass(frozen=True, slots=True)
class Reading:
    """A trainer process reads it."""

    warming_up: bool = False
    """The process starts first, which takes some seconds."""


@dataclass(frozen=True, slots=True)
class NotHere:
    """Files are missing or damaged and can be downloaded."""

    files: tuple[str, ...]
    bytes: int
    """Of all of them."""

    damaged: bool = False
    """A file is here, but it is not the published one."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """It cannot be described."""

    reason: str


@dataclass(frozen=True, slots=True)
class Described:
    """It is here and known."""

    description: Description


DataStatus: TypeAlias = Reading | NotHere | Unreadable | Described
