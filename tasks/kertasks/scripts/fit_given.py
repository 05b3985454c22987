"""What a call of ``fit`` was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class FitGiven:
    """What a call of ``fit`` was given, as far as it is known."""

    epochs: int
    x: Any = None
    y: Any = None
    validation_data: Any = None
    validation_split: float = 0.0
    batch_size: int | None = None
    notices: tuple[str, ...] = ()
    """To be told of the run as it begins."""
