"""The form of what is said of a table as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from textual.reactive import reactive

from kertasks.tables.table_look import ColumnLook
from kertui.data_screen.table_draft import TableDraft
from kertui.data_screen.table_fields import Shown, entered, fields_of, reset
from kertui.forms.field_form import FieldForm
from kertui.forms.fields import Field


class TableForm(FieldForm):
    """Target, split, text, how the file is read, name and title."""

    DEFAULT_CSS = """
    TableForm {
        height: auto;
        & > .form--title { display: none; }
        & > .form--help { height: 2; }
    }
    """

    paired: reactive[bool] = reactive(False)
    """Whether two fields stand on a line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Shown | None = None

    def show(self, draft: TableDraft, format: str, looks: Mapping[str, ColumnLook]) -> None:
        """Show a table as it is now, and what was seen in it last."""
        self._shown = Shown(draft, format, looks)
        self.show_form()

    def show_form(self) -> None:
        """Show it as it was told last."""
        if self._shown is not None:
            self.show_fields(fields_of(self._shown, self.paired))

    def watch_paired(self) -> None:
        """Share the lines anew."""
        if self.is_mounted:
            self.show_form()

    def enter_value(self, field: Field, text: str) -> None:
        """Make what was typed a change of the table."""
        if self._shown is not None:
            task, name = entered(self._shown, field.path, text)
            self._shown.draft.change(task, name)
            self.post_message(self.Edited())

    def reset_value(self, field: Field) -> None:
        """Give the field its default back."""
        if self._shown is not None:
            self._shown.draft.change(reset(self._shown, field.path))
            self.post_message(self.Edited())
