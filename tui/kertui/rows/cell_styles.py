"""How cells look: roles of the theme, places on a ramp between them, and one role on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.style import Style

from kertui.plotting.heat import DIVERGING, LEVELS, RAMPS
from kertui.plotting.strips import PLAIN, ground_of, ink_of
from kertui.terminal.capabilities import Colours
from kertui.terminal.contrast import FIXED, nearest_of_256

_LEAST_COLOUR = 0.3


class CellStyles(Mapping[str, Style]):
    """The style of every role; those of ramps and of grounds are made when they are first met.

    Args:
        looks: the styles of the theme's roles, that of ``PLAIN`` among them.
        colours: how many the terminal has. Of 256 a ramp has only those: two colours of a cell
            that are made fit one by one would be held apart where they are next to each other.
    """

    def __init__(self, looks: Mapping[str, Style], colours: Colours) -> None:
        self.colours = colours
        self._looks = dict(looks)

    def __getitem__(self, role: str) -> Style:
        found = self._looks.get(role)
        if found is None:
            found = self._looks[role] = self._made(role)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._looks)

    def __len__(self) -> int:
        return len(self._looks)

    def _made(self, role: str) -> Style:
        ground = ground_of(role)
        if ground:
            return self[ink_of(role)] + Style(bgcolor=self[ground].color)
        ramp, at, level = role.partition("@")
        if not at:
            raise KeyError(role)
        share = int(level) / LEVELS
        if self.colours is Colours.PALETTE:
            share = _off_grey(share, 0.5 if ramp == DIVERGING else 0.0)
        return self[PLAIN] + Style(color=self._on_ramp(RAMPS[ramp], share))

    def _on_ramp(self, stops: tuple[str, ...], share: float) -> Color | None:
        at = min(len(stops) - 2, int(share * (len(stops) - 1)))
        ends = [self._looks[stop].color for stop in stops[at : at + 2]]
        one, other = (None if end is None else end.triplet for end in ends)
        if one is None or other is None:
            return ends[0]  # the terminal's own colour
        mixed = blend_rgb(one, other, share * (len(stops) - 1) - at)
        if self.colours is Colours.PALETTE:
            mixed = ColorTriplet(*FIXED[nearest_of_256((mixed.red, mixed.green, mixed.blue)) - 16])
        return Color.from_triplet(mixed)


def _off_grey(share: float, middle: float) -> float:
    """A place on a ramp far enough from its middle to be a colour: of 256 there are no dark ones
    between the greys and those that are half as bright as can be."""
    if share == middle:
        return share
    longest = 1 - middle
    away = (share - middle) / longest
    return middle + longest * (_LEAST_COLOUR * (1 if away > 0 else -1) + (1 - _LEAST_COLOUR) * away)
