"""The curves of several runs on the same axes, live: a legend and one or two plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import var
from textual.widget import Widget

from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.summary import RunSummary
from kertui.live.pace import Pace
from kertui.live.run_follower import RunFollower
from kertui.plotting.traces import VALIDATION
from kertui.runs.run_legend import LegendRun, RunLegend
from kertui.runs.run_plot import PlottedRun, RunPlot

_DRAW = 0.25
"""Seconds between two drawings at least."""

_SIDE_BY_SIDE = 90
"""Columns from which two plots stand beside each other."""

_STACKED = 16
"""Rows from which two plots stand under each other."""


@dataclass
class _Followed:
    """A run on the axes."""

    place: int
    summary: RunSummary
    follower: RunFollower
    history: RunHistory = field(default_factory=RunHistory)
    loaded: bool = False


class RunCurves(Widget):
    """Reads and draws the runs it is shown. Reading is in threads, a slice at a time, and what
    is there is drawn meanwhile."""

    DEFAULT_CSS = """
    RunCurves {
        layout: vertical;
        height: 1fr;

        & > #run-plots { height: 1fr; layout: vertical; padding: 0 1; }
        & > #run-plots.-beside { layout: horizontal; }
        & > #run-plots.-beside > #second-run-plot { margin-left: 2; }
    }
    """

    metric: var[str] = var("")
    """What the second plot shows, without ``val_``; empty for the first metric there is."""

    held_out: var[bool | None] = var(None)
    """Show held-out rows; None: where every run has some."""

    log_y = var(False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._followed: dict[str, _Followed] = {}
        self._pace = Pace(self, _DRAW, self._draw)
        self._single = False

    def compose(self) -> ComposeResult:
        """Legend, plots."""
        yield RunLegend()
        with Container(id="run-plots"):
            yield RunPlot(id="first-run-plot")
            yield RunPlot(id="second-run-plot")

    def show(self, runs: Sequence[tuple[int, RunSummary]]) -> None:
        """Show these runs, each in its place; those shown before go on where they are."""
        wanted = {summary.id: (place, summary) for place, summary in runs}
        for gone in self._followed.keys() - wanted.keys():
            self._followed.pop(gone).follower.stop()
        for id, (place, summary) in wanted.items():
            followed = self._followed.get(id)
            if followed is None:
                follower = RunFollower(self, RunFolder(Path(summary.folder)))
                followed = self._followed[id] = _Followed(place, summary, follower)
            followed.place, followed.summary = place, summary
        self._followed = {id: self._followed[id] for id in wanted}
        self._pace.ask()

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
            self._pace.ask()

    # What is drawn

    @property
    def metrics(self) -> list[str]:
        """The metrics of the runs without ``val_``, the loss first."""
        names: dict[str, None] = {}
        for followed in self._followed.values():
            for name in followed.history.metric_names:
                names[name.removeprefix(VALIDATION)] = None
        return sorted(names, key=lambda name: name != "loss")

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
        names = self.metrics if self._single else [n for n in self.metrics if n != "loss"]
        if names:
            here = self._shown_metric(names)
            self.metric = names[(names.index(here) + 1) % len(names)]

    def toggle_rows(self) -> None:
        """Show the other rows: held-out or training."""
        self.held_out = not self._named("loss").startswith(VALIDATION)

    def _shown_metric(self, names: Sequence[str]) -> str:
        return self.metric if self.metric in names else names[0]

    def watch_metric(self) -> None:
        """Draw the other metric."""
        self._draw()

    def watch_held_out(self) -> None:
        """Draw the other rows."""
        self._draw()

    def watch_log_y(self) -> None:
        """Scale the loss; shares from 0 to 1 gain nothing from a logarithm."""
        self._draw()

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
        self.query_one("#run-plots").set_class(beside, "-beside")
        first, second = self.query(RunPlot)
        names = self.metrics or ["loss"]
        others = [name for name in names if name != "loss"] or names
        top = self._named(self._shown_metric(names) if self._single else "loss")
        below = self._named(self._shown_metric(others))
        second.display = not self._single and below != top
        plotted = [PlottedRun(one.place, one.history, _planned(one)) for one in runs]
        first.set_reactive(RunPlot.log_y, self.log_y)
        for plot, name in ((first, top), (second, below)):
            plot.metric = name
            plot.show(plotted, self._waiting if plot is first else "")
        shown = [top] if self._single else list(dict.fromkeys((top, below)))
        self.query_one(RunLegend).show(
            [LegendRun(one.place, one.summary, one.history, one.loaded) for one in runs], shown
        )

    @property
    def _waiting(self) -> str:
        if not self._followed:
            return "no run chosen"
        if self.reading:
            return "reading"
        going = [one for one in self._followed.values() if not one.summary.state.is_over]
        if not going:
            return "it has no epoch" if len(self._followed) == 1 else "they have no epoch"
        return "the first epoch is under way" if going[0].history.started else "starting"


def _planned(followed: _Followed) -> int:
    return followed.history.planned or followed.summary.planned or 0
