"""Naming, deleting and bringing back runs, asked for and done over the screen of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from textual.screen import Screen

from kertasks.errors import UserError
from kertui.formatting import grouped, short_path
from kertui.screens.dialog import Choice, Question
from kertui.screens.run_label import RunLabelScreen
from kertui.training.control import Ask
from kertui.training.run_bin import BinTrouble, RunBin
from kertui.training.run_folder import RunFolder
from kertui.training.run_label import Label, write_label
from kertui.training.run_summary import RunSummary
from kertui.training.store import RunStore


class RunChanges:
    """What a person changes of runs. Files are touched in threads; failures are told.

    Args:
        screen: over which it asks.
        store: whose runs.
        changed: called, in the screen's own thread, when a list of runs is to be read again.
    """

    def __init__(self, screen: Screen[None], store: RunStore, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._bin = RunBin(store)
        self._changed = changed
        self._deleted: list[list[str]] = []

    @property
    def can_undo(self) -> bool:
        """Whether a run was deleted here that can be brought back."""
        return bool(self._deleted)

    def label(self, run: RunSummary, first: str) -> None:
        """Ask for a run's name, tags and note, and keep them."""

        def answered(label: Label | None) -> None:
            if label is not None and label != run.label:
                self._work(partial(write_label, Path(run.folder), label))

        self._screen.app.push_screen(RunLabelScreen(run, first), answered)

    def stop(self, run: RunSummary) -> None:
        """Ask a run's trainer to stop and keep the weights."""

        def stop() -> str:
            RunFolder(Path(run.folder)).ask(Ask.STOP)
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
        def delete() -> str:
            gone: list[str] = []
            try:
                for run in runs:
                    self._bin.delete(RunFolder(Path(run.folder)))
                    gone.append(run.id)
            finally:
                if gone:
                    self._deleted.append(gone)
            what = _name(runs[0]) if len(runs) == 1 else f"{len(runs)} runs"
            return f"{what} deleted: u brings back, {short_path(self._bin.path)} keeps"

        self._work(delete)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if self._deleted:
            self._work(partial(self._restore, self._deleted.pop()))

    def restore(self, run: RunSummary) -> None:
        """Bring a run back out of the bin."""
        self._deleted = [[id for id in ids if id != run.id] for ids in self._deleted]
        self._deleted = [ids for ids in self._deleted if ids]
        self._work(partial(self._restore, [run.id]))

    def _restore(self, ids: Sequence[str]) -> str:
        for id in ids:
            self._bin.restore(id)
        return f"{ids[0] if len(ids) == 1 else f'{len(ids)} runs'} brought back"

    def empty_bin(self, runs: Sequence[RunSummary]) -> None:
        """Remove what is in the bin for good, after asking."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._deleted.clear()
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

    def _empty(self) -> str:
        count = self._bin.empty()
        return f"the bin is empty: {grouped(count)} run{'' if count == 1 else 's'} removed"

    def _work(self, do: Callable[[], str | None]) -> None:
        self._screen.run_worker(
            partial(self._do, do), thread=True, group="change runs", name="change runs"
        )

    def _do(self, do: Callable[[], str | None]) -> None:
        app = self._screen.app
        try:
            said = do()
        except UserError as error:
            severity = "error" if isinstance(error, BinTrouble) else "warning"
            app.call_from_thread(app.notify, str(error), severity=severity, markup=False)
        else:
            if said:
                app.call_from_thread(app.notify, said, markup=False)
        app.call_from_thread(self._changed)


def _name(run: RunSummary) -> str:
    return f"{run.task} {run.title}"
