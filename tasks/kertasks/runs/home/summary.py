"""What became of a run, in one line, from its manifest, its label and the end of its events."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kertasks.errors import UserError
from kertasks.runs.advice.finding import Finding
from kertasks.runs.best_epoch import BestEpoch
from kertasks.runs.event_file.event_reader import Tail
from kertasks.runs.event_file.events import (
    Checkpointed,
    Epoch,
    Event,
    Failed,
    Finished,
    Machine,
    Paused,
    ScriptExited,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory, state_of
from kertasks.runs.home.label import FILE, Label, look_at_label
from kertasks.runs.home.store import id_words
from kertasks.runs.manifest import Origin
from kertasks.runs.run_errors import NeverBegan, RunDamaged
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import Baseline, read_baselines
from kertasks.text.numbers import counted, metric, test_metric
from kertasks.text.plain_text import visible_name
from kertasks.text.result import metrics_in_words, not_finite, tested

_GOING_ON = {
    "started", "resuming", "resumed", "epoch", "progress", "finished", "stopped", "failed",
}  # fmt: skip
"""Before these an end is not the end: a stopped run was taken up again."""

_NO_METRICS: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a list shows it."""

    id: str
    task: str
    recipe: str
    state: RunState
    created: float
    """Unix time in seconds."""

    epochs: int
    result: str
    """The test result, or the last loss, or why it failed, in a few words."""

    folder: str
    label: Label = field(default_factory=Label)
    planned: int | None = None
    """Epochs; known of a run that goes on, where ``RunSummaries`` looks for it."""

    not_finite_since: int | None = None
    """The epoch since which a loss is no finite number; None where the last one is."""

    finding: Finding | None = None
    """The worst alarm that was found while it trained, where the end of its events tells."""

    best_epoch: int | None = None
    """The best one, as ``BestEpoch`` says; None where there is none or it is not known."""

    best: Mapping[str, float] = field(default_factory=dict)
    """The metrics of that epoch; empty where they are not known."""

    test: Mapping[str, float] = field(default_factory=dict)
    """On the test split; empty where nothing was tested."""

    test_name: str | None = None
    """The metric of ``test`` that says how well it does, where its trainer told."""

    unit: str | None = None
    """Of a regression's ``mae`` in ``test``."""

    baseline: Baseline | None = None
    """The best of what learns next to nothing on its data; None where that is not known."""

    seconds: float | None = None
    """For how long it was trained, pauses and rests left out; None before there is an event."""

    retrained_from: str | None = None
    """Id of the run whose best epoch it is trained for."""

    origin: Origin = Origin.RECIPE
    """What trains it."""

    group: str | None = None
    """The id of its group, or of the first run of those that one start of a script trained."""

    fit: tuple[int, int] | None = None
    """Which of them it is, from 1, and how many there are; None where it is alone, and where its
    list does not tell."""

    device: str = ""
    host: str = ""
    damage: str = ""
    """Which of its files cannot be read, and why, or of a lost run, what kept its trainer from
    writing an end; empty where nothing is known."""

    @property
    def title(self) -> str:
        """The name a person gave it, else its recipe's; of several runs of one start of a script
        with which of them it is: ``"fold 2/5"``."""
        if self.label.name or self.fit is None:
            return self.label.name or self.recipe
        number, count = self.fit
        name = self.recipe.removesuffix(f" {number}")
        # The number it was given is another one where an earlier run was deleted. A name that ends
        # in a number keeps that: only the first run's, which its id is made of, is the common one.
        common = re.sub(r" \d+\Z", "", self.recipe)
        words = (self.group or self.id)[len("20261129-211517-") :].partition("~")[0]
        if words == id_words(f"{Path(self.task).stem} {common}"):
            name = common
        return f"{name} {number}/{count}"

    @property
    def can_be_steered(self) -> bool:
        """Whether something may take a command to it."""
        return not self.state.is_over and self.origin is not Origin.FILE

    @property
    def best_loss(self) -> tuple[str, float] | None:
        """``"val_loss"``, or ``"loss"`` where nothing is held out, with its value in the best
        epoch."""
        for name in ("val_loss", "loss"):
            if name in self.best:
                return name, self.best[name]
        return None

    @property
    def test_value(self) -> tuple[str, float] | None:
        """The metric that says best what it got on the test split, with its value."""
        name = test_metric(self.test, self.test_name)
        return None if name is None else (name, self.test[name])

    @property
    def gain(self) -> float | None:
        """By how much ``test_value`` is better than the baseline; None where that is not known."""
        if self.baseline is None or self.test_value is None:
            return None
        gain = self.baseline.gain(*self.test_value)
        return gain if gain is not None and math.isfinite(gain) else None


