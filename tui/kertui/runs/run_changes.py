"""Naming, deleting and bringing back runs, asked for and done over the screen of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.runs.bin import BinTrouble, NotInBin, RunBin
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.folder import RunFolder
from kertasks.runs.label import Label, write_label
from kertasks.runs.store import RunStore
from kertasks.runs.summary import RunSummary
from kertasks.text.numbers import grouped, short_path
from kertui.dialogs.dialog import Choice, Question
from kertui.runs.run_label import RunLabelScreen


class RunChanges:
    """What a person changes of runs. Files are touched in threads; failures are told.

    Args:
        screen: over which it asks, and which gets the messages.
        store: whose runs.
    """

    @dataclass
    class Changed(Message):
        """Runs were changed, as far as that was possible."""

        deleted: list[str] = field(default_factory=list)
        """Ids of those that are in the bin now."""

        out: list[str] = field(default_factory=list)
        """Ids of those that are not in the bin any more."""

        stuck: list[str] = field(default_factory=list)
        """Ids of those that could not be brought back."""

    def __init__(self, screen: Screen[None], store: RunStore) -> None:
        self._screen = screen
        self._bin = RunBin(store)
        self._deleted: list[list[str]] = []
        """Ids of what was deleted here and is in the bin still; those deleted at once together."""

        self._restoring: set[str] = set()
        """Ids of what is being brought back."""

    @property
    def can_undo(self) -> bool:
        """Whether a run was deleted here that can be brought back."""
        return bool(self._deleted_last)

    @property
    def _deleted_last(self) -> list[str]:
        waiting = (ids for ids in reversed(self._deleted) if self._restoring.isdisjoint(ids))
        return next(waiting, [])

    def take(self, event: Changed) -> None:
        """Take what became of a change: it says what there is to undo."""
        if event.deleted:
            self._deleted.append(event.deleted)
        left = ([id for id in ids if id not in event.out] for ids in self._deleted)
        self._deleted = [ids for ids in left if ids]
        self._restoring.difference_update(event.out, event.stuck)

    def label(self, run: RunSummary, first: str) -> None:
        """Ask for a run's name, tags and note, and keep them."""

        def answered(label: Label | None) -> None:
            if label is not None and label != run.label:
                self._work(lambda _: write_label(Path(run.folder), label))

        self._screen.app.push_screen(RunLabelScreen(run, first), answered)

    def stop(self, run: RunSummary) -> None:
        """Ask a run's trainer to stop and keep the weights."""

        def stop(_: RunChanges.Changed) -> str:
            RunFolder(Path(run.folder)).send(SteeringCommand.STOP)
            return f"{_name(run)}: asked to stop; its weights are kept"

        self._work(stop)

    def delete(self, run: RunSummary, chosen: Sequence[RunSummary]) -> None:
        """Move a run into the bin; where others are chosen, ask whether those are meant."""
        if not chosen or [one.id for one in chosen] == [run.id]:
            self._delete([run])
            return

        def answered(runs: Sequence[RunSummary] | None) -> None:
            if runs:
                self._delete(runs)

        names = ", ".join(map(_name, chosen))
        question: Question[Sequence[RunSummary]] = Question(
            "Delete which runs?",
            "They go into the bin; u brings them back.",
            [
                Choice([run], f"{_name(run)}", f"the one under the cursor, {run.id}"),
                Choice(list(chosen), f"the {len(chosen)} chosen runs", names),
                Choice([], "none", "nothing changes"),
            ],
        )
        self._screen.app.push_screen(question, answered)

    def _delete(self, runs: Sequence[RunSummary]) -> None:
        def delete(changed: RunChanges.Changed) -> str:
            for run in runs:
                self._bin.delete(RunFolder(Path(run.folder)))
                changed.deleted.append(run.id)
            what = _name(runs[0]) if len(runs) == 1 else f"{len(runs)} runs"
            return f"{what} deleted: u brings back, {short_path(self._bin.path)} keeps"

        self._work(delete)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._deleted_last:
            self._bring_back(self._deleted_last)

    def restore(self, run: RunSummary) -> None:
        """Bring a run back out of the bin."""
        if run.id not in self._restoring:
            self._bring_back([run.id])

    def _bring_back(self, ids: Sequence[str]) -> None:
        self._restoring.update(ids)
        self._work(partial(self._restore, ids))

    def _restore(self, ids: Sequence[str], changed: Changed) -> str:
        troubles = []
        for id in ids:
            try:
                self._bin.restore(id)
            except NotInBin as error:
                troubles.append(str(error))
                changed.out.append(id)
            except BinTrouble as error:
                troubles.append(str(error))
                changed.stuck.append(id)
            else:
                changed.out.append(id)
        if troubles:
            raise BinTrouble("\n".join(troubles))
        return f"{ids[0] if len(ids) == 1 else f'{len(ids)} runs'} brought back"

    def empty_bin(self, runs: Sequence[RunSummary]) -> None:
        """Remove what is in the bin for good, after asking."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._work(self._empty)

        count = f"{grouped(len(runs))} run{'' if len(runs) == 1 else 's'}"
        question: Question[bool] = Question(
            f"Empty the bin: remove {count} for good?",
            f"Recipes, curves and weights in {short_path(self._bin.path)}. This cannot be undone.",
            [
                Choice(False, "Keep them", "nothing changes"),
                Choice(True, f"Remove {count}", "their folders are deleted"),
            ],
        )
        self._screen.app.push_screen(question, answered)

    def _empty(self, changed: Changed) -> str:
        changed.out = self._bin.empty()
        count = len(changed.out)
        return f"the bin is empty: {grouped(count)} run{'' if count == 1 else 's'} removed"

    def _work(self, do: Callable[[Changed], str | None]) -> None:
        app = self._screen.app  # a thread finds no app through a screen that was left

        def work() -> None:
            changed = self.Changed()
            said: str | None
            severity: SeverityLevel = "information"
            try:
                said = do(changed)
            except BinTrouble as error:
                said, severity = str(error), "error"
            except UserError as error:
                said, severity = str(error), "warning"
            self._screen.post_message(changed)
            if said:
                app.notify(said, severity=severity, markup=False)

        self._screen.run_worker(work, thread=True, group="change runs", name="change runs")


def _name(run: RunSummary) -> str:
    return f"{run.task} {run.title}"
