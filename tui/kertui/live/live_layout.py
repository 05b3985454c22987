"""Which parts of the live pane a given size has room for: first the table shrinks, then the
second plot goes."""

from __future__ import annotations

from dataclasses import dataclass

_PLOT = 7
"""Rows below which two plots are worse than one."""

_ROOMY = 24
"""Rows for plots and table from which one can go to the host's load."""


@dataclass(frozen=True, slots=True)
class LiveLayout:
    """Heights in rows; a part of height 0 is not shown."""

    plots: int
    """How many: 1 or 2."""

    table: int
    machine: int
    """The strip of the host's load."""

    bar: int
    gap: int
    """Blank rows between the parts."""

    x_labels_on_both: bool


def arrange(height: int, lines: int = 0, *, machine: bool = False) -> LiveLayout:
    """The parts for a pane so many rows high.

    Args:
        height: of the pane.
        lines: rows already given to notices and the outcome.
        machine: whether there is a load of the host to show, where it costs no plot a row it needs.
    """
    room = height - lines - 1
    strip = 1 if machine and room >= _ROOMY else 0
    room -= strip
    if room < 2 * _PLOT:
        table = 1 if room >= 8 else 0
        return LiveLayout(1, table, strip, 1 if height >= 5 else 0, 0, True)
    table = 1
    if room >= 20:
        # A third of what the plots do not need, the plots keep growing with the pane.
        table = min(12, 3 + (room - 20) // 3)
    gap = 1 if room >= 26 else 0
    return LiveLayout(2, table, strip, 1, gap, room - table >= 2 * _PLOT + 6)
