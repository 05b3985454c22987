"""What the settings of a sweep do, as blocks of rows: a scale for each setting, a table for each
two. Pure: what is known in, rows of cells out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from kertasks.groups.sweep.effects import Effect, PairEffect
from kertasks.groups.sweep.results import SweepResults
from kertasks.text.numbers import NO_VALUE, counted, metric_label, percent
from kertui.groups.sweep.trials_seen import EffectsSeen
from kertui.plotting.strips import Row, cells, fit, join
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.group_figures import metric_value
from kertui.text.sweep_titles import short_value, titles_of

_SCALE = 16
"""Cells from the worst mean to the best."""

_GAP = 3
"""Blanks between two columns of blocks."""


@dataclass(frozen=True, slots=True)
class Means:
    """The means of all levels, on one scale: settings are compared with one another."""

    metric: str
    """Keras's name."""

    unit: str | None
    low: float
    high: float
    larger: bool
    """Whether a larger value is better."""

    def good(self, mean: float) -> float:
        """From 0, the worst, to 1, the best."""
        share = (mean - self.low) / (self.high - self.low) if self.high > self.low else 1.0
        return share if self.larger or self.high <= self.low else 1.0 - share

    def text(self, mean: float) -> str:
        """As a person reads it."""
        return NO_VALUE if math.isnan(mean) else metric_value(self.metric, mean, self.unit)


def effect_rows(
    seen: EffectsSeen, results: SweepResults, unit: str | None, size: tuple[int, int],
    glyphs: Glyphs, first: int = 0,
) -> tuple[list[Row], bool]:  # fmt: skip
    """The blocks side by side, as many as fit, and whether some did not.

    Args:
        seen: what the settings do.
        results: of the sweep.
        unit: the target's.
        size: columns and rows there are.
        glyphs: to draw with.
        first: which block stands first; those before it come last.
    """
    width, height = size
    found = results.finished
    if not found:
        return [cells(" no trial is finished yet", "dim")], False
    label = metric_label(results.judge.name)
    better = "larger" if results.judge.mode == "max" else "smaller"
    trials = counted(len(found), "finished trial")
    heads = (
        f" mean {label} of {trials}; {better} is better, and further right",
        f" mean {label} of {trials}; better is further right",
        f" mean {label}; better is further right",
        f" mean {label}",
    )
    all_blocks = _blocks(seen, results, unit, glyphs)
    turned = first % len(all_blocks) if all_blocks else 0
    blocks = [*all_blocks[turned:], *all_blocks[:turned]]
    columns, left = _in_columns(blocks, width - 1, height - 1)
    rows = [_beside(columns, line) for line in range(max(0, height - 1))]
    more = cells(f"{left} more ", "dim") if left else []
    head = next((one for one in heads if len(one) + 1 + len(more) <= width), heads[-1])
    return [join(cells(head, "dim"), more, width), *rows], left > 0


def _in_columns(
    blocks: Sequence[list[Row]], width: int, height: int
) -> tuple[list[list[Row]], int]:
    """Blocks under one another, then beside; the first is cut rather than left out. With how many
    do not fit."""
    columns: list[list[Row]] = []
    done = 0
    for block in blocks:
        under = [*columns[-1], [], *block] if columns else []
        if columns and len(under) <= height:
            before = [] if len(columns) == 1 else columns[:-1]
            if _width_of([*before, under]) > width:
                break
            columns[-1] = under
        elif columns and (len(block) > height or _width_of([*columns, block]) > width):
            break
        else:
            columns.append(block)
        done += 1
    return columns, len(blocks) - done


def _width_of(columns: Sequence[list[Row]]) -> int:
    return sum(max(map(len, column), default=0) + _GAP for column in columns) - _GAP


def _beside(columns: Sequence[list[Row]], line: int) -> Row:
    row = cells(" ")
    for column in columns:
        wide = max(map(len, column), default=0) + _GAP
        row += fit(column[line] if line < len(column) else [], wide)
    return row


