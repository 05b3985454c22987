"""The dialog in which a run gets a name, tags and a note."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from kertasks.runs.label import Label, make_label
from kertasks.runs.summary import RunSummary
from kertui.dialogs.dialog import Dialog
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for

_FIELDS = ("name", "tags", "note")


class RunLabelScreen(Dialog[Label]):
    """Asks for the label of a run; gives it, or None for escape.

    Args:
        run: the run, with the label it has now.
        first: the field to begin with: ``"name"``, ``"tags"`` or ``"note"``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, run: RunSummary, first: str = "name") -> None:
        super().__init__()
        self._run = run
        self._first = first

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        label = self._run.label
        values = (label.name, " ".join(label.tags), label.note)
        hints = (self._run.recipe, "words apart by blanks", "")
        with Vertical(id="dialog"):
            yield Static(Content(f"{self._run.task} {self._run.title}"), id="dialog-title")
            for field, value, hint in zip(_FIELDS, values, hints, strict=True):
                with Horizontal(classes="label-field"):
                    yield Static(field)
                    yield TextField(
                        value,
                        placeholder=hint,
                        id=f"label-{field}",
                        compact=True,
                        select_on_focus=False,
                    )
            yield Static(
                Content.from_markup(
                    "[b]$enter[/b] [$dim]keep[/]   [b]$tab[/b] [$dim]next field[/]   "
                    "[b]esc[/b] [$dim]cancel[/]",
                    enter=glyphs_for(self.app).enter,
                    tab=glyphs_for(self.app).tab,
                ),
                id="label-keys",
            )

    def on_mount(self) -> None:
        """Typing goes on at the end of what is there."""
        field = self._field(self._first)
        field.focus()
        field.cursor_position = len(field.value)

    def _field(self, name: str) -> Input:
        return self.query_one(f"#label-{name}", Input)

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(make_label(*(self._field(name).value for name in _FIELDS)))
