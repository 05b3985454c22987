"""Asks before changes that are in no file are left behind."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

Answer: TypeAlias = Literal["save", "leave", "stay"]


class UnsavedChangesScreen(ModalScreen[Answer]):
    """Save, leave without saving, or stay."""

    CSS_PATH = "unsaved_changes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('stay')", "stay", show=False, id="unsaved.stay"),
        Binding("s", "answer('save')", "save", show=False, id="unsaved.save"),
        Binding("l", "answer('leave')", "leave", show=False, id="unsaved.leave"),
    ]

    def __init__(self, name: str, count: int) -> None:
        super().__init__()
        self._recipe_name = name
        self._count = count

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        changes = "1 difference" if self._count == 1 else f"{self._count} differences"
        with Vertical(id="unsaved-dialog"):
            yield Static(
                Content.from_markup(
                    "[b]$name[/b] has changes that are in no file  [$dim]$changes[/]",
                    name=self._recipe_name,
                    changes=changes,
                )
            )
            yield OptionList(
                Option(Content.from_markup("stay here           [$dim]esc[/]"), id="stay"),
                Option(Content.from_markup("save them           [$dim]s[/]"), id="save"),
                Option(Content.from_markup("leave without them  [$dim]l[/]"), id="leave"),
                compact=True,
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the chosen line."""
        event.stop()
        if event.option_id in {"save", "leave", "stay"}:
            self.action_answer(event.option_id)  # type: ignore[arg-type]  # narrowed by the set

    def action_answer(self, answer: Answer) -> None:
        """Give the answer."""
        self.dismiss(answer)
