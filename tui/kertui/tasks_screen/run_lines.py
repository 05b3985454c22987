"""Runs as lines of a list: state, recipe, epochs, result, how long ago."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from kertasks.runs.summary import RunSummary
from kertasks.text.numbers import ago, grouped
from kertui.terminal.glyphs import Glyphs
from kertui.text.run_state_look import STATE_LOOKS


def draw_runs(runs: Sequence[RunSummary], now: float, width: int, glyphs: Glyphs) -> list[Content]:
    """A line a run; a result that does not fit is cut with a sign."""
    rows = [
        (run.state.value, run.recipe, f"{grouped(run.epochs)} epochs", ago(now - run.created))
        for run in runs
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    room = width - 2 - sum(widths) - 3 * 4
    lines = []
    for run, (state, recipe, epochs, when) in zip(runs, rows, strict=True):
        result = run.result
        if len(result) > room:
            result = result[: room - 1] + glyphs.cut if room > 8 else ""
        lines.append(
            Content.assemble(
                "  ",
                (state.ljust(widths[0]), STATE_LOOKS[run.state].style),
                f"   {recipe:<{widths[1]}}",
                (f"   {epochs:>{widths[2]}}", "dim"),
                (f"   {when:>{widths[3]}}", "dim"),
                f"   {result}",
            )
        )
    return lines
