"""What became of a run, in one line, from the end of its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kertasks.errors import UserError
from kertui.formatting import grouped, metric, short_path, test_result
from kertui.training.events import Epoch, Event, Failed, Finished, Stopped, parse_event
from kertui.training.run_folder import RunFolder
from kertui.training.run_state import RunState
from kertui.training.store import RunStore

_TAIL = 1 << 16
"""Bytes read from the end of the events: some hundred epochs."""


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


def summarise(run: RunFolder) -> RunSummary | None:
    """Read a run's manifest and the end of its events; None for a folder that never began.

    A run whose trainer has not written its manifest yet counts as running.
    """
    state = run.state()
    try:
        manifest = run.manifest()
        task, recipe, created = manifest.task, manifest.recipe, manifest.created
    except UserError:
        if state.is_over:
            return None
        try:
            wanted = run.recipe()
            task, recipe, created = wanted.task, wanted.name, run.path.stat().st_mtime
        except (UserError, OSError):
            return None
    epochs, result = _outcome(_events_backwards(run))
    return RunSummary(
        id=run.id,
        task=task,
        recipe=recipe,
        state=state,
        created=created,
        epochs=epochs,
        result=result,
        folder=str(run.path),
    )


def _outcome(events: Iterable[Event]) -> tuple[int, str]:
    reason = ""
    ended: Finished | Stopped | None = None
    for event in events:
        match event:
            case Failed():
                reason = event.reason
            case Finished() | Stopped():
                ended = event
                if said := test_result(event.test, event.unit):
                    return event.epochs, said
            case Epoch():
                result = reason or _losses(event)
                return (ended.epochs if ended else event.epoch), result
    return (ended.epochs if ended else 0), reason


def _losses(epoch: Epoch) -> str:
    name = "val_loss" if "val_loss" in epoch.metrics else "loss"
    value = epoch.metrics.get(name)
    words = name.replace("val_", "validation ")
    return "" if value is None else f"{words} {metric('loss', value)}"


def _events_backwards(run: RunFolder) -> Iterable[Event]:
    try:
        with run.events_path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return
    for line in reversed(lines):
        event = parse_event(line.decode(errors="replace"))
        if event is not None:
            yield event


def in_words(summary: RunSummary) -> str:
    """One line for the normal screen: what, how far, how well, where."""
    parts = [
        f"{summary.task} {summary.recipe}: {summary.state.value}",
        f"{grouped(summary.epochs)} epochs",
        summary.result,
        short_path(summary.folder),
    ]
    return ", ".join(part for part in parts if part)


class RunSummaries:
    """The runs of a store, summarised; one that is over is read only once."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._over: dict[str, RunSummary] = {}

    def read(self) -> list[RunSummary]:
        """Every run that began, newest first. Blocks on files: call it from a thread."""
        found = []
        for run in self._store.runs():
            summary = self._over.get(run.id) or summarise(run)
            if summary is None:
                continue
            if summary.state.is_over:
                self._over[run.id] = summary
            found.append(summary)
        return found