def summarise(run: RunFolder) -> RunSummary | None:
    """Read a run's manifest and the end of its events; None for a folder that holds nothing.

    A run without a manifest is running while its trainer is being started, and lost from then
    on; a file that cannot be read is named. Whether the trainer of a run lives is asked only
    where no end was written.
    """
    end = _read_end(run)
    manifest = recipe = None
    label, no_label = look_at_label(run.path)
    damages = []
    try:
        manifest = run.manifest()
    except NeverBegan:
        pass
    except RunDamaged as error:
        damages.append(str(error).removeprefix(f"{run.path}/"))
    if end.trouble:
        damages.append(f"{run.events_path.name} cannot be read: {end.trouble}")
    if no_label:
        damages.append(f"{FILE} cannot be read: {no_label}")
    state = end.state or run.state()
    if manifest is not None:
        task, name, created = manifest.task, manifest.recipe, manifest.created
        if not state.goes_on and end.state is None:
            # It ended between the two looks, or without a word.
            end = _read_end(run, over=True)
    else:
        task, name, created = "", run.id, run.created()
        try:
            recipe = run.recipe()
        except UserError as error:
            if not damages:
                if _is_empty(run):
                    return None
                damages.append(str(error).removeprefix(f"{run.path}/"))
        else:
            task, name = recipe.task, recipe.name
    ended = end.ended if isinstance(end.ended, Finished | Stopped) else None
    seconds = end.seconds
    # Of a run that was killed after a long log, nobody knows for how long it lay still.
    is_known = end.is_whole or end.ended is not None or state.goes_on
    # Nor of one that is read from a file, which does not say when it began.
    is_known = is_known and (manifest is None or manifest.origin is not Origin.FILE)
    if seconds is None and is_known and manifest is not None and end.t is not None:
        seconds = max(0.0, end.t - created)
    wrote_no_end = state in (RunState.LOST, RunState.UNKNOWN)
    if wrote_no_end and not damages and (trouble := run.trouble()):
        damages.append(trouble)
    return RunSummary(
        id=run.id,
        task=task,
        recipe=name,
        state=state,
        created=created,
        epochs=end.epochs,
        result=end.result,
        not_finite_since=end.not_finite_since,
        finding=None if ended is None else ended.finding,
        folder=str(run.path),
        label=label,
        planned=None if recipe is None or damages or state.is_over else recipe.fit.epochs,
        best_epoch=None if end.best is None else end.best.epoch,
        best=_NO_METRICS if end.best is None else end.best.metrics,
        test=(ended.test if ended is not None else None) or _NO_METRICS,
        test_name=None if ended is None else ended.result,
        unit=None if ended is None else ended.unit,
        baseline=read_baselines(run.baselines_path).best,
        seconds=seconds,
        retrained_from=None if manifest is None else manifest.retrained_from,
        origin=Origin.RECIPE if manifest is None else manifest.origin,
        group=None if manifest is None else manifest.group,
        device="" if manifest is None else manifest.device,
        host="" if manifest is None else manifest.trained_on,
        damage="; ".join(damages),
    )


def _is_empty(run: RunFolder) -> bool:
    """Whether nothing is in a folder (yet): one is filled in the moment after it was made."""
    try:
        with os.scandir(run.path) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def summarise_odd(path: Path, why: str) -> RunSummary:
    """A row for what lies among the runs and can be none."""
    try:
        created = path.lstat().st_mtime
    except OSError:
        created = 0.0
    name = visible_name(path.name)
    return RunSummary(
        id=name,
        task="",
        recipe=name,
        state=RunState.UNKNOWN,
        created=created,
        epochs=0,
        result="",
        folder=str(path),
        damage=f"it cannot be read: {why}",
    )


