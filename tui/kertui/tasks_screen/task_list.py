"""The list of tasks under their headings, and the filter that printable keys fill at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kertasks.kinds import Group
from kertasks.own_tasks.found_tasks import BrokenTask
from kertasks.task import Task
from kertasks.text.plain_text import JOINERS, one_line
from kertui.tasks_screen.recipe_list import CardList
from kertui.terminal.cells import characters, padded
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import fitted

OPEN_FILE = "open-file"
"""The option that is no task: a file of the person's own."""

_BROKEN = "broken:"
"""Before the name of a task whose file is wrong, in the option's id."""

_LONGEST_NAME = 14
"""Cells that names share; a longer one has its title behind it."""

_COMMANDS_WHILE_EMPTY = "q?RH"
"""Printable keys that stay commands as long as nothing is typed."""

_search = FuzzySearch()


def rank(query: str, task: Task) -> float:
    """How well a task answers the query; 0 when it does not.

    The name may match with letters left out; title, kind, question and recipes only by a part
    of them as typed, since nearly every sentence contains the letters of a short query.
    """
    query = query.strip().casefold()
    if not query:
        return 1.0
    if task.name.startswith(query):
        return 1000.0
    score, _ = _search.match(query, task.name)
    texts = (task.title, task.kind.value, task.group.value, task.question, *task.recipes)
    if query in task.name or score >= len(query):
        return 100.0 + score
    return 10.0 if any(query in text.casefold() for text in texts) else 0.0


def matched_places(query: str, name: str) -> list[int]:
    """Which characters of a task's name the query matched."""
    query = query.strip().casefold()
    if not query:
        return []
    start = name.find(query)
    if start >= 0:
        return list(range(start, start + len(query)))
    score, places = _search.match(query, name)
    return list(places) if score else []


