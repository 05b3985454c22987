"""How often each class is taken for each other one."""

from __future__ import annotations

from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest


class ConfusionRequest(ViewRequest, frozen=True, tag="confusion"):
    """Asks which class is taken for which."""


class ConfusionMatrix(ViewRecord, frozen=True, tag="confusion"):
    """Says how often each class is taken for each other one."""

    classes: tuple[str, ...]
    """Their names, in the order of the network's outputs."""

    counts: tuple[tuple[Index, ...], ...]
    """Rows of the data by true class (down) and by what the network says (across); the sum is
    ``row_count`` where each row has one of the classes."""
