"""Plots under or beside each other: what they show and how large in, rows of cells out.

One pass draws them all. What lies in the windows decides the limits, the labels of these the
left edge that the plots share, that edge the columns; then the curves are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kertasks.runs.advice.finding import Finding
from kertasks.text.numbers import is_share, metric_label
from kertui.plotting.axes import Limits, StableLimits
from kertui.plotting.chart import (
    LEAST_GUTTER,
    Flag,
    Layout,
    Mark,
    canvas,
    chart,
    gutter_for,
    with_cursor,
)
from kertui.plotting.curves.plot import Plot, legend
from kertui.plotting.curves.traces import Series, Smoothed, Traces, Window
from kertui.plotting.draw import dots_wide
from kertui.plotting.strips import Row, cells, fit, put
from kertui.terminal.glyphs import Glyphs, Marker
from kertui.text.finding_look import counted_from_one, sign_of

LEAST_ROWS = 4
"""Title, one row of curves, axis and labels: below this a plot shows nothing."""

_FILLED = 1 / 3
"""Of the axis that the curves keep when what they are compared with is to be in sight too."""

_MOST_FLAGS = 20
"""Of what was found: more signs would be no signs."""

_BETWEEN = 2
"""Columns between two plots beside each other."""


class DrawnPlot:
    """A plot as it was drawn last. Its thinned columns and its limits are kept: only what is new
    is looked at, and the axes hold still."""

    def __init__(self) -> None:
        self.plot = Plot("")
        self.size = (0, 0)
        self.gutter = LEAST_GUTTER
        """Columns left of the curves."""

        self.layout: Layout | None = None
        self.limits: Limits | None = None
        self.traces: Traces | None = None
        self.beyond = (0.0, 0)
        """The greatest size of a value of the runs that the axis leaves out, and how many these
        are."""

        self._stable = StableLimits()
        self._averages: dict[tuple[Series, float], Smoothed] = {}
        self._rewritten = 0
        """How often the histories shown had taken epochs back when they were looked at last."""

        self._without_cursor: list[Row] = []

    def fit(self, plot: Plot, size: tuple[int, int], gutter: int, marker: Marker) -> int:
        """Take in what there is to show in so many columns and rows, the row of the legend among
        them; returns the columns that the labels of the y axis take."""
        before, resized = self.plot, size != self.size
        self.plot, self.size, self.gutter = plot, size, gutter
        # In another size every cell is sent: nothing needs to hold still.
        same = not resized and (before.metric, before.series) == (plot.metric, plot.series)
        if not same or before.zoomed != plot.zoomed:
            self._stable = StableLimits()
            shown = [series.history for series in plot.series]
            kept = self._averages.items()
            self._averages = {key: one for key, one in kept if key[0].history in shown}
        rewritten = sum(series.history.rewritten for series in plot.series)
        if rewritten != self._rewritten:
            self._rewritten, self.traces, self._averages = rewritten, None, {}
        width, height = size
        self.layout = self.limits = None
        if plot.window is None or height < LEAST_ROWS or width <= LEAST_GUTTER + 2:
            return LEAST_GUTTER
        self.layout = layout = Layout(width, height - 1, gutter, plot.x_labels)
        window = Window(*plot.window, dots_wide(layout.columns, marker))
        traces = self.traces
        if traces is None or (traces.window, traces.series) != (window, plot.series):
            traces = self.traces = Traces(plot.series, window, averages=self._averages)
        traces.smoothing = plot.smoothing
        traces.take()
        low, high, beyond = traces.low_positive, traces.high, list[float]()
        if not plot.log_y:
            low, high, beyond = traces.readable()
        self.beyond = max(beyond, default=0.0), len(beyond)
        low, high = _with_level(low, high, plot)
        self.limits = self._stable.fit(
            plot.window, low, high, layout.rows, plot.log_y, is_share(plot.metric)
        )
        return gutter_for(self.limits)

    def draw(self, glyphs: Glyphs) -> None:
        """Draw the curves anew, in the limits that ``fit`` found."""
        self._without_cursor = []
        if self.layout is None or self.limits is None or self.traces is None:
            return
        plot = self.plot
        marks = []
        flags = [_flag(epoch, finding, glyphs) for epoch, finding in plot.findings[:_MOST_FLAGS]]
        if plot.best is not None:
            marks.append(Mark(plot.best, plot.best_value, glyphs.best, "best"))
        self._without_cursor = chart(
            canvas(self.traces.curves(), self.layout, self.limits, glyphs),
            self.layout,
            self.limits,
            marks=marks,
            changes=plot.changes,
            flags=flags,
            level=plot.level if math.isfinite(self.traces.low) else None,
            glyphs=glyphs,
        )

    def rows(self, cursor: int | None, glyphs: Glyphs) -> list[Row]:
        """The legend and the plot as drawn, with a line at the epoch that is read, if any."""
        width, height = self.size
        if height < LEAST_ROWS or width <= LEAST_GUTTER + 2:
            return [fit([], width) for _ in range(height)]
        rows = list(self._without_cursor)
        if self.layout is None or self.limits is None:
            rows = [fit([], width) for _ in range(height - 1)]
        elif cursor is not None:
            rows = with_cursor(rows, self.layout, self.limits, cursor, glyphs)
        _write_in_the_middle(rows, self._message, width, self.layout)
        broken_since = self.traces.broken_since if self.traces is not None else None
        found = self._found_at(cursor)
        return [legend(self.plot, broken_since, cursor, width, glyphs, self.beyond, found), *rows]

    def _found_at(self, cursor: int | None) -> Finding | None:
        """The worst that has its sign in the column of the cursor."""
        layout, limits = self.layout, self.limits
        if cursor is None or layout is None or limits is None:
            return None
        column = layout.column_of(cursor, limits)
        for epoch, finding in self.plot.findings:
            if layout.column_of(epoch, limits) == column:
                return finding
        return None

    @property
    def _message(self) -> str:
        """What there is to say where there are no curves."""
        plot, traces, title = self.plot, self.traces, metric_label(self.plot.metric)
        histories = {series.history for series in plot.series}
        if not any(history.epochs for history in histories):
            return plot.waiting
        if traces is None or math.isfinite(traces.low):
            nothing = traces is not None and plot.log_y and math.isinf(traces.low_positive)
            return "nothing above zero to show on a log axis" if nothing else ""
        if any(series.history.column(series.name) for series in plot.series):
            return f"{title} is not a number"
        return f"no {title} in {'this run' if len(histories) == 1 else 'these runs'}"


class Plots:
    """The plots of one area of the screen, drawn again and again.

    Args:
        steady: whether the left edge only ever grows while the same is shown in the same size:
            one that moves has every cell sent again.
    """

    def __init__(self, *, steady: bool = False) -> None:
        self._steady = steady
        self.drawn: list[DrawnPlot] = []
        self._beside = False
        self._gap = 0

    def draw(
        self,
        plots: Sequence[Plot],
        size: tuple[int, int],
        glyphs: Glyphs,
        *,
        beside: bool = False,
        gap: int = 0,
    ) -> None:
        """Draw them all in an area of so many columns and rows: from the top, with ``gap`` blank
        rows between two of them, or ``beside`` each other from the left."""
        self.drawn = [*self.drawn, *(DrawnPlot() for _ in plots)][: len(plots)]
        self._beside, self._gap = beside, gap
        places = list(zip(self.drawn, plots, self._sizes(size), strict=True))
        # Under each other they have one left edge, so that an epoch is in one column.
        for group in [[place] for place in places] if beside else [places]:
            same = [
                one.gutter
                for one, plot, own in group
                if one.plot.series == plot.series and one.size == own
            ]
            edge = max([LEAST_GUTTER, *same])
            needed = [one.fit(plot, own, edge, glyphs.marker) for one, plot, own in group]
            widest = max([edge if self._steady else LEAST_GUTTER, *needed])
            if widest != edge:
                for one, plot, own in group:
                    one.fit(plot, own, widest, glyphs.marker)
        for one in self.drawn:
            one.draw(glyphs)

    def _sizes(self, size: tuple[int, int]) -> list[tuple[int, int]]:
        width, height = size
        count = len(self.drawn)
        if not count:
            return []
        if self._beside:
            return [(share, height) for share in _shares(width - _BETWEEN * (count - 1), count)]
        return [(width, share) for share in _shares(height - self._gap * (count - 1), count)]

    def rows(self, cursor: int | None, glyphs: Glyphs) -> list[Row]:
        """The rows of the whole area, with a line at the epoch that is read, if any."""
        parts = [one.rows(cursor, glyphs) for one in self.drawn]
        if not self._beside:
            gap: list[Row] = [fit([], self.drawn[0].size[0])] * self._gap if parts else []
            return [row for n, part in enumerate(parts) for row in [*(gap if n else []), *part]]
        between = cells(" " * _BETWEEN)
        return [
            [cell for n, row in enumerate(rows) for cell in [*(between if n else []), *row]]
            for rows in zip(*parts, strict=True)
        ]


def _flag(epoch: int, finding: Finding, glyphs: Glyphs) -> Flag:
    sign, role = sign_of(finding.severity, glyphs)
    words = [finding.code.replace("-", " ")]
    if finding.is_alarm:
        words.insert(0, counted_from_one(finding.sentence))
    else:
        sign = glyphs.off  # on an axis a dot would not be seen
    if glyphs.ascii:  # whose other signs are those of curves
        sign = "!" if finding.is_alarm else "i"
    return Flag(epoch, sign, role, tuple(words))


def _with_level(low: float, high: float, plot: Plot) -> tuple[float, float]:
    """The least and the greatest value shown, that which curves are compared with among them
    unless it would press them together."""
    value = math.nan if plot.level is None else plot.level.value
    if not (math.isfinite(value) and low <= high) or (plot.log_y and value <= 0):
        return low, high
    least, most = min(low, value), max(high, value)
    told = is_share(plot.metric) and not plot.zoomed
    return (least, most) if told or _FILLED * (most - least) <= high - low else (low, high)


def _shares(whole: int, count: int) -> list[int]:
    """A whole shared out as evenly as can be, the later parts the larger ones."""
    whole = max(0, whole)
    return [whole * (at + 1) // count - whole * at // count for at in range(count)]


def _write_in_the_middle(rows: list[Row], text: str, width: int, layout: Layout | None) -> None:
    left, height = (layout.gutter, layout.rows) if layout else (0, len(rows))
    room = width - left - 2
    if not text or room < 4 or not height:
        return
    words = cells(text, "dim")
    words = fit(words, min(room, len(words)))
    at, start = (height - 1) // 2, left + (width - left - len(words)) // 2
    row = list(rows[at])
    put(row, start, words)
    rows[at] = row
