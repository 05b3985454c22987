"""What all dialogs have in common, and the question with its answers as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kertui.terminal.glyphs import glyphs_for
from kertui.terminal.key_names import name_key

Answer = TypeVar("Answer")

LOOK = Path(__file__).with_name("dialog.tcss")
"""The style sheet of all dialogs."""


class Dialog(ModalScreen[Answer]):
    """A frame in the middle of the screen: title, text, what the dialog is about, and its keys.

    Escape gives None. A subclass yields the widgets between the text and the keys in
    ``compose_body``.

    Args:
        heading: the title.
        text: what one should know; may be empty.
        keys: what stands on the last line: keys by Textual's names, several with blanks between,
            and what they do.
    """

    # A path, not a name: subclasses lie in other folders, and add style sheets of their own.
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = LOOK
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False, id="dialog.cancel",
                tooltip="Close it and change nothing."),
    ]  # fmt: skip

    # Where rows are few, a list of answers is short: the last line stays in sight.
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-short"), (30, "-high")]  # noqa: RUF012

    def __init__(
        self,
        heading: str | Content = "",
        text: str = "",
        keys: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._heading, self._text, self._keys = heading, text, tuple(keys)

    def compose(self) -> ComposeResult:
        """Build the frame with its title, text, body and keys."""
        with Vertical(id="dialog"):
            yield Static(Content.assemble(self._heading), id="dialog-title")
            if self._text:
                yield Static(Content(self._text), id="dialog-text")
            yield from self.compose_body()
            if self._keys:
                yield Static(self._key_hints(self._keys), id="dialog-keys")

    def compose_body(self) -> ComposeResult:
        """Build what stands between the text and the keys."""
        yield from ()

    def show_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Offer other keys on the last line."""
        self.query_one("#dialog-keys", Static).update(self._key_hints(keys))

    def _key_hints(self, keys: Sequence[tuple[str, str]]) -> Content:
        """Keys with what they do, on one line: ``↵ open   esc cancel``."""
        glyphs = glyphs_for(self.app)
        return Content("   ").join(
            Content.assemble(
                (" ".join(name_key(key, glyphs) for key in names.split()), "bold"),
                (f" {effect}", "$dim"),
            )
            for names, effect in keys
        )

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

    key: str = ""
    """A key that gives it too, as people write it; the dialog has a binding for it."""


class Question(Dialog[Answer]):
    """Asks; gives the chosen answer, or None for escape.

    Args:
        heading: the question.
        text: what one should know to answer it; may be empty.
        choices: the answers.
        first: which of them is under the cursor.
        keys: as of any dialog.
    """

    def __init__(
        self,
        heading: str | Content,
        text: str,
        choices: Sequence[Choice[Answer]],
        first: int = 0,
        keys: Sequence[tuple[str, str]] = (("enter", "choose"), ("escape", "cancel")),
    ) -> None:
        super().__init__(heading, text, keys)
        self._choices, self._first = tuple(choices), first

    def compose_body(self) -> ComposeResult:
        """Build the list of answers."""
        options = OptionList(*(Option(_entry(choice)) for choice in self._choices), compact=True)
        options.highlighted = self._first
        yield options

    @on(OptionList.OptionSelected)
    def take_answer(self, event: OptionList.OptionSelected) -> None:
        """Give the answer that was chosen in the list."""
        event.stop()
        self.action_choose(event.option_index)

    def action_choose(self, index: int) -> None:
        """Give the answer at a place in the list."""
        self.take_choice(self._choices[index].answer)

    def take_choice(self, answer: Answer) -> None:
        """Close the dialog with the answer; a question that asks on does something else."""
        self.dismiss(answer)


def _entry(choice: Choice[Answer]) -> Content:
    key = (f"  {choice.key}", "bold $key") if choice.key else ""
    return Content.assemble(f" {choice.text}", key, "\n", (f"   {choice.effect}", "dim"))
