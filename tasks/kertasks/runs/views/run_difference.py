"""Whether two networks differ on the same rows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from kertasks.runs.looking.view import ViewRecord, ViewRequest

_Rows = Annotated[tuple[float, ...], Meta(max_length=2_000_000)]


class DifferenceRequest(ViewRequest, frozen=True, tag="difference"):
    """Asks whether a network differs from another one, of which each row is told."""

    truth: _Rows = ()
    """As ``EachRow`` has it."""

    scores: _Rows = ()


class RunDifference(ViewRecord, frozen=True, tag="difference"):
    """Says whether another network differs from this one, and by how much."""

    metric: str
    """``"accuracy"``, or ``"mae"`` in the target's own unit."""

    test: str
    """What was computed: ``"McNemar"`` or ``"paired bootstrap"``."""

    difference: float
    """The other network's value less this one's."""

    low: float | None = None
    """Of its 95 % interval; None where that cannot be told."""

    high: float | None = None
    p: float | None = None
    """How probable so large a difference is where there is none."""
