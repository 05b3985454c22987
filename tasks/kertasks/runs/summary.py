"""What became of a run, in one line, from its manifest, its label and the end of its events."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kertasks.errors import UserError
from kertasks.runs.event_reader import Tail
from kertasks.runs.events import Checkpointed, Epoch, Failed, Finished, Paused, Stopped
from kertasks.runs.folder import NeverBegan, RunDamaged, RunFolder
from kertasks.runs.history import BestEpoch
from kertasks.runs.label import FILE, Label, look_at_label
from kertasks.runs.state import RunState
from kertasks.text.numbers import counted, metric, short_path, test_metric, test_result
from kertasks.text.plain_text import visible_name

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

    best_epoch: int | None = None
    """Of the lowest validation loss, or training loss where nothing is held out."""

    best: Mapping[str, float] = field(default_factory=dict)
    """The metrics of that epoch; empty where they are not known."""

    test: Mapping[str, float] = field(default_factory=dict)
    """On the test split; empty where nothing was tested."""

    unit: str | None = None
    """Of a regression's ``mae`` in ``test``."""

    seconds: float | None = None
    """From the start to the last event; None before there is one."""

    device: str = ""
    host: str = ""
    damage: str = ""
    """Which of its files cannot be read, and why, or of a lost run, what kept its trainer from
    writing an end; empty where nothing is known."""

    @property
    def title(self) -> str:
        """The name a person gave it, else its recipe's."""
        return self.label.name or self.recipe

    @property
    def best_loss(self) -> tuple[str, float] | None:
        """``"val_loss"`` or ``"loss"``, whichever decides, with the value of the best epoch."""
        for name in ("val_loss", "loss"):
            if name in self.best:
                return name, self.best[name]
        return None

    @property
    def test_value(self) -> tuple[str, float] | None:
        """The metric that says best what it got on the test split, with its value."""
        name = test_metric(self.test)
        return None if name is None else (name, self.test[name])


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
        folder=str(run.path),
        label=label,
        planned=None if recipe is None or damages or state.is_over else recipe.fit.epochs,
        best_epoch=end.best_epoch,
        best=end.best,
        test=end.test,
        unit=end.unit,
        seconds=None if manifest is None or end.t is None else max(0.0, end.t - created),
        device="" if manifest is None else manifest.device,
        host="" if manifest is None else manifest.host,
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

    state: RunState | None = None
    """Where an end event names one."""

    trouble: str = ""
    """Why the events cannot be read."""

    t: float | None = None
    epochs: int = 0
    result: str = ""
    best_epoch: int | None = None
    best: Mapping[str, float] = field(default_factory=dict)
    test: Mapping[str, float] = field(default_factory=dict)
    unit: str | None = None


def _read_end(run: RunFolder, *, over: bool = False) -> _End:
    """What the end of the events says.

    Args:
        run: whose events.
        over: the run is known to be over, whether an end event says so or not. The best epoch
            of one that goes on is not looked for here: the end of its events cannot tell.
    """
    end = _End()
    reason = ""
    epochs: list[Epoch] = []
    """The last one first."""
    went_on = False
    """Whether something came after the lines still to be read: an end among them is none."""
    tail = Tail(f"{run.path}/events.jsonl")
    for line in tail.backwards():
        event = line.event
        if end.t is None and event is not None:
            end.t = event.t
        match event:
            case Failed() if not went_on:
                end.state, reason = RunState.FAILED, event.reason
            case Finished() | Stopped() if not went_on:
                finished = isinstance(event, Finished)
                end.state = RunState.FINISHED if finished else RunState.STOPPED
                end.epochs, end.best_epoch = event.epochs, event.best_epoch
                end.best, end.test = event.best or _NO_METRICS, event.test or _NO_METRICS
                end.unit = event.unit
                end.result = test_result(event.test, event.unit)
            case Epoch():
                epochs.append(event)
            case Paused() | Checkpointed():
                # After hours of a pause its epochs lie further back than is looked.
                end.epochs = end.epochs or event.epoch
        went_on = went_on or line.kind in _GOING_ON
        if epochs and (end.best or not (over or end.state)):
            break
    end.trouble = tail.trouble
    if tail.complete and not end.best:
        best = BestEpoch()
        best.take(epochs[::-1])
        if best.epoch is not None:
            end.best_epoch, end.best = best.epoch, best.metrics
    if epochs:
        end.epochs = end.epochs or epochs[0].epoch
        end.result = end.result or reason or _losses(epochs[0])
    end.result = end.result or reason
    return end


def _losses(epoch: Epoch) -> str:
    name = "val_loss" if "val_loss" in epoch.metrics else "loss"
    value = epoch.metrics.get(name)
    words = name.replace("val_", "validation ")
    return "" if value is None else f"{words} {metric('loss', value)}"


def in_words(summary: RunSummary) -> str:
    """Say in one line for the normal screen what was trained, how far, how well and where."""
    parts = [
        f"{summary.task} {summary.recipe}: {summary.state.value}",
        counted(summary.epochs, "epoch"),
        summary.result,
        short_path(summary.folder),
    ]
    return ", ".join(part for part in parts if part)