def _blocks(
    seen: EffectsSeen, results: SweepResults, unit: str | None, glyphs: Glyphs
) -> list[list[Row]]:
    """One for each setting, the most important first, then one for each two."""
    every = [one.mean for each in seen.effects for one in each.levels]
    known = [mean for mean in every if not math.isnan(mean)] or [0.0]
    judge = results.judge
    means = Means(judge.name, unit, min(known), max(known), judge.mode == "max")
    paths = [one.path for one in results.dimensions]
    titles = dict(zip(paths, titles_of(results.dimensions), strict=True))
    shares = seen.importance
    effects = sorted(seen.effects, key=lambda one: -shares.get(one.path, 0.0))
    wide = max(cell_len(short_value(one.label)) for each in effects for one in each.levels)
    blocks = [
        _effect(one, titles[one.path], shares.get(one.path), means, wide, glyphs) for one in effects
    ]
    return blocks + [_pair(one, titles, means.metric, unit, results, glyphs) for one in seen.pairs]


def _effect(
    effect: Effect, title: str, share: float | None, means: Means, wide: int, glyphs: Glyphs
) -> list[Row]:
    """A scale for each level, below those of the other settings: labels are equally wide."""
    head = cells(title, "strong")
    if share is not None:
        head += cells(f"   {percent(share)} of the differences", "dim")
    labels = [short_value(one.label) for one in effect.levels]
    texts = [means.text(one.mean) for one in effect.levels]
    most = max(map(cell_len, texts))
    known = [means.good(one.mean) for one in effect.levels if not math.isnan(one.mean)]
    top = max(known, default=1.0)
    rows = [head]
    for one, label, text in zip(effect.levels, labels, texts, strict=True):
        scale = cells(glyphs.dot * _SCALE, "axis")
        is_best = means.good(one.mean) == top
        if not math.isnan(one.mean):
            role = "best" if is_best else "train"
            scale[round(means.good(one.mean) * (_SCALE - 1))] = (glyphs.on, role)
        row = cells(f" {padded(label, wide, right=True)}  ") + scale
        rows.append(row + cells(f"  {padded(text, most, right=True)}", "best" if is_best else ""))
    return rows


def _pair(
    pair: PairEffect, titles: dict[str, str], metric: str, unit: str | None,
    results: SweepResults, glyphs: Glyphs,
) -> list[Row]:  # fmt: skip
    """A table of means, each with a ground as dark as it is good."""
    known = [mean for row in pair.means for mean in row if not math.isnan(mean)] or [0.0]
    means = Means(metric, unit, min(known), max(known), results.judge.mode == "max")
    names = [short_value(one) for one in pair.labels[0]]
    heads = [short_value(one) for one in pair.labels[1]]
    texts = [[means.text(mean) for mean in row] for row in pair.means]
    wide = max(map(cell_len, names))
    widths = [
        max(cell_len(head), *(cell_len(row[at]) + 2 for row in texts))
        for at, head in enumerate(heads)
    ]
    first, second = (titles[path] for path in pair.paths)
    head = cells(first, "strong") + cells(" by ", "dim") + cells(second, "strong")
    titled = cells(" " * (wide + 1))
    for one, width in zip(heads, widths, strict=True):
        titled += cells(f"  {padded(one, width, right=True)}", "dim")
    rows = [head, titled]
    for name, values, said in zip(names, pair.means, texts, strict=True):
        row = cells(f" {padded(name, wide, right=True)}")
        for mean, text, width in zip(values, said, widths, strict=True):
            good = 0.0 if math.isnan(mean) else means.good(mean)
            shade = glyphs.shades[round(good * (len(glyphs.shades) - 1))]
            role = "best" if good == 1.0 else ""
            row += cells("  ") + cells(f"{shade} ", role or "train")
            row += cells(padded(text, width - 2, right=True), role)
        rows.append(row)
    return rows
