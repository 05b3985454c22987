"""The form of what is said of data as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.reactive import reactive

from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.form.data_settings import Setting, entered, fields_of, reset
from kertui.forms.field_form import FieldForm
from kertui.forms.fields import Field


class DataForm(FieldForm):
    """What is predicted of what, what is held out, how the data is read, name and title."""

    DEFAULT_CSS = """
    DataForm {
        height: auto;
        & > .form--title { display: none; }
        & > .form--help { height: 2; }
    }
    """

    paired: reactive[bool] = reactive(False)
    """Whether two fields stand on a line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draft: DataDraft | None = None
        self._settings: Callable[[], Sequence[Setting]] = tuple

    def show(self, draft: DataDraft, settings: Callable[[], Sequence[Setting]]) -> None:
        """Show data as it is now.

        Args:
            draft: what is changed.
            settings: the fields of the draft as it is then.
        """
        self._draft, self._settings = draft, settings
        self.show_form()

    def show_form(self) -> None:
        """Show it as it was told last."""
        self.show_fields(fields_of(self._settings(), self.paired))

    def watch_paired(self) -> None:
        """Share the lines anew."""
        if self.is_mounted:
            self.show_form()

    def enter_value(self, field: Field, text: str) -> None:
        """Make what was typed a change of the data."""
        if self._draft is not None:
            task, name = entered(self._draft, self._settings(), field.path, text)
            self._draft.change(task, name)
            self.post_message(self.Edited())

    def reset_value(self, field: Field) -> None:
        """Give the field its default back."""
        if self._draft is not None:
            self._draft.change(reset(self._draft, self._settings(), field.path))
            self.post_message(self.Edited())
