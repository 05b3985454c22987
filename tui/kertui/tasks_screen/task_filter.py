"""What a person has typed to narrow the list of tasks, and how tasks answer it."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.reactive import reactive
from textual.widget import Widget

from kertasks.task import Task
from kertui.terminal.glyphs import glyphs_for

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
