"""The part of the screen of runs that opens, names, stops, deletes and brings back."""

from __future__ import annotations

from pathlib import Path

from textual import on

from kertasks.runs.folder import RunFolder
from kertui.runs.run_changes import RunChanges
from kertui.runs.run_table import RunTable
from kertui.runs.runs_base import RunsBase
from kertui.session import OpenRun


class ChangeActions(RunsBase):
    """Does to the run under the cursor, or to the chosen ones, what a key asks for."""

    # --- opening

    @on(RunTable.RunOpened)
    def _open(self, event: RunTable.RunOpened) -> None:
        event.stop()
        if not self._says_deleted():
            self.post_message(OpenRun(self, RunFolder(Path(event.run.folder))))

    def _says_deleted(self) -> bool:
        if self._listed.deleted:
            self.notify("It is in the bin: u brings it back.")
        return self._listed.deleted

    def action_open_recipe(self) -> None:
        """Open the recipe of the run under the cursor, to train it anew or change it."""
        if self._table.run is not None and not self._says_deleted():
            run = RunFolder(Path(self._table.run.folder))
            self.post_message(OpenRun(self, run, recipe_only=True))

    # --- naming, stopping, deleting, bringing back

    @on(RunChanges.Changed)
    def _take_change(self, event: RunChanges.Changed) -> None:
        event.stop()
        self._changes.take(event)
        self._offer_keys()
        self._read_all()

    def action_edit_label(self, first: str) -> None:
        """Name, tag and note the run under the cursor."""
        if self._table.run is not None:
            self._changes.label(self._table.run, first)

    def action_stop_run(self) -> None:
        """Stop the run under the cursor; without the table, those on the axes."""
        for run in self._stoppable():
            self._changes.stop(run)

    def action_delete(self) -> None:
        """Delete the run under the cursor, or the chosen ones."""
        if self._table.run is not None:
            self._changes.delete(self._table.run, self.chosen)

    def action_undo(self) -> None:
        """Bring back what was deleted last; among the deleted runs the one under the cursor."""
        if not self._listed.deleted:
            self._changes.undo()
        elif self._table.run is not None:
            self._changes.restore(self._table.run)

    def action_toggle_deleted(self) -> None:
        """Show the runs in the bin, or those that are not."""
        self._listed.switch()
        self._chosen.clear()
        self._show()
        self._read_all()

    def action_empty_bin(self) -> None:
        """Remove the deleted runs for good, after asking."""
        self._changes.empty_bin(self.runs)
