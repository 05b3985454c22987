"""What a person types to narrow the table of runs."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for


class RunFilter(Horizontal):
    """A line to type in, shown while it is used or holds something. Posts ``Input.Changed``."""

    DEFAULT_CSS = """
    RunFilter {
        height: 1;
        padding: 0 1;
        display: none;

        &.-used { display: block; }
        & > Static { width: 2; color: $accent; }
        & > Input, & > Input:focus {
            width: 1fr; height: 1; padding: 0; border: none;
            background: transparent; background-tint: transparent;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "leave", "to the runs", show=False, id="filter.leave",
                tooltip="Go from the filter to the runs."),
        Binding("escape", "clear", "all runs", id="filter.clear",
                tooltip="Empty the filter and show every run."),
    ]  # fmt: skip

    class FilterLeft(Message):
        """The person is done typing and goes on to the runs."""

    def compose(self) -> ComposeResult:
        """Lay out a sign and the field to type in."""
        yield Static(glyphs_for(self.app).prompt)
        yield TextField(
            placeholder="words of task, recipe, state, device, name, note; #tag",
            compact=True,
            select_on_focus=False,
        )

    @property
    def text(self) -> str:
        """The words that were typed so far."""
        return self.query_one(Input).value

    def begin(self) -> None:
        """Show the line and put the cursor in it."""
        self.add_class("-used")
        self.query_one(Input).focus()

    def clear(self) -> None:
        """Empty the line and hide it."""
        self.query_one(Input).value = ""
        self.remove_class("-used")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Go on to the runs that were found; an empty line is hidden."""
        if not self.text:
            self.remove_class("-used")
        self.post_message(self.FilterLeft())

    def action_clear(self) -> None:
        """Empty the line, so that every run is shown again."""
        self.clear()
        self.post_message(self.FilterLeft())