class TaskList(CardList):
    """The tasks to choose from, which typing filters.

    Args:
        tasks: in the order to show, those of a group together.
        broken: those whose files are wrong.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_filter", "all tasks", id="tasks.clear",
                tooltip="Empty the filter and show every task."),
    ]  # fmt: skip

    filter_text: reactive[str] = reactive("", bindings=True)
    narrow: reactive[bool] = reactive(False)
    """Whether rows have names only, where the card shows the title."""

    @dataclass
    class TaskHighlighted(Message):
        """The cursor came to a task, to one whose file is wrong, or to the row for a file."""

        task: Task | None
        broken: BrokenTask | None = None

    class TaskOpened(Message):
        """The task under the cursor was opened, or the row for a file."""

    @dataclass
    class FilterChanged(Message):
        """The person changed the text of the filter."""

        text: str

    def __init__(
        self, tasks: Sequence[Task], broken: Sequence[BrokenTask] = (), id: str | None = None
    ) -> None:
        super().__init__(id=id, compact=True)
        self._tasks, self._broken = tuple(tasks), tuple(broken)
        self._by_name = {task.name: task for task in tasks}
        self._without_data: frozenset[str] = frozenset()
        self._training: frozenset[str] = frozenset()
        self._best: str | None = None

    def on_mount(self) -> None:
        """Show every task, the cursor on the first."""
        self._rebuild()

    def mark(self, *, without_data: Collection[str], training: Collection[str]) -> None:
        """Mark tasks, by name, whose data is not here and those that are being trained."""
        marks = frozenset(without_data), frozenset(training)
        if marks != (self._without_data, self._training):
            self._without_data, self._training = marks
            self._rebuild()

    def show_tasks(self, tasks: Sequence[Task], broken: Sequence[BrokenTask]) -> None:
        """Show these tasks, and those whose files are wrong; the cursor stays if it can."""
        self._tasks, self._broken = tuple(tasks), tuple(broken)
        self._by_name = {task.name: task for task in tasks}
        self._rebuild()

    def go_to(self, name: str) -> None:
        """Put the cursor on the task of that name, if it is shown."""
        ids = [option.id for option in self.options]
        if name in ids:
            self.highlighted = ids.index(name)

    @property
    def chosen(self) -> Task | None:
        """The task under the cursor."""
        option = self.highlighted_option
        return self._by_name.get(option.id or "") if option is not None else None

    @property
    def chosen_broken(self) -> BrokenTask | None:
        """The task under the cursor, where its file is wrong."""
        id = option.id or "" if (option := self.highlighted_option) is not None else ""
        return next((task for task in self._broken if _BROKEN + task.name == id), None)

    def on_resize(self) -> None:
        """Rows are as wide as the list."""
        self._rebuild()

    def watch_narrow(self) -> None:
        """Draw the rows anew, with or without titles."""
        self._rebuild()

    # --- typing

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say which keys are text, so that no binding of theirs is offered meanwhile."""
        del key
        return self._is_text(character)

    def _is_text(self, character: str | None) -> bool:
        if not character or len(character) != 1:
            return False
        if not character.isprintable() and not (self.filter_text and character in JOINERS):
            return False
        return bool(self.filter_text) or character not in _COMMANDS_WHILE_EMPTY + " "

    def on_key(self, event: events.Key) -> None:
        """Take what is typed into the filter."""
        if self._is_text(event.character):
            self.filter_text += event.character or ""
        elif event.key == "backspace" and self.filter_text:
            kept = list(characters(self.filter_text))[:-1]
            self.filter_text = "".join(character for character, _ in kept)
        elif event.key in ("ctrl+u", "ctrl+w") and self.filter_text:
            self.filter_text = ""
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text, which is one line by now, into the filter."""
        self.filter_text += event.text
        event.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to empty the filter only when there is something in it."""
        del parameters
        return bool(self.filter_text) if action == "clear_filter" else True

    def action_clear_filter(self) -> None:
        """Empty the filter, which shows every task."""
        self.filter_text = ""

    def watch_filter_text(self, text: str) -> None:
        """Show what answers, the best answer under the cursor."""
        if not self.is_running:
            return
        ranked = [(rank(text, task), task) for task in self._tasks]
        found = [(score, task) for score, task in ranked if score]
        if text:
            self._best = max(found, key=lambda pair: pair[0])[1].name if found else OPEN_FILE
        self._rebuild()
        self._best = None
        self.post_message(self.FilterChanged(text))

    # --- rows

    def _rebuild(self) -> None:
        if not self.is_running:
            return
        option = self.highlighted_option
        keep = self._best or (option.id if option is not None else None)
        shown = [task for task in self._tasks if rank(self.filter_text, task)]
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(self._rows(shown))
            ids = [option.id for option in self.options]
            # A task whose file has just been broken or mended is the same to a person.
            name = (keep or OPEN_FILE).removeprefix(_BROKEN)
            same = [id for id in (keep, name, _BROKEN + name) if keep and id in ids]
            self.highlighted = ids.index(same[0]) if same else 1
        now = self.highlighted_option
        if option is None or now is None or option.id != now.id:
            self.post_message(self.TaskHighlighted(self.chosen, self.chosen_broken))

    def _rows(self, shown: Sequence[Task]) -> list[Option]:
        glyphs = glyphs_for(self.app)
        rows: list[Option] = []
        group = None
        for task in shown:
            if task.group is not group:
                group = task.group
                rows.append(_heading(group.value))
            rows.append(Option(self._row(task), id=task.name))
        query = self.filter_text.strip().casefold()
        broken = [task for task in self._broken if query in task.name.casefold()]
        if not shown and not broken:
            rows.append(Option(Content.styled(" no task matches", "dim"), disabled=True))
        if group is not Group.YOURS:
            rows.append(_heading(Group.YOURS.value))
        rows += [Option(self._broken_row(task), id=_BROKEN + task.name) for task in broken]
        what = "file" if self.narrow else "open a file"
        text = f" {glyphs.add} {what} {glyphs.ellipsis}"
        rows.append(Option(Content(text), id=OPEN_FILE))
        return rows

    @property
    def _name_width(self) -> int:
        return min(_LONGEST_NAME, max((cell_len(task.name) for task in self._tasks), default=0))

    def _broken_row(self, task: BrokenTask) -> Content:
        glyphs = glyphs_for(self.app)
        room = max(12, self.scrollable_content_region.width or 30) - 3
        name = one_line(task.name)
        text = f" {name}" if self.narrow else f" {padded(name, self._name_width)}  cannot be read"
        text = fitted(text, room, glyphs)
        return Content.assemble((padded(text, room), "dim"), (f" {glyphs.cross} ", "$error"))

    def _row(self, task: Task) -> Content:
        glyphs = glyphs_for(self.app)
        room = max(12, self.scrollable_content_region.width or 30)
        mark = ""
        if task.name in self._training:
            mark = glyphs.on
        elif task.name in self._without_data:
            mark = glyphs.download
        text = f" {task.name}"
        if not self.narrow:
            text = f" {padded(task.name, self._name_width)}  {task.title}"
        wide = room - 3
        cut = padded(fitted(text, wide, glyphs), wide)
        row = Content(f"{cut} {mark:<1} ")
        row = row.stylize("dim", min(len(cut), 1 + len(task.name)), len(cut))
        row = row.stylize("$accent", len(cut))
        for place in matched_places(self.filter_text, task.name):
            row = row.stylize("$accent bold underline", 1 + place, 2 + place)
        return row

    @on(OptionList.OptionHighlighted)
    def _tell_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.TaskHighlighted(self.chosen, self.chosen_broken))

    @on(OptionList.OptionSelected)
    def _tell_opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.TaskOpened())


def _heading(text: str) -> Option:
    return Option(Content.styled(f" {text.upper()}", "dim bold"), disabled=True)


class TaskFilter(Widget):
    """The line above the list. Typing goes to the list, which keeps the keys of both."""

    DEFAULT_CSS = """
    TaskFilter { height: 1; }
    """

    query_text: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        """The query with a caret, or what typing would do."""
        glyphs = glyphs_for(self.app)
        caret = (glyphs.caret, "$accent bold")
        if not self.query_text:
            return Content.assemble(caret, ("type to filter", "dim"))
        return Content.assemble((self.query_text, "bold"), caret)
