"""A feature along the edge of a picture."""

from __future__ import annotations

import msgspec
from msgspec.structs import force_setattr

from kertasks.text.plain_text import one_line


class FeatureAxis(msgspec.Struct, frozen=True):
    """A feature, or a target, in its own unit: scaled values are turned back."""

    name: str
    unit: str | None
    low: float
    high: float

    def __post_init__(self) -> None:
        force_setattr(self, "name", one_line(self.name))
        if self.unit is not None:
            force_setattr(self, "unit", one_line(self.unit))
