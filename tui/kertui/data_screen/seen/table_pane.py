"""The columns of a table, each of them to be changed, and a line about the one under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from kertasks.tables.table import Missing, Role, Scaling, Table
from kertasks.tables.table_changes import with_column, with_role, with_target
from kertasks.tables.table_look import ColumnLook
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.seen.column_cells import (
    TARGET,
    Cell,
    cell_choices,
    cell_text,
    column_sentences,
)
from kertui.data_screen.seen.column_table import ColumnTable
from kertui.forms.choice_list import ChoiceList
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import fitted


class TablePane(Vertical):
    """Shows the columns of a draft of a table, and makes what is changed in them a change of it."""

    DEFAULT_CSS = """
    TablePane {
        height: 1fr;
        min-height: 4;
        & > ColumnTable { height: 1fr; min-height: 4; }
        & > Static { height: 1; color: $dim; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    class Edited(Message):
        """A column was changed, and the draft has it."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = ColumnTable()
        """What has the focus."""

        self._draft: DataDraft | None = None

    def compose(self) -> ComposeResult:
        """Put the line under the columns."""
        yield self.columns
        yield Static(markup=False)

    def show(self, draft: DataDraft, looks: Mapping[str, ColumnLook]) -> None:
        """Show a table as it is now, and what was seen in its columns last."""
        self._draft = draft
        self.columns.show(draft.table, looks)

    def about(self) -> tuple[str, Sequence[str]]:
        """The name of the column under the cursor, and what is known of it; empty for nothing."""
        column, draft = self.columns.column, self._draft
        if draft is None or column is None:
            return "", ()
        glyphs = glyphs_for(self.app)
        about = column_sentences(column, self.columns.look, draft.table, glyphs)
        return (column.name if about else ""), about

    def say_about(self, wanted: bool) -> None:
        """Say on a line what is known of the column, or say nothing."""
        name, about = self.about()
        glyphs, line = glyphs_for(self.app), self.query_one(Static)
        line.display = wanted and bool(about)
        text = f" {glyphs.dot} ".join([name, *about])
        line.update(fitted(text, max(1, line.size.width), glyphs))

    def _change(self, table: Table) -> None:
        if self._draft is not None:
            self._draft.change_data(table)
            self.post_message(self.Edited())

    @on(ColumnTable.CellOpened)
    def _open_cell(self, event: ColumnTable.CellOpened) -> None:
        event.stop()
        if self._draft is None:
            return
        table = self._draft.table
        choices = cell_choices(event.cell, event.column, table)
        now = cell_text(event.cell, event.column, None, table, glyphs_for(self.app))

        def picked(text: str | None) -> None:
            if text is not None and text != now:
                self._set_cell(event.column.name, event.cell, text)

        if choices:
            self.app.push_screen(ChoiceList(choices, now, event.region), picked)

    def _set_cell(self, name: str, cell: Cell, text: str) -> None:
        if self._draft is None:
            return
        table = self._draft.table
        column = next((one for one in table.columns if one.name == name), None)
        if column is None:
            return  # another look has other columns
        match cell:
            case Cell.ROLE if text == TARGET:
                self._change(with_target(table, name))
            case Cell.ROLE:
                self._change(with_role(table, name, Role(text)))
            case Cell.THEN:
                self._change(with_column(table, replace(column, missing=Missing(text))))
            case Cell.SCALING if name == table.target:
                self._change(replace(table, scale_target=text == Scaling.STANDARD))
            case Cell.SCALING:
                self._change(with_column(table, replace(column, scaling=Scaling(text))))

    @on(ColumnTable.RoleWanted)
    def _take_role(self, event: ColumnTable.RoleWanted) -> None:
        event.stop()
        if self._draft is None:
            return
        table, name = self._draft.table, event.column.name
        self._change(
            with_target(table, name) if event.target else with_role(table, name, Role.IGNORE)
        )
