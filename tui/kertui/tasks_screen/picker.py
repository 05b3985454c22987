"""The left column of the first screen: the tasks, and three things to try while there is no run."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from kertasks.own_tasks.found_tasks import BrokenTask
from kertasks.task import Task
from kertui.tasks_screen.task_list import TaskFilter, TaskList
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import glyphs_for
from kertui.terminal.key_names import name_key

_TO_TRY = (
    (("enter", "space"), ("enter",), "open a task and train it", "open, train"),
    (("H",), ("H",), "two recipes side by side", "two at once"),
    (("ctrl+o",), ("ctrl+o",), "data of your own", "own data"),
)
"""Keys, and what they do; then both again for a narrow column."""

_LEAST_WIDE = 38
"""Columns from which there is room for whole sentences."""


class Greeting(Widget):
    """Three things to try, for somebody who has trained nothing yet."""

    DEFAULT_CSS = """
    Greeting { height: auto; display: none; padding: 1 0 0 1; }
    """

    def render(self) -> Content:
        """A heading like those of the tasks, and a line each."""
        glyphs, room = glyphs_for(self.app), self.content_size.width
        wide = room >= _LEAST_WIDE
        rows = [
            (
                " ".join(name_key(key, glyphs) for key in (keys if wide else few)),
                long if wide else short,
            )
            for keys, few, long, short in _TO_TRY
        ]
        column = max(cell_len(keys) for keys, _ in rows)
        longest = max(cell_len(words) for _, words in rows)
        gap = min(2, max(1, room - column - longest))
        lines = [Content.styled("NO RUN YET? TRY", "dim bold")]
        lines += [
            Content.assemble((padded(keys, column), "$accent"), f"{' ' * gap}{words}")
            for keys, words in rows
        ]
        if wide:
            lines.append(
                Content.assemble(("kertui demo", "$accent"), (" in a shell shows how", "dim"))
            )
        return Content("\n").join(lines)


class Picker(Vertical):
    """The list of tasks under its filter.

    Args:
        tasks: all that there are, in the order to show.
        broken: those whose files are wrong.
    """

    is_new: reactive[bool] = reactive(False)
    """Whether there is neither a run nor a task of the person's own."""

    def __init__(self, tasks: Sequence[Task], broken: Sequence[BrokenTask]) -> None:
        super().__init__(id="picker")
        self._tasks, self._broken = tasks, broken

    def compose(self) -> ComposeResult:
        """Build the filter, the list and the greeting."""
        yield TaskFilter()
        yield TaskList(self._tasks, self._broken, id="tasks")
        yield Greeting()

    def on_resize(self) -> None:
        """Show only names where there is little room."""
        self.query_one(TaskList).narrow = self.app.size.width < 100
        self._greet()

    def watch_is_new(self) -> None:
        """Greet, or no longer."""
        self._greet()

    @on(TaskList.FilterChanged)
    def _show_filter(self, event: TaskList.FilterChanged) -> None:
        self.query_one(TaskFilter).query_text = event.text
        self._greet()

    def _greet(self) -> None:
        """Greet where all tasks are in sight all the same, and while letters are still keys."""
        if not self.is_mounted:
            return
        tasks = self.query_one(TaskList)
        wide = self.size.width >= _LEAST_WIDE
        taken = 2 + tasks.option_count + 2 + len(_TO_TRY) + wide
        greets = self.is_new and not tasks.filter_text and taken <= self.size.height
        self.query_one(Greeting).display = greets
        self.set_class(greets, "-greets")