@dataclass(slots=True)
class _End:
    """What the end of the events says."""

    ended: Finished | Stopped | Failed | None = None
    """Its end, where it is one: nothing came after it."""

    trouble: str = ""
    """Why the events cannot be read."""

    is_whole: bool = False
    """Whether there are no events before those that were read."""

    t: float | None = None
    epochs: int = 0
    best: BestEpoch | None = None
    """None where the end of the events cannot tell."""

    not_finite_since: int | None = None
    seconds: float | None = None
    """For how long it was trained; None where the end of the events cannot tell."""

    last: Epoch | None = None

    @property
    def state(self) -> RunState | None:
        """Where an end event names one."""
        return None if self.ended is None else state_of(self.ended)

    @property
    def result(self) -> str:
        """The test result, why it failed, or the last loss; or that this is no number."""
        if isinstance(self.ended, Failed):
            return self.ended.reason
        if self.not_finite_since is not None:
            return not_finite(self.not_finite_since)
        found = tested(self.ended) if self.ended is not None else ""
        return found or ("" if self.last is None else _losses(self.last))


def _read_end(run: RunFolder, *, over: bool = False) -> _End:
    """What the end of the events says.

    Args:
        run: whose events.
        over: the run is known to be over, whether an end event says so or not. The best epoch
            of one that goes on is not looked for here: the end of its events cannot tell.
    """
    end = _End()
    seen: list[Event] = []
    """The last one first."""
    place: Paused | Checkpointed | None = None
    told: Paused | Checkpointed | Machine | None = None
    """The last event that says for how long it was trained."""
    least = math.inf
    """An epoch of this number or a later one was told anew, or came to nothing."""
    went_on = rested = False
    """Whether something came after the lines still to be read: an end among them is none; and
    whether the run was taken up after them."""
    tail = Tail(f"{run.path}/events.jsonl")
    for line in tail.backwards():
        event = line.event
        # A program that trained more after the run says nothing of when the run was over.
        if event is not None and not isinstance(event, ScriptExited):
            seen.append(event)
        match event:
            case Failed() | Finished() | Stopped():
                end.ended = end.ended if went_on else event
                if not isinstance(event, Failed):
                    least = min(least, event.epochs + 1)
            case Epoch() if event.epoch < least:
                least = event.epoch
                end.last = end.last or event
            case Paused() | Checkpointed() | Machine() if not rested:
                # After hours of a pause its epochs lie further back than is looked.
                place = event if place is None and not isinstance(event, Machine) else place
                told = event if told is None and event.trained is not None else told
        went_on = went_on or line.kind in _GOING_ON
        rested = rested or line.kind in ("resuming", "resumed")
        says_best = isinstance(end.ended, Finished | Stopped) and bool(end.ended.best)
        if end.last and (says_best or not (over or end.ended)):
            break
    end.trouble, end.is_whole = tail.trouble, tail.complete
    if not seen:
        return end
    end.t = seen[0].t
    if tail.complete:
        history = RunHistory()
        history.add_all(seen[::-1])
        end.last, end.best = history.last, history.best
        end.not_finite_since = history.not_finite_since
        end.seconds = history.elapsed(end.t) if history.started is not None else None
    if end.last is not None:
        end.epochs = end.last.epoch
    elif place is not None:
        end.epochs = place.epoch
    if end.seconds is None and told is not None and told.trained is not None:
        rests = isinstance(place, Paused)
        end.seconds = told.trained + (0.0 if rests else max(0.0, end.t - told.t))
    if end.ended is not None and end.ended.trained is not None:
        end.seconds = end.ended.trained
    if isinstance(end.ended, Finished | Stopped):
        ended = end.ended
        end.epochs = ended.epochs
        end.not_finite_since = ended.not_finite_since or end.not_finite_since
        if ended.best:
            end.best = BestEpoch(ended.monitor, ended.best_epoch, ended.best)
    return end


def _losses(epoch: Epoch) -> str:
    name = "val_loss" if "val_loss" in epoch.metrics else "loss"
    value = epoch.metrics.get(name)
    words = name.replace("val_", "validation ")
    return metrics_in_words(epoch) if value is None else f"{words} {metric('loss', value)}"


def in_words(summary: RunSummary) -> str:
    """Say in one line for the normal screen what was trained, how far, how well and where."""
    run = RunFolder(Path(summary.folder))
    parts = [
        f"{summary.task} {summary.recipe}: {summary.state.value}",
        counted(summary.epochs, "epoch"),
        summary.result,
        run.shown(run.path),
    ]
    return ", ".join(part for part in parts if part)
