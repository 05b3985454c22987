"""A run as one frame of plain text: what the live pane shows, for pipes and small tools."""

from __future__ import annotations

import math
import time

from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text import numbers as formatting
from kertui.live.outcome import NextSteps, outcome
from kertui.live.run_progress import RateMeter
from kertui.live.run_status import status_line
from kertui.plotting import draw
from kertui.plotting.chart import Layout, Mark, chart, gutter_for
from kertui.plotting.limits import StableLimits
from kertui.plotting.strips import Row, cells, fit, text_of
from kertui.plotting.traces import VALIDATION, Traces, Window, whole_run
from kertui.terminal.glyphs import Glyphs

_PLOT_ROWS = 10
_LATEST = 5
"""Epochs in the table."""


def frame(
    run: RunFolder, name: str, history: RunHistory, state: RunState, width: int, glyphs: Glyphs
) -> str:
    """The frame, lines of at most ``width`` characters, without colours.

    Args:
        run: whose frame it is.
        name: its task and recipe.
        history: all its events so far.
        state: as its folder says.
        width: in characters.
        glyphs: the signs to draw with.
    """
    progress = RateMeter().read(history, 0, time.time(), state)
    status = text_of(status_line(history, state, progress, width, glyphs)).strip()
    lines = [name, status, f"{run.id}"]
    for metric in _shown(history):
        lines += ["", _legend(history, metric, glyphs)]
        lines += [text_of(row) for row in _plot(history, metric, state, width, glyphs)]
    if history.epochs:
        lines += ["", *_table(history, width)]
    steps = NextSteps(
        f"kertui resume {run.id} goes on",
        f"kertui resume {run.id} --epochs N trains on",
        f"kertui logs {run.id} shows what the trainer printed",
    )
    ended = outcome(history, state, formatting.short_path(run.model_path), steps)
    if ended is not None:
        lines += ["", *formatting.wrap(f"{ended.state}: {ended.head}", width)]
        lines += formatting.wrap_parts(ended.facts, f" {glyphs.dot} ", width)
    return "\n".join(line.rstrip() for line in lines)


def _shown(history: RunHistory) -> list[str]:
    names = [name for name in history.metric_names if not name.startswith(VALIDATION)]
    others = [name for name in names if name != "loss"]
    return [*(["loss"] if "loss" in names else []), *others[:1]]


def _legend(history: RunHistory, metric: str, glyphs: Glyphs) -> str:
    strokes = ("xx", "oo") if glyphs.ascii else (glyphs.solid_stroke, glyphs.dotted_stroke)
    parts = [formatting.metric_label(metric)]
    names = (metric, VALIDATION + metric)
    for name, word, stroke in zip(names, ("train", "validation"), strokes, strict=True):
        column = history.column(name)
        if column:
            parts.append(f"{stroke} {word} {formatting.metric(metric, column[-1])}")
    best = history.best_epoch
    if best is not None:
        value = _value_at(history, metric, best)
        parts.append(f"{glyphs.best} best {formatting.grouped(best)}: {value}")
    return "   ".join(parts)


def _value_at(history: RunHistory, metric: str, epoch: int) -> str:
    return formatting.metric(metric, _number_at(history, metric, epoch))


def _number_at(history: RunHistory, metric: str, epoch: int) -> float:
    held_out = VALIDATION + metric
    return history.value_at(held_out if history.column(held_out) else metric, epoch)


def _plot(
    history: RunHistory, metric: str, state: RunState, width: int, glyphs: Glyphs
) -> list[Row]:
    last = history.last.epoch if history.last is not None else 0
    first, end = whole_run(history.planned or 0, last, state.is_over)
    layout = Layout(width, _PLOT_ROWS, 8)
    window = Window(first, end, draw.dots_wide(layout.columns, glyphs.ascii))
    traces = Traces(history, metric, window)
    traces.take()
    share = formatting.is_share(metric)
    limits = StableLimits().fit(
        (first, end), traces.low, traces.high, layout.rows, log=False, share=share
    )
    layout = Layout(width, _PLOT_ROWS, max(layout.gutter, gutter_for(limits)))
    marks = []
    if history.best_epoch is not None:
        value = _number_at(history, metric, history.best_epoch)
        marks.append(Mark(history.best_epoch, value, glyphs.best, "best"))
    if not math.isfinite(traces.low):
        return [fit(cells(f"  {formatting.metric_label(metric)} is not a number"), width)]
    return chart(traces.curves(), layout, limits, marks=marks, glyphs=glyphs)


def _table(history: RunHistory, width: int) -> list[str]:
    names = list(history.metric_names)
    heads = ["epoch", *(formatting.metric_label(name) for name in names), "learning rate"]
    latest = range(max(0, history.epochs - _LATEST), history.epochs)
    rows = [
        [
            formatting.grouped(history.epoch_numbers[at]),
            *(formatting.metric(name, history.column(name)[at]) for name in names),
            formatting.learning_rate(history.learning_rates[at]),
        ]
        for at in reversed(latest)
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return [
        "   ".join(text.rjust(wide) for text, wide in zip(row, widths, strict=True))[:width]
        for row in (heads, *rows)
    ]
