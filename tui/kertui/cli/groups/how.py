"""How a group is trained and followed, whatever it is of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What the options of a command say of that."""

    workers: int | None
    """Processes at once at most; None for one a GPU, or one a core where there is none."""

    dry_run: bool
    """Whether only to say what would be trained."""

    detach: bool
    """Whether to leave it alone once it is begun."""

    as_json: bool
    """Whether events are all that is printed."""
