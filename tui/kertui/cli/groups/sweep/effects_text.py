"""The effects of a sweep's settings as plain lines: a mark on a scale for each level, a table for
each two settings."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.groups.history import GroupHistory
from kertasks.groups.sweep.effects import Effect, PairEffect, effects, pair_effects
from kertasks.groups.sweep.results import SweepResults, results_of
from kertasks.text.numbers import NO_VALUE, counted, metric_label
from kertui.cli.columns import in_columns
from kertui.terminal.glyphs import Glyphs
from kertui.text.group_figures import metric_value, unit_of_task
from kertui.text.sweep_titles import short_value

_SCALE = 24
"""Cells from the worst mean to the best."""


def effect_lines(group: GroupHistory, signs: Glyphs) -> Iterator[str]:
    """What each setting does, then what each two do together.

    Args:
        group: what the runs of a sweep told.
        signs: to draw with.

    Raises:
        TypeError: it is a group of another kind.
    """
    results, unit = results_of(group), unit_of_task(group)
    if not results.finished:
        yield "no trial is finished yet"
        return
    label = metric_label(results.judge.name)
    better = "larger" if results.judge.mode == "max" else "smaller"
    trials = counted(len(results.finished), "finished trial")
    yield f"mean {label} of {trials}; {better} is better, and further right"
    for effect in effects(results):
        yield ""
        yield effect.path
        yield from _levels(effect, results, signs, unit)
    for pair in pair_effects(results):
        yield ""
        yield f"{pair.paths[0]} (rows) by {pair.paths[1]} (columns); the best mean has a *"
        yield from _grid(pair, results, unit)


def _levels(
    effect: Effect, results: SweepResults, signs: Glyphs, unit: str | None
) -> Iterator[str]:
    means = [one.mean for one in effect.levels if one.trials]
    low, high = min(means), max(means)
    rows = []
    for one in effect.levels:
        scale = [signs.dot] * _SCALE
        value = NO_VALUE
        if one.trials:
            share = (one.mean - low) / (high - low) if high > low else 1.0
            share = share if results.judge.mode == "max" else 1.0 - share
            scale[round((share if high > low else 1.0) * (_SCALE - 1))] = signs.on
            value = metric_value(results.judge.name, one.mean, unit)
        label, trials = short_value(one.label), counted(one.trials, "trial")
        rows.append((f"  {label}", "".join(scale), value, trials))
    yield from in_columns(rows, "llrr")


def _grid(pair: PairEffect, results: SweepResults, unit: str | None) -> Iterator[str]:
    known = [mean for row in pair.means for mean in row if not math.isnan(mean)]
    best = max(known) if results.judge.mode == "max" else min(known)
    rows = [("", *map(short_value, pair.labels[1]))]
    for label, means in zip(pair.labels[0], pair.means, strict=True):
        cells = [
            f"{metric_value(results.judge.name, mean, unit)}{'*' if mean == best else ' '}"
            if not math.isnan(mean)
            else f"{NO_VALUE} "
            for mean in means
        ]
        rows.append((f"  {short_value(label)}", *cells))
    yield from in_columns(rows, "l" + "r" * len(pair.labels[1]))
