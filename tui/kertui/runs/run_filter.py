"""What a person types to narrow the table of runs."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A line to type in, shown while it is used or holds something."""

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
        Binding("enter,down", "leave", "to the runs", show=False, id="filter.leave"),
        Binding("escape", "clear", "all runs", id="filter.clear",
                tooltip="Empty the filter and show every run."),
    ]  # fmt: skip

    @dataclass
    class FilterChanged(Message):
        """Another text is in it."""

        text: str

    @dataclass
    class FilterLeft(Message):
        """A person is done typing."""

    def compose(self) -> ComposeResult:
        """A sign and the text."""
        yield Static(glyphs_for(self.app).prompt)
        yield TextField(
            placeholder="words of task, recipe, state, device, name, note; #tag",
            compact=True,
            select_on_focus=False,
        )

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(Input).value

    def begin(self) -> None:
        """Show it and type."""
        self.add_class("-used")
        self.query_one(Input).focus()

    def clear(self) -> None:
        """Empty it and put it away."""
        self.query_one(Input).value = ""
        self.remove_class("-used")

    @on(Input.Changed)
    def _tell(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.FilterChanged(event.value))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Go on with what was found."""
        if not self.text:
            self.remove_class("-used")
        self.post_message(self.FilterLeft())

    def action_clear(self) -> None:
        """Show every run again."""
        self.clear()
        self.post_message(self.FilterLeft())
