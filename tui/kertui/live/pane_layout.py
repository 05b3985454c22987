"""How the live pane shares its rows out among what stands around a tab. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaneLayout:
    """Which parts of the pane are shown around the tab: 1 row, or 0."""

    tabs: int
    slider: int
    """The line of the epochs of the past."""

    machine: int
    """The strip of the host's load."""

    bar: int
    gap: int
    """A blank row over what is below the tab."""


_ROOMY = 24
"""Rows for a tab from which some can go to the line of past epochs and to the host's load."""

_ROOM_FOR_TABS = 20
"""From which one names the tabs: who does not see them does not know of them."""


def arrange(
    height: int,
    lines: int = 0,
    *,
    machine: bool = False,
    first: bool = True,
    slider: bool = False,
    back: bool = False,
) -> PaneLayout:
    """The parts for a pane so many rows high.

    Args:
        height: of the pane.
        lines: rows already given to notices and the outcome.
        machine: whether there is a load of the host to show, where it costs no plot a row it needs.
        first: whether the first tab is shown, for which the row of tabs can be left out.
        slider: whether there are epochs of the past, whose line is left out where there is little
            room;
        back: unless one of them is looked at, or a tab that follows them.
    """
    room = height - lines - 1
    tabs = 1 if room > _ROOM_FOR_TABS or not first else 0
    room -= tabs
    past = 1 if slider and (room >= _ROOMY or back) else 0
    room -= past
    strip = 1 if machine and room >= _ROOMY else 0
    room -= strip
    return PaneLayout(tabs, past, strip, 1 if height >= 5 else 0, 1 if room >= 26 else 0)
