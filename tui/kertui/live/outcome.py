"""How a run ended: what came out, where it is kept, what to do next; in words and as lines."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

from kertasks.runs.advice.finding import Finding, worst_first
from kertasks.runs.event_file.events import Failed, Finished, Stopped
from kertasks.runs.history import RunHistory
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import RunBaselines
from kertasks.text import numbers as formatting
from kertasks.text.numbers import counted
from kertasks.text.result import (
    compared,
    metrics_in_words,
    not_finite,
    tested_in_full,
    weights_of,
)
from kertui.live.status import state_sign
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.cells import cut
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.finding_look import counted_from_one, sign_of
from kertui.text.fitting_text import wrap, wrap_parts

MOST_LINES = 4
"""How many lines of a reason are shown; the log has the rest."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pane says of a run that is over."""

    state: RunState
    head: str
    """The result, or the reason."""

    facts: tuple[str, ...]
    """Short, dim: epochs, best epoch, time, where the weights are."""

    finding: Finding | None = None
    """The worst of what was found while it trained and holds."""


@dataclass(frozen=True, slots=True)
class NextSteps:
    """How a person goes on after a run's end, in words that fit where they are read."""

    resume: str
    """Followed by from where; empty where nobody can."""

    extend: str
    """Empty where nobody can."""

    log: str
    """Empty where there is none."""

    again: str = "change the recipe and start again"
    """After a failure before the first epoch was done."""

    trainer: str = "the trainer"
    """Who trained."""


KEYS = NextSteps("r resumes", "E trains on", "l shows the log")
"""In the live pane."""


def next_steps(keys: NextSteps, origin: Origin, name: str) -> NextSteps:
    """How a person goes on after the end of a run that has a recipe, or has none.

    Args:
        keys: of a run that has one.
        origin: what trained it.
        name: of the script, or of the file that is followed.
    """
    match origin:
        case Origin.RECIPE:
            return keys
        case Origin.SCRIPT:
            return NextSteps("", "", keys.log, f"mend {name} and start it again", name)
        case Origin.FILE:
            return NextSteps("", "", "", "", f"what writes {name}")


def weights_kept(path: Path, origin: Origin, *, is_there: bool) -> str:
    """Where the network of a run that is over is, for a person; empty where it is nowhere: not
    everything that a script trains can be saved.

    Args:
        path: its place.
        origin: what trained it.
        is_there: whether there is a file.
    """
    return formatting.short_path(path) if origin is Origin.RECIPE or is_there else ""


def outcome(
    history: RunHistory,
    state: RunState,
    weights: str,
    steps: NextSteps = KEYS,
    trouble: str = "",
    baselines: RunBaselines | None = None,
) -> Outcome | None:
    """The outcome of a run whose network is kept at ``weights``, empty where it is not; None while
    it goes on.

    ``trouble`` says what keeps its events from being read or written, ``baselines`` what it is
    compared with.
    """
    baselines = baselines or RunBaselines()
    ended = history.ended
    worst = next(iter(worst_first(finding for _, finding in history.findings)), None)
    if state is RunState.REMOVED:
        left = "what is shown here is all that is left of it"
        facts = [counted(history.epochs, "epoch"), left] if history.epochs else []
        return Outcome(state, "its folder was removed", tuple(facts))
    if isinstance(ended, Failed):
        return Outcome(RunState.FAILED, ended.reason, _after_failure(history, steps), worst)
    if isinstance(ended, Finished):
        whose = "network"
        if ended.restored_epoch is not None:
            whose = f"network of {weights_of(ended)}"
        facts = [*_tally(history, ended), steps.extend]
        facts += [f"{whose} in {weights}"] if weights else []
        return _of_end(RunState.FINISHED, history, ended, baselines, facts, worst)
    if isinstance(ended, Stopped):
        whose = "weights"
        if ended.restored_epoch is not None or ended.within:
            whose = f"weights of {weights_of(ended)}"
        facts = [*_tally(history, ended), _resumes(history, steps)]
        facts += [f"{whose} kept in {weights}"] if weights else []
        return _of_end(RunState.STOPPED, history, ended, baselines, facts, worst)
    if state is RunState.LOST:
        why = "it was killed, perhaps for want of memory, or its machine stopped"
        head = f"{steps.trainer} is gone and wrote no end: {trouble or why}"
        return Outcome(RunState.LOST, head, _after_failure(history, steps), worst)
    if state is RunState.SILENT:
        best = history.best_epoch
        facts = [counted(history.epochs, "epoch")] if history.epochs else []
        facts += [f"best epoch {formatting.grouped(best)}"] if best is not None else []
        return Outcome(RunState.SILENT, _last_written(history), tuple(facts), worst)
    return None


def _last_written(history: RunHistory) -> str:
    """What is known of a training that is only read from a file."""
    if history.last is None:
        return "no epoch is in it yet"
    when = formatting.at(history.last.t, time.time())
    return f"last written {when}; whether it goes on nobody can tell"


def _of_end(
    state: RunState,
    history: RunHistory,
    ended: Finished | Stopped,
    baselines: RunBaselines,
    facts: list[str],
    worst: Finding | None,
) -> Outcome:
    result = _result(history, ended, baselines)
    return Outcome(state, result, tuple(filter(None, facts)), worst)


