"""A question in the middle of the screen, with its answers as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """What the dialogs of this program look like. Escape gives None."""

    CSS_PATH = Path(__file__).with_name("dialog.tcss")  # subclasses lie in other folders
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False, tooltip="Close it and change nothing."),
    ]

    def action_cancel(self) -> None:
        """Close it and change nothing."""
        self.dismiss(None)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Answer]):
    """One answer to a question."""

    answer: Answer
    text: str
    effect: str
    """What it does, in a few words under it."""


class Question(Dialog[Answer]):
    """Asks; gives the chosen answer, or None for escape.

    Args:
        title: the question.
        text: what one should know to answer it; may be empty.
        choices: the first one is under the cursor.
    """

    def __init__(self, title: str, text: str, choices: Sequence[Choice[Answer]]) -> None:
        super().__init__()
        self._question, self._text, self._choices = title, text, tuple(choices)

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        with Vertical(id="dialog"):
            yield Static(Content(self._question), id="dialog-title")
            if self._text:
                yield Static(Content(self._text), id="dialog-text")
            yield OptionList(
                *(
                    Option(Content.assemble(f" {choice.text}\n", (f"   {choice.effect}", "dim")))
                    for choice in self._choices
                ),
                compact=True,
            )

    @on(OptionList.OptionSelected)
    def _answer(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.choose(self._choices[event.option_index].answer)

    def choose(self, answer: Answer) -> None:
        """Give the answer that was chosen."""
        self.dismiss(answer)
