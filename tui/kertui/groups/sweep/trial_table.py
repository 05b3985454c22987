"""The trials of a sweep as a table, ranked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kertasks.groups.sweep.results import TrialResult, TrialState
from kertasks.text.numbers import grouped, metric_label
from kertui.groups.group_table import (
    GAP,
    GroupColumn,
    GroupTable,
    column,
    fitting,
    in_columns,
)
from kertui.groups.sweep.trials_reader import SPARK_PLACES
from kertui.groups.sweep.trials_seen import TrialsSeen
from kertui.plotting.dot_layers import DotLayers
from kertui.plotting.strips import Row, cells
from kertui.terminal.glyphs import Glyphs
from kertui.text.device_words import devices_said
from kertui.text.fitting_text import fitted
from kertui.text.group_figures import metric_spread, metric_value
from kertui.text.sweep_titles import short_value, sides_of, titles_of

_CURVE = SPARK_PLACES // 2
"""Cells of a small curve."""


_LEAST_VALUE = 3
"""Cells of a setting's value where there is no room."""


class TrialTable(GroupTable[TrialResult]):
    """A row a trial, the best first; the cursor's stands out among the curves."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: TrialsSeen | None = None

    def show(self, seen: TrialsSeen) -> None:
        """Show the trials as they are now."""
        self._seen = seen
        self.take(seen.results.ranking)

    def can_open(self, entry: TrialResult) -> bool:
        """Whether a run of it has begun."""
        return bool(entry.runs)

    def draw_head(self, width: int, glyphs: Glyphs) -> list[Row]:
        """The titles of the columns."""
        return [] if self._seen is None else [self.titles(self._columns(width), glyphs)]

    def draw_line(self, place: int, width: int, glyphs: Glyphs) -> Row:
        """One trial: its values and what it came to."""
        seen, one = self._seen, self._entries[place]
        if seen is None:
            return []
        ranked = one.state is TrialState.FINISHED
        role = "strong" if place == self.at else ""
        texts = {
            "rank": cells(str(place + 1) if ranked else "", role),
            "trial": cells(str(one.number), "dim"),
            "best epoch": cells(_epochs(one)),
            metric_label(seen.results.judge.name): cells(_value(one, seen), role),
            "curve": self._curve(place, glyphs),
            "device": cells(devices_said(one.devices, seen.device_words), "dim"),
            "state": cells("" if ranked else one.state.value, _ROLES.get(one.state, "dim")),
        }
        columns = self._columns(width)
        widths = {one.title: one.width for one in columns}
        names = titles_of(seen.results.dimensions)
        for name, value in zip(names, one.values, strict=True):
            texts[name] = cells(fitted(short_value(value), widths.get(name, 1), glyphs), role)
        return in_columns(columns, texts)

    def _columns(self, width: int) -> Sequence[GroupColumn]:
        seen = self._seen
        if seen is None:
            return ()
        ranking, dimensions = seen.results.ranking, seen.results.dimensions
        judge = metric_label(seen.results.judge.name)
        states = [one.state.value for one in ranking if one.state is not TrialState.FINISHED]
        columns = [
            column("rank", [str(len(ranking))]),
            *(
                column(title, (short_value(one.values[at]) for one in ranking), right=side == "r")
                for at, (title, side) in enumerate(
                    zip(titles_of(dimensions), sides_of(dimensions), strict=True)
                )
            ),
            column(judge, (_value(one, seen) for one in ranking)),
            column("best epoch", map(_epochs, ranking)),
            GroupColumn("curve", _CURVE, right=False),
            column("trial", [str(len(ranking))]),
        ]
        if seen.device_words:
            devices = (devices_said(one.devices, seen.device_words) for one in ranking)
            columns.append(column("device", devices, right=False))
        if states:
            columns.append(column("state", states, right=False))
        found = fitting(columns, ("trial", "curve", "device", "best epoch", "state"), width)
        return _squeezed(found, titles_of(dimensions), width)

    def _curve(self, place: int, glyphs: Glyphs) -> Row:
        """A curve one row high, between its own least and greatest value."""
        seen = self._seen
        points = seen.sparks[place] if seen is not None and place < len(seen.sparks) else ()
        finite = [value for _, value in points if math.isfinite(value)]
        if not finite or glyphs.ascii:
            return []
        low, high = min(finite), max(finite)
        layers = DotLayers(_CURVE, 1, glyphs.marker)
        last, span = points[-1][0] or 1.0, (high - low) or 1.0
        layers.add("validation", "-").curve(
            (epoch / last * (layers.columns - 1), (high - value) / span * (layers.lines - 1))
            for epoch, value in points
        )
        return layers.rows()[0]


def _squeezed(
    columns: Sequence[GroupColumn], varied: Sequence[str], width: int
) -> Sequence[GroupColumn]:
    """Columns in which the values of settings are cut, the widest first, so that the rank and what
    it goes by stay whole."""
    found = list(columns)
    while sum(one.width + GAP for one in found) - GAP > width:
        wide = max(
            (at for at, one in enumerate(found) if one.title in varied),
            key=lambda at: found[at].width,
            default=None,
        )
        if wide is None or found[wide].width <= _LEAST_VALUE:
            break
        found[wide] = replace(found[wide], width=found[wide].width - 1)
    return found


_ROLES = {TrialState.FAILED: "bad", TrialState.BEGUN: "train"}


def _value(one: TrialResult, seen: TrialsSeen) -> str:
    if not one.best_epochs:
        return ""
    name = seen.results.judge.name
    if seen.parts == 1:
        return metric_value(name, one.value.mean, seen.unit)
    return metric_spread(name, one.value.mean, one.value.sd, seen.unit)


def _epochs(one: TrialResult) -> str:
    """In which epochs its runs were best, from the first to the last."""
    low, high = min(one.best_epochs, default=0), max(one.best_epochs, default=0)
    if not high:
        return ""
    return grouped(low) if low == high else f"{grouped(low)} to {grouped(high)}"
