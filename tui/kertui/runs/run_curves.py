"""The curves of several runs on the same axes, live: a legend and one or two plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.reactive import var
from textual.widget import Widget

from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.summary import RunSummary
from kertui.live.followed.follower import RunFollower
from kertui.live.pace import Pace
from kertui.plotting.curves.plot import Plot
from kertui.plotting.curves.run_strokes import stroke_of
from kertui.plotting.curves.traces import VALIDATION, Series, leading_metrics, metrics_of, whole_run
from kertui.rows.plot_area import PlotArea
from kertui.runs.run_legend import FollowedRun, RunLegend
from kertui.terminal.glyphs import glyphs_for

_SIDE_BY_SIDE = 90
"""Columns from which two plots stand beside each other."""

_STACKED = 16
"""Rows from which two plots stand under each other."""


class RunCurves(Widget):
    """Reads and draws the runs it is shown. Reading is in threads, a slice at a time, and what
    is there is drawn meanwhile."""

    DEFAULT_CSS = """
    RunCurves {
        layout: vertical;
        height: 1fr;

        & > PlotArea { padding: 0 1; }
    }
    """

    metric: var[str] = var("")
    """What the second plot shows, without ``val_``; empty for the first metric there is."""

    held_out: var[bool | None] = var(None)
    """Show held-out rows; None: where every run has some."""

    log_y = var(False)
    """A logarithmic axis for the first plot; shares from 0 to 1 gain nothing from one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._followed: dict[str, FollowedRun] = {}
        self._pace = Pace(self, self._draw)
        self._single = False

    def compose(self) -> ComposeResult:
        """Put the legend over the plots."""
        yield RunLegend()
        yield PlotArea()

    def on_mount(self) -> None:
        """Draw anew whenever something else is to be seen."""
        for name in ("metric", "held_out", "log_y"):
            self.watch(self, name, self._draw, init=False)

    def show(self, runs: Sequence[tuple[int, RunSummary]]) -> None:
        """Show these runs, each in its place; those shown before go on where they are."""
        wanted = {summary.id: (place, summary) for place, summary in runs}
        for gone in self._followed.keys() - wanted.keys():
            self._followed.pop(gone).follower.remove()
        for id, (place, summary) in wanted.items():
            followed = self._followed.get(id)
            if followed is None:
                follower = RunFollower(RunFolder(Path(summary.folder)))
                self.mount(follower)
                followed = self._followed[id] = FollowedRun(place, summary, follower)
            followed.place, followed.summary = place, summary
        self._followed = {id: self._followed[id] for id in wanted}
        self._pace.request()

    @property
    def histories(self) -> dict[str, RunHistory]:
        """What was read so far, by the run's id."""
        return {id: followed.history for id, followed in self._followed.items()}

    @property
    def reading(self) -> bool:
        """Whether a run's events are still being caught up with."""
        return any(not followed.loaded for followed in self._followed.values())

    @on(RunFollower.EventsRead)
    def _take_events(self, message: RunFollower.EventsRead) -> None:
        message.stop()
        followed = self._followed.get(message.follower.run.id)
        # A run that was chosen anew has another follower, which reads from the beginning.
        if followed is None or followed.follower is not message.follower:
            return
        followed.history.add_all(message.events)
        caught_up = not followed.loaded and not message.behind
        followed.loaded = not message.behind
        if caught_up:
            self._draw()  # nobody waits for the rest of a period to see the whole
        else:
            self._pace.request()

    # What is drawn

    @property
    def metrics(self) -> list[str]:
        """The metrics of the runs without ``val_``, the loss first where there is one."""
        return leading_metrics(
            [name for one in self._followed.values() for name in metrics_of(one.history)]
        )

    def _named(self, metric: str) -> str:
        """The metric of the rows that are shown."""
        histories = [one.history for one in self._followed.values() if one.history.epochs]
        held_out = VALIDATION + metric
        if self.held_out is None:
            every = histories and all(history.column(held_out) for history in histories)
            return held_out if every else metric
        return held_out if self.held_out else metric

    def next_metric(self) -> None:
        """Show the next metric; the loss too where there is one plot only."""
        names = self.metrics if self._single else self.metrics[1:]
        if names:
            here = self._shown_metric(names)
            self.metric = names[(names.index(here) + 1) % len(names)]

    def toggle_rows(self) -> None:
        """Show the other rows: held-out or training."""
        first = next(iter(self.metrics), "loss")
        self.held_out = not self._named(first).startswith(VALIDATION)

    def _shown_metric(self, names: Sequence[str]) -> str:
        return self.metric if self.metric in names else names[0]

    def on_resize(self) -> None:
        """Two plots where there is room."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if not self.is_mounted or not width or not height:
            return
        runs = list(self._followed.values())
        room = height - max(1, len(runs))
        beside = width >= _SIDE_BY_SIDE
        self._single = not beside and room < _STACKED
        names = self.metrics or ["loss"]
        others = names[1:] or names
        top = self._named(self._shown_metric(names) if self._single else names[0])
        below = self._named(self._shown_metric(others))
        shown = [top] if self._single else list(dict.fromkeys((top, below)))
        plots = [self._plot(metric, place) for place, metric in enumerate(shown)]
        self.query_one(PlotArea).show(plots, beside=beside)
        self.query_one(RunLegend).show(runs, shown)

    def _plot(self, metric: str, place: int) -> Plot:
        glyphs = glyphs_for(self.app)
        last = max(map(_last_epoch, self._followed.values()), default=0)
        return Plot(
            metric,
            tuple(
                Series(one.history, metric, stroke_of(one.place, glyphs))
                for one in self._followed.values()
            ),
            (1, last) if last else None,
            log_y=self.log_y and place == 0,
            waiting=self._waiting if place == 0 else "",
        )

    @property
    def _waiting(self) -> str:
        if not self._followed:
            return "no run chosen"
        if self.reading:
            return "reading"
        going = [one for one in self._followed.values() if one.summary.state.goes_on]
        if not going:
            return "it has no epoch" if len(self._followed) == 1 else "they have no epoch"
        return "the first epoch is under way" if going[0].history.started else "starting"


def _last_epoch(run: FollowedRun) -> int:
    """The epoch a run's axis reaches: the planned one until it is over; 0 where not known."""
    history = run.history
    planned = history.planned or run.summary.planned or 0
    done = history.last.epoch if history.last is not None else 0
    if not planned and not done:
        return 0
    return whole_run(planned, done, history.ended is not None)[1]
