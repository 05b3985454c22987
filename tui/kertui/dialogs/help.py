"""Every key that acts now, with what it does, written from the bindings themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult, SystemCommand
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kertui.dialogs.dialog import Dialog
from kertui.terminal.cells import padded
from kertui.terminal.key_names import group_by_action

_OTHER_ROWS = 6
"""Of the dialog: its edges, the title and the last line, with a blank one between."""


class HelpScreen(Dialog[None]):
    """The keys of the screen under it.

    Args:
        screen: whose keys to explain.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,question_mark,f1", "cancel", "close", show=False, id="help.close",
                tooltip="Close the help."),
    ]  # fmt: skip

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__("Keys", keys=[("escape", "closes this")])
        self._of = screen

    def compose_body(self) -> ComposeResult:
        """Build the list of keys."""
        with VerticalScroll(id="help-keys"):
            yield Static(self._write())

    def on_resize(self) -> None:
        """Leave room for the last line, however many keys there are."""
        room = round(self.size.height * 0.94) - _OTHER_ROWS
        self.query_one("#help-keys").styles.max_height = max(1, room)

    def _write(self) -> Content:
        rows: list[tuple[str, str]] = []
        for entries in _group_bindings(self._of):
            names = dict.fromkeys(self.app.get_key_display(entry.binding) for entry in entries[:3])
            rows.append(("  ".join(names), _explain(entries)))
        column = max((cell_len(keys) for keys, _ in rows), default=0) + 3
        room = max(20, min(70, round(self.app.size.width * 0.94)) - 6 - column)
        lines: list[Content] = []
        for keys, text in rows:
            for number, line in enumerate(textwrap.wrap(text, room)):
                lines.append(
                    Content.assemble((padded("" if number else keys, column), "bold $key"), line)
                )
        if self._has_filter:
            typing = "Typing letters in the list of tasks filters it."
            lines += [Content(""), Content.styled(typing, "dim")]
        return Content("\n").join(lines)

    @property
    def _has_filter(self) -> bool:
        return bool(self._of.query("TaskFilter"))


def _group_bindings(screen: Screen[object]) -> list[list[ActiveBinding]]:
    """The bindings that act now, those that do the same together; those in the footer first.

    What moves in a list is left out: those bindings are ``system`` ones, and Textual's own say
    nothing of themselves.
    """
    listed = (
        entry
        for entry in screen.active_bindings.values()
        if entry.enabled
        and (entry.binding.show or (entry.binding.tooltip and not entry.binding.system))
    )
    return sorted(group_by_action(listed), key=lambda entries: not entries[0].binding.show)


def _explain(entries: Iterable[ActiveBinding]) -> str:
    """The tooltip of the first binding that has one, else a description as a sentence."""
    bindings = [entry.binding for entry in entries]
    text = next((binding.tooltip for binding in bindings if binding.tooltip), "")
    return text or f"{_capitalised(bindings[0].description)}."


def _capitalised(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def list_commands(screen: Screen[object]) -> Iterator[SystemCommand]:
    """What the command palette offers over a screen: the bindings that act now."""
    for entries in _group_bindings(screen):
        binding, node = entries[0].binding, entries[0].node
        if binding.id != "app.commands":
            run = partial(screen.app.run_action, binding.action, node)
            yield SystemCommand(_capitalised(binding.description), _explain(entries), run)
