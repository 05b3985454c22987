"""The screen of a person's data: what was understood in it, to be changed, and used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.own_tasks import kept_tasks
from kertasks.own_tasks.data_task import DataTask, OwnData, name_for
from kertasks.registry import find_task
from kertasks.tables.table import Table
from kertasks.tables.table_look import TableLook
from kertasks.tables.table_requests import DataLook, data_of
from kertasks.task import Task
from kertasks.text.numbers import short_path
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.data_header import DataHeader
from kertui.data_screen.data_looker import Asked, DataLooker
from kertui.data_screen.data_prompt import DataPrompt
from kertui.data_screen.data_words import settings_of
from kertui.data_screen.form.data_form import DataForm
from kertui.data_screen.look_notes import (
    LookNotes,
    notes_of,
)
from kertui.data_screen.seen.column_table import ColumnTable
from kertui.data_screen.seen.seen_pane import SeenPane
from kertui.data_screen.seen.table_pane import TablePane
from kertui.data_screen.suggested_recipe import SuggestedRecipe, recipe_for
from kertui.dialogs.unsaved_changes import UnsavedAnswer, UnsavedChangesScreen
from kertui.forms.field_form import FieldForm
from kertui.rows.key_line import KeyLine
from kertui.session import OpenData, OpenWorkbench
from kertui.terminal.glyphs import glyphs_for


class DataScreen(Screen[None]):
    """Shows what was understood in a table, a folder or a file of arrays, has it changed, and makes
    a task of it.

    A change is looked at anew in the data, by a process of its own; what was seen before stays
    meanwhile, and so does whatever is typed.

    Args:
        asked: which file, of a table or of a task of data.
    """

    CSS_PATH = "data_screen.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "edit_settings", "settings", id="data.settings",
                tooltip="Change the target, what is held out, how the file is read, the name."),
        Binding("u,ctrl+z", "undo", "undo", id="data.undo", tooltip="Take the last change back."),
        Binding("w,ctrl+s", "save_task", "save", id="data.save",
                tooltip="Save the task as a TOML file, for example beside its data."),
        Binding("r", "look_again", "look again", id="data.again",
                tooltip="Look at the file again, which may have changed."),
        Binding("escape", "go_back", "back", key_display="esc", id="data.back",
                tooltip="From the settings to what was seen, from there to the tasks."),
    ]  # fmt: skip

    @dataclass
    class Kept(Message):
        """The task is in a file of the home, or why not."""

        said: DataTask
        task: Task | None
        file: Path | None
        trouble: str = ""

    def __init__(self, asked: OpenData) -> None:
        super().__init__()
        self._path = asked.path
        self._task_file = asked.task_file
        self._is_kept = asked.is_kept
        self._draft: DataDraft | None = None
        self._look: DataLook | None = None
        self._looked_at: OwnData | None = None
        """The data as it was when it was looked at last."""

        self._trouble = ""
        self._uses = False
        """Whether it is used as soon as it was looked at."""

        # Held, not looked up: an answer may still arrive while the screen is being taken down.
        self._looker = DataLooker()
        self._header = DataHeader()
        self._prompt = DataPrompt(self._path)
        self._table = TablePane()
        self._seen = SeenPane()
        self._form = DataForm()
        self._notes = LookNotes()
        self._suggestion = SuggestedRecipe()

    def compose(self) -> ComposeResult:
        """Lay out the header, the path to be corrected, what was seen, the form and the notes."""
        yield self._looker
        yield self._header
        yield self._prompt
        with Vertical(id="data-table"):
            yield self._table
            yield self._seen
            with Container(id="data-below"):
                yield self._form
                yield self._notes
            yield self._suggestion
        yield KeyLine()

    def on_mount(self) -> None:
        """Read the task's file, or look at the data at once."""
        self._show()
        if self._task_file is not None:
            self._looker.read_task(self._task_file)
        else:
            self._ask(Asked(self._path, None))

    def on_resize(self) -> None:
        """Let two fields stand on a line where there is no room below."""
        self._form.paired = self.size.width < 110
        self.call_after_refresh(self._show)

    # Looking

    @on(DataLooker.TaskRead)
    def _take_task(self, event: DataLooker.TaskRead) -> None:
        if event.task is None or self._task_file is None:
            self._trouble = event.trouble
            self._show()
            return
        kept = self._task_file if self._is_kept else None
        self._path = Path(event.task.data.path)
        self._draft = DataDraft(event.task, self._task_file.stem, kept, event.task)
        self._prompt.show_path(self._path)
        self._ask_anew()

    def _ask_anew(self) -> None:
        """Look at the data as it is said to be now, once nothing else is looked at."""
        if self._draft is not None:
            self._ask(Asked(self._path, self._draft.data))

    def _ask(self, asked: Asked) -> None:
        self._looker.look(asked)
        self._show()

    @on(DataLooker.Begun)
    def _take_begin(self) -> None:
        self._show()

    @on(DataLooker.NotLooked)
    def _take_trouble(self, event: DataLooker.NotLooked) -> None:
        self._uses = False
        if self._has_changed_since(event.asked):
            self._ask_anew()
            return
        self._trouble = event.trouble
        self._looked_at = event.asked.data
        self._show()
        if self._look is None:
            self._prompt.ask()

    @on(DataLooker.Looked)
    def _take_look(self, event: DataLooker.Looked) -> None:
        self._trouble, self._look = "", event.look
        seen = replace(data_of(event.look), path=str(event.asked.path))
        first = self._looked_at is None
        if self._draft is None:
            task = DataTask(seen)
            name = name_for(event.asked.path, self._looker.taken)
            self._draft = DataDraft(task, name, None, task)
        elif self._has_changed_since(event.asked):
            self._ask_anew()
            return
        else:
            self._draft.take_seen(seen)
        self._looked_at = self._draft.data
        self._show()
        if first:
            self._focus_seen()
        if self._uses:
            self.action_use()

    def _has_changed_since(self, asked: Asked) -> bool:
        now = None if self._draft is None else self._draft.data
        return (self._path, now) != (asked.path, asked.data)

    def _focus_seen(self) -> None:
        (self._table.columns if self._table.display else self._seen).focus()

    # What is shown

    @property
    def _is_fresh(self) -> bool:
        """Whether what was seen is of the data as it is said to be now."""
        return self._draft is not None and self._draft.data == self._looked_at

    def _show(self) -> None:
        if not self.is_mounted or not self._table.is_attached:
            return
        draft = self._draft
        again = self._looker.asked is not None and self._look is not None
        trouble, size = self._trouble, self._looker.bytes
        self._header.show(self._path, draft, self._look, trouble, looks_again=again, bytes=size)
        self.query_one("#data-table").display = draft is not None
        self._prompt.display = self._look is None
        self._prompt.show(self._trouble, self._looker.bytes)
        if draft is not None:
            self._show_seen(draft)
            self._form.show(draft, partial(settings_of, draft, self._look))
            self._suggestion.show(draft, self._look)
        self._show_notes()
        self.refresh_bindings()

    def _show_seen(self, draft: DataDraft) -> None:
        look, is_table = self._look, isinstance(draft.data, Table)
        self._table.display, self._seen.display = is_table, not is_table
        if is_table:
            columns = look.columns if isinstance(look, TableLook) else ()
            self._table.show(draft, {column.name: column for column in columns})
        else:
            self._seen.show(None if isinstance(look, TableLook) else look)

    @on(ColumnTable.ColumnChosen)
    def _show_notes(self) -> None:
        trouble = self._trouble if self._look is not None else ""
        notes = notes_of(self._look, trouble, glyphs_for(self.app))
        name, about = self._table.about() if self._table.display else ("", ())
        # Beside the notes where there is room; else on the one line that can always be seen.
        beside = not self._form.paired
        self._notes.show(notes, name if beside else "", about if beside else ())
        self._table.say_about(not beside)
        self.refresh_bindings()

    # What a person changes

    @on(DataPrompt.PathGiven)
    def _take_path(self, event: DataPrompt.PathGiven) -> None:
        """Look at another path, with what was said of the data."""
        self._path, self._trouble = event.path, ""
        if self._draft is not None:
            self._draft.change_data(replace(self._draft.data, path=str(self._path)))
            self._ask_anew()
        else:
            self._ask(Asked(self._path, None))

    @on(FieldForm.Edited)
    @on(TablePane.Edited)
    def _follow_change(self) -> None:
        """Show a change at once, and look at the file anew where that may tell something else."""
        self._uses = False
        if self._is_fresh:
            self._show()
        else:
            self._ask_anew()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that would do something now."""
        del parameters
        match action:
            case "use" | "save_task":
                return self._draft is not None and self._look is not None
            case "edit_settings":
                return self._draft is not None
            case "undo":
                return self._draft is not None and self._draft.count > 0
            case "look_again":
                return self._looker.asked is None and self._draft is not None
        return True

    def action_edit_settings(self) -> None:
        """Put the focus into the form."""
        self._form.focus_field()

    def action_undo(self) -> None:
        """Take the last change back."""
        if self._draft is not None:
            self._draft.undo()
            self._path = Path(self._draft.data.path)
            self._follow_change()

    def action_look_again(self) -> None:
        """Look at the file again as it is now."""
        self._looked_at = None
        self._ask_anew()

    def action_use(self) -> None:
        """Keep the task and open the suggested recipe; wait for a look that goes on."""
        draft, look = self._draft, self._look
        if draft is None or look is None:
            return
        if not self._is_fresh and self._looker.asked is not None:
            self._uses = True
            return
        self._uses = False
        if self._trouble or look.problems:
            said = self._trouble or look.problems[0]
            self.notify(said, title="It cannot be used yet", severity="warning", markup=False)
            return
        self._keep(draft.task, draft.name, draft.file)

    @work(thread=True, group="keep", exclusive=True)
    def _keep(self, said: DataTask, name: str, file: Path | None) -> None:
        try:
            if file is None:
                file = kept_tasks.keep(said, self._looker.taken, name)
            else:
                kept_tasks.write(said, file)
            kept = self.Kept(said, find_task(file.stem), file)
        except UserError as error:
            kept = self.Kept(said, None, None, str(error))
        self.post_message(kept)

    @on(Kept)
    def _take_kept(self, event: Kept) -> None:
        if event.task is None or self._draft is None:
            self.notify(event.trouble, severity="error", markup=False)
            return
        self._draft.file, self._draft.saved = event.file, event.said
        self._draft.name = event.task.name
        self._show()
        recipe = recipe_for(self._draft, self._look)
        recipe = event.task.recipes.get(recipe.name) or event.task.recipe()
        self.post_message(OpenWorkbench(self, event.task, recipe))

    def action_save_task(self) -> None:
        """Save the task as a file."""
        self._save(None)

    def _save(self, after: Callable[[], None] | None) -> None:
        from kertui.data_screen.save_task import SaveTaskScreen

        draft = self._draft
        if draft is None:
            return

        def saved(answer: tuple[DataTask, Path] | None) -> None:
            if answer is None:
                return
            draft.saved = answer[0]
            self.notify(f"Saved as {short_path(answer[1])}.", markup=False)
            self._show()
            if after is not None:
                after()

        proposed = short_path(self._path.parent / f"{draft.name}.toml")
        self.app.push_screen(SaveTaskScreen(proposed, draft.task), saved)

    def action_go_back(self) -> None:
        """Go back to what was seen, or leave; ask first about changes that are in no file."""
        if self._form.has_focus_within and self._table.is_attached:
            self._focus_seen()
        else:
            self.ask_before_leaving(self._leave)

    def _leave(self) -> None:
        self.dismiss(None)

    def ask_before_leaving(self, leave: Callable[[], None]) -> None:
        """Leave at once where every change is in a file; else ask."""
        draft = self._draft
        if draft is None or not draft.changed:
            leave()
            return

        def answered(answer: UnsavedAnswer | None) -> None:
            if answer is UnsavedAnswer.SAVE:
                self._save(leave)
            elif answer is UnsavedAnswer.LEAVE:
                leave()

        self.app.push_screen(UnsavedChangesScreen(draft.name, draft.count), answered)
