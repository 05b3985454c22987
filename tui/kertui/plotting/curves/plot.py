"""What one plot shows, and the row above it that says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.runs.advice.finding import Finding
from kertasks.runs.history import RunHistory
from kertasks.scores.run_baselines import RunBaselines
from kertasks.text.numbers import counted, grouped, metric_label, number
from kertasks.text.numbers import metric as metric_value
from kertui.plotting.chart import Level
from kertui.plotting.curves.traces import (
    Series,
    last_part,
    train_and_validation,
    weight_for,
    whole_run,
)
from kertui.plotting.strips import Row, cells, fit, join
from kertui.terminal.glyphs import Glyphs
from kertui.text.finding_look import counted_from_one, sign_of

_FEW_CHANGES = 8
_EPOCHS_APART = 4


@dataclass(frozen=True, slots=True)
class Plot:
    """One metric over the epochs, of one run or of several, and how a person looks at it."""

    metric: str
    """Keras's name, which is the plot's title."""

    series: tuple[Series, ...] = ()
    """What is drawn, later ones over earlier ones."""

    window: tuple[int, int] | None = None
    """The first and the last epoch of the x axis; None where nothing is known of it yet."""

    log_y: bool = False
    smoothing: float | None = None
    """The weight of the past in the trend; None for no trend."""

    zoomed: bool = False
    """Whether the window is the last part of the run only."""

    x_labels: bool = True
    best: int | None = None
    """The epoch with the sign of the best one."""

    changes: Sequence[int] = ()
    """Epochs with a sign on the x axis and a faint line."""

    findings: Sequence[tuple[int, Finding]] = ()
    """What was found, each with its epoch, which has a sign on the x axis; the worst first."""

    waiting: str = ""
    """What is said while no run has an epoch."""

    level: Level | None = None
    """What the curves are compared with."""

    @property
    def best_value(self) -> float:
        """The value at the best epoch, on held-out rows where there are some; else NaN."""
        if self.best is not None:
            for series in reversed(self.series):
                value = series.value_at(self.best)
                if not math.isnan(value):
                    return value
        return math.nan


def plot_of_run(
    history: RunHistory,
    metric: str,
    planned: int,
    *,
    over: bool,
    zoomed: bool = False,
    smooth: bool = False,
    baselines: RunBaselines | None = None,
) -> Plot:
    """One metric of a run, with its best epoch, the changes of its learning rate and the baseline.

    Args:
        history: of the run.
        metric: named without ``val_``; held-out rows are drawn too where there are some.
        planned: epochs, which fix the x axis; 0 where that is not known.
        over: whether the run is over, and the x axis ends where it did.
        zoomed: show the last part of the run instead of the whole.
        smooth: show the trend, and the raw curve dimmed.
        baselines: what it is compared with, where that is known.
    """
    done = history.last.epoch if history.last is not None else 0
    window = (last_part if zoomed else whole_run)(planned, done, over)
    return Plot(
        metric,
        train_and_validation(history, metric),
        window if history.epochs or planned else None,
        smoothing=weight_for(planned or done) if smooth else None,
        zoomed=zoomed,
        best=history.best_epoch,
        changes=marked_changes(history),
        findings=sorted(history.findings, key=lambda found: found[1].rank),
        level=_level_of(metric, baselines or RunBaselines()),
    )


def _level_of(metric: str, baselines: RunBaselines) -> Level | None:
    value = baselines.level_of(metric)
    if baselines.best is None or value is None:
        return None
    return Level(value, f"{baselines.best.name} {metric_value(metric, value)}")


def marked_changes(history: RunHistory) -> list[int]:
    """The epochs, from 1, that are the first trained with another learning rate.

    None where it follows a schedule: a mark at every epoch would say nothing.
    """
    changes = history.learning_rate_changes
    if len(changes) > _FEW_CHANGES and len(changes) * _EPOCHS_APART > history.epochs:
        return []
    return sorted({change.epoch for change in changes})


def legend(
    plot: Plot,
    broken_since: int | None,
    cursor: int | None,
    width: int,
    glyphs: Glyphs,
    beyond: tuple[float, int] = (0.0, 0),
    found: Finding | None = None,
) -> Row:
    """The row above a plot in the longest of its forms that fits: the title, then how it is
    looked at, the best epoch, and the strokes with their values.

    First the words give way, then the best epoch, then how it is looked at; the strokes with
    their values, those at the cursor's epoch or the latest, stay the longest. ``broken_since``
    is the epoch since which there is no finite value, ``beyond`` the greatest size of a value of
    the runs that the axis leaves out, and how many these are.
    """
    title = cells(metric_label(plot.metric), "strong")
    if beyond[1]:
        said = f"  {counted(beyond[1], 'run')} beyond the axis: {number(beyond[0])}"
        title += cells(said, "warning")
    if broken_since is not None:
        title += cells(f"  {glyphs.cross} not finite since {broken_since}", "bad")
    if cursor is not None and any(series.history.epochs for series in plot.series):
        title += cells(f"  epoch {grouped(cursor)}", "accent")
    if found is not None:
        sign, role = sign_of(found.severity, glyphs)
        title += cells(f"  {sign} {counted_from_one(found.sentence)}", role)
    flags = (("last part", plot.zoomed), ("smooth", plot.smoothing), ("log y", plot.log_y))
    looks = [cells(word, "dim") for word, on in flags if on]
    best = []
    if not math.isnan(plot.best_value):
        text = f" best {grouped(plot.best or 0)}: {metric_value(plot.metric, plot.best_value)}"
        best = [cells(glyphs.best, "best") + cells(text, "dim")]
    for parts in (
        [*looks, *best, *_strokes(plot, cursor, glyphs, 0)],
        [*looks, *best, *_strokes(plot, cursor, glyphs, 1)],
        [*looks, *best, *_strokes(plot, cursor, glyphs, None)],
        [*looks, *_strokes(plot, cursor, glyphs, None)],
        _strokes(plot, cursor, glyphs, None),
    ):
        right = [cell for number, part in enumerate(parts) for cell in _spaced(part, number)]
        if len(right) <= width - len(title) - 2:
            return join(title, right, width)
    return fit(title, width)


def _spaced(part: Row, number: int) -> Row:
    return cells("   ") + part if number else part


def _strokes(plot: Plot, cursor: int | None, glyphs: Glyphs, form: int | None) -> list[Row]:
    """Each named series' stroke with its value; ``form`` chooses among its names."""
    parts = []
    for series in plot.series:
        history = series.history
        if series.words is None or (history.epochs and not history.column(series.name)):
            continue
        stroke = glyphs.dotted_stroke if series.stroke.dotted else glyphs.solid_stroke
        if glyphs.ascii:
            stroke = 2 * series.stroke.ascii_marker
        name = f" {series.words[form]}" if form is not None else ""
        latest = history.last.epoch if history.last is not None else 0
        epoch = cursor if cursor is not None else latest
        value = series.value_at(epoch)
        text = f" {metric_value(plot.metric, value)}" if not math.isnan(value) else ""
        if epoch and not text:
            text = " nan"
        parts.append(cells(stroke, series.stroke.role) + cells(name, "dim") + cells(text))
    return parts