def _after_failure(history: RunHistory, steps: NextSteps) -> tuple[str, ...]:
    facts = [steps.log, steps.again]
    if history.epochs:
        facts = [counted(history.epochs, "epoch"), _resumes(history, steps), steps.log]
    return tuple(filter(None, facts))


def _resumes(history: RunHistory, steps: NextSteps) -> str:
    """How the run is resumed, and from where it would go on; empty where nobody can."""
    if not steps.resume:
        return ""
    place = history.checkpoint
    if place is None:
        return f"{steps.resume} from the beginning"
    within = f", step {formatting.grouped(place.step)}" if place.step else ""
    return f"{steps.resume} from epoch {formatting.grouped(place.epoch)}{within}"


def _result(history: RunHistory, ended: Finished | Stopped, baselines: RunBaselines) -> str:
    """How well it does: on the test rows, else on those held out, else on those it trained on; of
    the epoch whose weights were kept; and beside the best baseline."""
    text = tested_in_full(ended)
    if text:
        is_number = ended.test is not None and ended.not_finite_since is None
        against = compared(baselines.best, ended.test or {}, ended.unit) if is_number else ""
        return ", ".join(filter(None, [text, against]))
    if history.last is None:
        return "before the first epoch was done"
    if history.not_finite_since is not None:
        return not_finite(history.not_finite_since)
    epoch = ended.restored_epoch or ended.epochs
    errs = ended.result in ("mae", "mean_absolute_error")
    for metric in ("loss",) if errs else ("accuracy", "loss"):
        for name in (f"val_{metric}", metric):
            value = history.value_at(name, epoch)
            if not math.isnan(value):
                rows = "val" if name != metric else "training"
                text = f"{rows} {metric} {formatting.metric(name, value)}"
                text += f" of epoch {formatting.grouped(epoch)}"
                against = compared(baselines.best, {metric: value}, ended.unit)
                return ", ".join(filter(None, [text, against]))
    return metrics_in_words(history.last)


def _tally(history: RunHistory, ended: Finished | Stopped) -> list[str]:
    planned = history.planned or ended.epochs
    facts = [counted(ended.epochs, "epoch")]
    if ended.epochs < planned:
        facts[0] = f"{formatting.grouped(ended.epochs)} of {counted(planned, 'epoch')}"
    best = ended.best_epoch if ended.best_epoch is not None else history.best_epoch
    if best is not None:
        facts.append(f"best epoch {formatting.grouped(best)}")
    elif history.best.monitor.name in history.metric_names:
        facts.append(f"no best epoch: {history.best.monitor.name} was never a finite number")
    if history.started is not None:
        facts.append(formatting.duration(history.elapsed(ended.t)))
    return facts


class OutcomeLines(RowsWidget):
    """How a run ended: the result bright, the facts dim, the reason of a failure in full."""

    DEFAULT_CSS = """
    OutcomeLines { height: 1; display: none; }
    """

    _outcome: Outcome | None = None

    def show(self, outcome: Outcome | None) -> None:
        """Say an outcome; None hides the lines."""
        self._outcome = outcome
        self.display = outcome is not None
        self.redraw()

    def lines_at(self, width: int) -> int:
        """How many rows it takes in a pane so wide."""
        return len(self._made(width)) if self._outcome is not None else 0

    def draw_rows(self, width: int) -> None:
        """Draw all of it, wrapped to the width."""
        self.show_rows(self._made(width))

    def _made(self, width: int) -> list[Row]:
        if self._outcome is None:
            return []
        glyphs = glyphs_for(self.app)
        outcome = self._outcome
        bad = outcome.state in (RunState.FAILED, RunState.LOST, RunState.REMOVED)
        word = f" {outcome.state}"
        first = state_sign(outcome.state, glyphs) + cells(word, "bad" if bad else "strong")
        head = cells(f"   {outcome.head}", "" if bad else "accent") if outcome.head else []
        dot = f" {glyphs.dot} "
        facts, found = outcome.facts, list[Row]()
        room = max(8, width - 2)
        if outcome.finding is not None:
            sentence = counted_from_one(outcome.finding.sentence)
            if outcome.finding.is_alarm:
                sign, role = sign_of(outcome.finding.severity, glyphs)
                lines = _at_most(MOST_LINES, wrap(sentence, room), room, glyphs)
                found = [
                    cells(f"{sign} " if not n else "  ", role) + cells(line)
                    for n, line in enumerate(lines)
                ]
            else:
                facts = (*facts, sentence)
        said = dot.join(facts)
        if len(first) + len(head) + 3 + len(said) <= width:
            rows = [first + head + cells("   " + said, "dim"), *found]
            return [fit(row, width) for row in rows]
        wrapped = wrap(outcome.head, room, indent=len(first) + 1) or [""]
        wrapped = _at_most(MOST_LINES, wrapped, room, glyphs)
        role = "" if bad else "accent"
        rows = [first + cells("   " + wrapped[0].lstrip(), role)]
        rows += [cells("  " + line, role) for line in wrapped[1:]]
        rows += found
        rows += [cells("  " + line, "dim") for line in wrap_parts(facts, dot, room)[:MOST_LINES]]
        return [fit(row, width) for row in rows]


def _at_most(most: int, lines: list[str], room: int, glyphs: Glyphs) -> list[str]:
    """So many lines, the last with a sign where there are more."""
    if len(lines) <= most:
        return lines
    last = cut(lines[most - 1], room - len(glyphs.cut)) + glyphs.cut
    return [*lines[: most - 1], last]
