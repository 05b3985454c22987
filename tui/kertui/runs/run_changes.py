"""What a person changes of runs: their labels, and what is in the bin.

The functions that touch files are called in a thread; each says what it did, or raises a
``UserError``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.widgets import Input, Static

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import BinTrouble, NotInBin, RunBin
from kertasks.runs.home.label import LONGEST_NAME, LONGEST_NOTE, Label, make_label, write_label
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.text.numbers import grouped, short_path
from kertui.dialogs.dialog import Choice, Dialog, Question
from kertui.forms.note_field import NoteField
from kertui.forms.text_field import TextField


@dataclass
class RunsChanged(Message):
    """Runs were changed, as far as that was possible."""

    deleted: list[str] = field(default_factory=list)
    """Ids of those that are in the bin now."""

    out: list[str] = field(default_factory=list)
    """Ids of those that are not in the bin any more."""

    stuck: list[str] = field(default_factory=list)
    """Ids of those that could not be brought back."""

    text: str = ""
    """What to tell the person; may be empty."""

    severity: SeverityLevel = "information"


def make_change(change: Callable[[RunsChanged], str]) -> RunsChanged:
    """Make a change, and tell what became of it, a failure too.

    Args:
        change: one of the functions below; it notes in the message what it has done so far.
    """
    changed = RunsChanged()
    try:
        changed.text = change(changed)
    except UserError as error:
        changed.text = str(error)
        changed.severity = "error" if isinstance(error, BinTrouble) else "warning"
    return changed


def keep_label(run: RunSummary, label: Label, _: RunsChanged) -> str:
    """Write a run's label into its folder."""
    write_label(Path(run.folder), label)
    return ""


def stop_run(run: RunSummary, _: RunsChanged) -> str:
    """Ask a run's trainer to stop and keep the weights."""
    RunFolder(Path(run.folder)).send(SteeringCommand.STOP)
    return f"{_name(run)}: asked to stop; its weights are kept"


def delete_runs(bin: RunBin, runs: Sequence[RunSummary], changed: RunsChanged) -> str:
    """Move runs into the bin."""
    for run in runs:
        bin.delete(RunFolder(Path(run.folder)))
        changed.deleted.append(run.id)
    what = _name(runs[0]) if len(runs) == 1 else f"{len(runs)} runs"
    return f"{what} deleted: u brings back, {short_path(bin.path)} keeps"


def restore_runs(bin: RunBin, ids: Sequence[str], changed: RunsChanged) -> str:
    """Bring runs back out of the bin; one that cannot be does not hold up the others."""
    troubles = []
    for id in ids:
        try:
            bin.restore(id)
        except BinTrouble as error:
            troubles.append(str(error))
            (changed.out if isinstance(error, NotInBin) else changed.stuck).append(id)
        else:
            changed.out.append(id)
    if troubles:
        raise BinTrouble("\n".join(troubles))
    return f"{ids[0] if len(ids) == 1 else f'{len(ids)} runs'} brought back"


def empty_bin(bin: RunBin, changed: RunsChanged) -> str:
    """Remove what is in the bin for good."""
    changed.out = bin.empty()
    return f"the bin is empty: {_count(len(changed.out))} removed"


class DeletedRuns:
    """What was deleted here and is in the bin still, for undo. Pure."""

    def __init__(self) -> None:
        self._deleted: list[list[str]] = []
        """Ids; those deleted at once together, the latest last."""

        self._restoring: set[str] = set()
        """Ids of the runs that are being brought back now."""

    @property
    def last(self) -> list[str]:
        """Ids of what an undo brings back; empty where there is nothing to undo."""
        waiting = (ids for ids in reversed(self._deleted) if self._restoring.isdisjoint(ids))
        return next(waiting, [])

    def begin_restoring(self, ids: Sequence[str]) -> bool:
        """Note that these are being brought back; False where some are already, or there is none.

        Until ``take`` is told what became of it, an undo is of what was deleted before.
        """
        if not ids or not self._restoring.isdisjoint(ids):
            return False
        self._restoring.update(ids)
        return True

    def take(self, changed: RunsChanged) -> None:
        """Take note of what became of a change."""
        if changed.deleted:
            self._deleted.append(changed.deleted)
        left = ([id for id in ids if id not in changed.out] for ids in self._deleted)
        self._deleted = [ids for ids in left if ids]
        self._restoring.difference_update(changed.out, changed.stuck)


def delete_question(
    run: RunSummary, chosen: Sequence[RunSummary]
) -> Question[Sequence[RunSummary]]:
    """Asks which runs to delete: the one under the cursor or the chosen ones."""
    return Question(
        "Delete which runs?",
        "They go into the bin; u brings them back.",
        [
            Choice([run], _name(run), f"the one under the cursor, {run.id}"),
            Choice(chosen, f"the {len(chosen)} chosen runs", ", ".join(map(_name, chosen))),
            Choice([], "none", "nothing changes"),
        ],
    )


def empty_bin_question(bin: RunBin, runs: int) -> Question[bool]:
    """Asks before so many runs are removed for good."""
    return Question(
        f"Empty the bin: remove {_count(runs)} for good?",
        f"Recipes, curves and weights in {short_path(bin.path)}. This cannot be undone.",
        [
            Choice(False, "Keep them", "nothing changes"),
            Choice(True, f"Remove {_count(runs)}", "their folders are deleted"),
        ],
    )


def _name(run: RunSummary) -> str:
    return f"{run.task} {run.title}"


def _count(runs: int) -> str:
    return f"{grouped(runs)} run{'' if runs == 1 else 's'}"


class RunLabelScreen(Dialog[Label]):
    """Asks for the label of a run; gives it, or None for escape.

    Args:
        run: the run, with the label it has now.
        first: the field to begin with: ``"name"``, ``"tags"`` or ``"note"``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next field", show=False, system=True, id="label.next",
                tooltip="Go to the next field."),
        Binding("up", "app.focus_previous", "field before", show=False, system=True,
                id="label.previous", tooltip="Go to the field before."),
    ]  # fmt: skip

    def __init__(self, run: RunSummary, first: str = "name") -> None:
        keys = [("enter", "keep"), ("tab", "next field"), ("escape", "cancel")]
        super().__init__(f"{run.task} {run.title}", keys=keys)
        self._run, self._first = run, first
        label = run.label
        self._name_field = TextField(
            label.name, placeholder=run.recipe, id="label-name", compact=True,
            select_on_focus=False, max_length=LONGEST_NAME,
        )  # fmt: skip
        self._tags_field = TextField(
            " ".join(label.tags), placeholder="words apart by blanks", id="label-tags",
            compact=True, select_on_focus=False,
        )  # fmt: skip
        self._note_field = NoteField(label.note, LONGEST_NOTE, id="label-note")

    def compose_body(self) -> ComposeResult:
        """Lay out a field for each part of the label."""
        for name, part in (
            ("name", self._name_field),
            ("tags", self._tags_field),
            ("note", self._note_field),
        ):
            with Horizontal(classes="label-field"):
                yield Static(name)
                yield part

    def on_mount(self) -> None:
        """Put the cursor at the end of what is there, in the field to begin with."""
        self.query_one(f"#label-{self._first}").focus()
        self._name_field.cursor_position = len(self._name_field.value)
        self._tags_field.cursor_position = len(self._tags_field.value)
        self._note_field.move_cursor(self._note_field.document.end)

    @on(Input.Submitted)
    @on(NoteField.Submitted)
    def _keep(self, event: Message) -> None:
        event.stop()
        self.dismiss(
            make_label(self._name_field.value, self._tags_field.value, self._note_field.text)
        )
