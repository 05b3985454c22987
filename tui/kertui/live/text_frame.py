"""A run as one frame of plain text: what the live pane shows, for pipes and small tools."""

from __future__ import annotations

from dataclasses import replace

from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import read_baselines
from kertasks.text import numbers as formatting
from kertui.live.epoch_table import epoch_rows
from kertui.live.followed.progress import RateMeter
from kertui.live.outcome import NextSteps, next_steps, outcome, weights_kept
from kertui.live.status import UNSEEN, status_line
from kertui.live.tab import trained_by
from kertui.plotting.curves.plot import plot_of_run
from kertui.plotting.curves.plots import Plots
from kertui.plotting.curves.traces import leading_metrics, metrics_of
from kertui.plotting.strips import text_of
from kertui.terminal.capabilities import detect
from kertui.terminal.glyphs import Glyphs, Marker, glyphs
from kertui.text.finding_look import counted_from_one, sign_of
from kertui.text.fitting_text import wrap, wrap_parts

_PLOT_ROWS = 10
"""The height of a plot, without its legend."""

_LATEST = 5
"""How many epochs the table has."""

_MOST_FOUND = 8
"""Findings that are named."""


def heading(run: RunFolder, width: int, marker: Marker) -> list[str]:
    """What is trained, how far it is, and which run it is: three lines."""
    state, title = run.state(), title_of(run)
    history = RunHistory.read(run.events_path)
    progress = RateMeter().read(history, 0, history.latest or 0.0, state)
    status = text_of(status_line(history, state, progress, width, glyphs(marker))).strip()
    return [title, status, run.id]


def title_of(run: RunFolder) -> str:
    """What is trained: task and recipe, or without a recipe the script or file, and its name."""
    if run.origin is Origin.RECIPE:
        recipe = run.recipe()
        return f"{recipe.task} {recipe.name}"
    manifest = run.manifest()
    return f"{manifest.task} {manifest.recipe}"


def frame(run: RunFolder, width: int, marker: Marker | None = None) -> str:
    """The run as it is now, in lines of at most ``width`` characters, without colours.
    Without a ``marker`` curves are drawn with what the terminal, or who reads it, can show."""
    chosen = detect(marker).marker
    lines = heading(run, width, chosen)
    state, signs = run.state(), glyphs(chosen)
    history = RunHistory.read(run.events_path)
    metrics = leading_metrics(metrics_of(history))[:2]
    plots, baselines = Plots(), read_baselines(run.baselines_path)
    planned = history.planned or 0
    shown = [
        plot_of_run(history, metric, planned, over=state.is_over, baselines=baselines)
        for metric in metrics
    ]
    # What was found has its sign on the first.
    shown[1:] = [replace(plot, findings=()) for plot in shown[1:]]
    plots.draw(
        shown,
        (width, (1 + _PLOT_ROWS) * len(metrics) + max(0, len(metrics) - 1)),
        signs,
        gap=1,
    )
    lines += ["", *map(text_of, plots.rows(None, signs))] if metrics else []
    if history.epochs:
        rows = 1 + min(history.epochs, _LATEST)
        lines += ["", *map(text_of, epoch_rows(history, width, rows, signs))]
    by = trained_by(run)
    steps = NextSteps(
        f"kertui resume {run.id} goes on",
        f"kertui resume {run.id} --epochs N trains on",
        f"kertui logs {run.id} shows what {by.name or 'the trainer'} printed",
    )
    steps = next_steps(steps, by.origin, by.name)
    trouble = "" if history.ended is not None else run.trouble()
    path = run.where(run.model_path)
    weights = weights_kept(path, by.origin, is_there=path.exists())
    ended = outcome(history, state, weights, steps, trouble, baselines)
    trouble = trouble or (UNSEEN if state is RunState.UNKNOWN else "")
    if trouble and ended is None:
        lines += ["", *wrap(trouble, width)]
    if by.origin is Origin.FILE:
        lines += [line for notice in history.notices for line in ("", *wrap(notice.text, width))]
    lines += finding_lines(history, width, signs)
    if ended is not None:
        lines += ["", *wrap(f"{ended.state}: {ended.head}", width)]
        lines += wrap_parts(ended.facts, f" {signs.dot} ", width)
    return "\n".join(line.rstrip() for line in lines)


def finding_lines(history: RunHistory, width: int, signs: Glyphs) -> list[str]:
    """What was found while a run trained, the worst first, after a blank line."""
    lines = []
    found = sorted(history.findings, key=lambda one: one[1].rank)
    for epoch, finding in found[:_MOST_FOUND]:
        sign, _ = sign_of(finding.severity, signs)
        said = counted_from_one(finding.sentence)
        lines += wrap(f"{sign} epoch {formatting.grouped(epoch)}: {said}", width)
    return ["", *lines] if lines else []
