"""A dialog that asks for one number; mistakes are said in place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from kertui.dialogs.dialog import Dialog
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for
from kertui.text.recipe_values import NotAllowed


@dataclass(frozen=True, slots=True)
class NumberWanted:
    """The number a dialog asks for, and how it is read and written."""

    title: str
    text: str
    """What one should know to answer it."""

    value: str
    """Proposed; empty where nothing is known."""

    parse: Callable[[str], float]
    """Reads what was typed; raises ``NotAllowed``."""

    format: Callable[[float], str]
    verb: str
    """What Enter does with it, in a word or two."""


class AskNumberScreen(Dialog[float]):
    """Asks; gives the number, or None for escape. Up doubles it and down halves it.

    Args:
        wanted: what is asked for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scale(2.0)", "double", show=False, id="number.double",
                tooltip="Twice as much."),
        Binding("down", "scale(0.5)", "halve", show=False, id="number.halve",
                tooltip="Half as much."),
    ]  # fmt: skip
    AUTO_FOCUS = "Input"

    def __init__(self, wanted: NumberWanted) -> None:
        keys = [("enter", wanted.verb), ("up", "double"), ("down", "halve"), ("escape", "cancel")]
        super().__init__(wanted.title, wanted.text, keys)
        self._wanted = wanted

    def compose_body(self) -> ComposeResult:
        """Build the field, and room for what is wrong with its number."""
        yield TextField(self._wanted.value, id="number", compact=True, select_on_focus=True)
        yield Static(id="dialog-say", markup=False)

    @property
    def _input(self) -> Input:
        return self.query_one(Input)

    def _say(self, text: str) -> None:
        self.query_one("#dialog-say", Static).update(Content.styled(text, "$error"))

    @on(Input.Changed)
    def clear_answer(self, event: Input.Changed) -> None:
        """Take away what was said of the number before."""
        event.stop()
        self._say("")

    @on(Input.Submitted)
    def use_number(self, event: Input.Submitted) -> None:
        """Give the number, or say what is allowed."""
        event.stop()
        try:
            value = self._wanted.parse(event.value)
        except NotAllowed as error:
            self._say(f"{glyphs_for(self.app).cross} must be {error.allowed}")
        else:
            self.dismiss(value)

    def action_scale(self, factor: float) -> None:
        """Multiply the number by a factor, as far as that is still one that can be used."""
        with contextlib.suppress(NotAllowed):
            text = self._wanted.format(factor * self._wanted.parse(self._input.value))
            self._wanted.parse(text)
            self._input.value = text
            self._input.cursor_position = len(text)
