"""The rows that are most wrong, as a list over the chosen one as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kertasks.runs.looking.view import Look, ViewRequest
from kertasks.runs.views.worst_rows import Mistake, Mistakes, MistakesRequest
from kertasks.text.numbers import counted, grouped
from kertui.live.looking.looked_at import look_words, rows_words, why_no_look
from kertui.live.looking.rows_tab import RowsTab, rows_key
from kertui.live.tab import RunView
from kertui.plotting.answers.class_table import scrolled
from kertui.plotting.answers.mistake_list import answer_facts, mistake_rows
from kertui.plotting.answers.sample_lines import sample_lines
from kertui.plotting.fact_rows import fact_rows, sentence_rows
from kertui.plotting.strips import Row, cells, fit, join
from kertui.rows.clickable_rows import ClickableRows
from kertui.terminal.glyphs import glyphs_for

_LEAST_LIST, _MOST_LIST = 3, 12
"""Mistakes of the list that are in sight."""

_ROOMY = 16
"""Rows from which there are blank ones between the parts."""


class MistakeList(ClickableRows):
    """The list with what is said of it and of the chosen mistake, as its tab makes them."""

    def __init__(self) -> None:
        super().__init__()
        self._made: list[Row] = []

    def put(self, rows: list[Row]) -> None:
        """Show these rows, and be as high."""
        self._made = rows
        self.styles.height = max(1, len(rows))
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Show the rows as the tab made them."""
        self.show_rows([fit(row, width) for row in self._made])


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back, with what it is the answer to."""

    look: Look
    request: MistakesRequest
    record: Mistakes

    def at(self, place: int) -> Mistake | None:
        """The mistake at a place among all; None where it was not told."""
        index = place - self.request.offset
        known = 0 <= index < len(self.record.mistakes)
        return self.record.mistakes[index] if known else None

    @property
    def words(self) -> str:
        """What is listed, or that there is none."""
        record, rows = self.record, rows_words(self.record.rows, self.record.row_count)
        true, said = self.request.true, self.request.said
        found = counted(record.found, "row")
        if true is None or said is None or max(true, said) >= len(record.classes):
            if not record.found:
                return f"no mistake on {rows}"
            if record.classes:
                return f"{grouped(record.found)} of {rows} are wrong"
            return f"{found}, the farthest off first"
        name, other = record.classes[true], record.classes[said]
        if true == said:
            return f"{found} of {name} rightly told, the least sure first"
        if record.found:
            return f"{found} of {name} said to be {other}"
        return f"no row of {name} is said to be {other}"


class MistakesTab(RowsTab):
    """Lists the rows that are most wrong, and shows the chosen one."""

    title = "mistakes"
    key = "4"

    DEFAULT_CSS = """
    MistakesTab > VerticalScroll {
        height: 1fr;
        scrollbar-size-vertical: 1;

        & > Static { height: auto; }
    }
    """

    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
        rows_key("mistakes"),
        Binding("backspace", "all", "all mistakes", id="live.mistakes_all",
                tooltip="List all mistakes again, not those of one cell."),
        *(
            Binding(key, f"move({by})", words, show=False, id=f"live.mistakes_{id}",
                    tooltip=f"Go to {words}.")
            for key, by, words, id in (
                ("up", -1, "the mistake before", "previous"),
                ("down", 1, "the next mistake", "next"),
                ("left", -10, "the mistake ten before", "far_previous"),
                ("right", 10, "the tenth mistake from here", "far_next"),
                ("home", -1_000_000_000, "the worst mistake", "first"),
                ("end", 1_000_000_000, "the least of the mistakes", "last"),
            )
        ),
        Binding("pageup", "scroll_sample(-1)", "back in the text", show=False,
                id="live.mistakes_page_up", tooltip="Scroll the chosen row up."),
        Binding("pagedown", "scroll_sample(1)", "on in the text", show=False,
                id="live.mistakes_page_down", tooltip="Scroll the chosen row down."),
    ]
    # fmt: on

    def __init__(self) -> None:
        super().__init__()
        self._cell: tuple[int | None, int | None] = None, None
        """The true class and the one that is said, of the rows that are listed."""

        self._cursor = self._top = 0
        """The chosen mistake and the first in sight, by their places among all."""

        self._first_row = 0
        """The row of the list in which the first mistake in sight stands."""

        self._sample: tuple[object, ...] = ()
        """What the sample was drawn from."""

    def compose(self) -> ComposeResult:
        """Put the list over the chosen row."""
        yield MistakeList()
        with VerticalScroll(can_focus=False):
            yield Static()

    def wanted(self, view: RunView) -> ViewRequest | None:
        """The page of mistakes that is in sight, and the next."""
        self.follow(view)
        page = self._in_sight
        true, said = self._cell
        offset = self._top // page * page
        return MistakesRequest(self._rows, offset, 2 * page, true, said)

    def look_at(self, request: ViewRequest, view: RunView) -> None:
        """List the rows of a cell of the table of classes."""
        if isinstance(request, MistakesRequest):
            self.follow(view)
            self._rows, self._cell = request.rows, (request.true, request.said)
            self._cursor = self._top = 0

    def forget(self) -> None:
        """List all mistakes, from the worst."""
        self._cell = None, None
        self._cursor = self._top = 0

    def show(self, view: RunView) -> None:
        """Draw the latest look."""
        filtered = self._is_filtered
        self._view = view
        self._draw()
        if filtered != self._is_filtered:
            self.refresh_bindings()

    def on_resize(self) -> None:
        """Share the new height out; another page may be in sight."""
        self._draw()
        self.post_message(self.WantsOther())

    @property
    def _is_filtered(self) -> bool:
        return self._cell != (None, None)

    @property
    def _in_sight(self) -> int:
        """How many mistakes of the list are in sight."""
        height = self.size.height
        return max(1, min(_MOST_LIST, max(_LEAST_LIST, height // 3), height - 2))

    @property
    def _answer(self) -> _Answer | None:
        look = self._view.look
        if look is None:
            return None
        match look.request, look.record:
            case MistakesRequest() as request, Mistakes() as record:
                return _Answer(look, request, record)
        return None

    def _draw(self) -> None:
        if not self.is_mounted or not all(self.size):
            return
        width, height = self.size
        answer = self._answer
        if answer is None or not answer.record.found:
            self.query_one(VerticalScroll).display = False
            self.query_one(MistakeList).put(self._nothing(answer, width, height))
            return
        found = answer.record.found
        self._cursor = max(0, min(self._cursor, found - 1))
        self._top = scrolled(self._top, self._cursor, self._in_sight, found)
        rows = self._list_rows(answer, width, height)
        self.query_one(VerticalScroll).display = len(rows) < height
        self.query_one(MistakeList).put(rows[:height])
        self._draw_sample(answer.at(self._cursor), width, height - len(rows))

    def _nothing(self, answer: _Answer | None, width: int, height: int) -> list[Row]:
        if answer is None:
            return sentence_rows(why_no_look(self._view), width, height)
        of = look_words(answer.look, glyphs_for(self.app))
        head = fact_rows([], of, width, glyphs_for(self.app))
        return [*head, *sentence_rows(answer.words, width, height - len(head), "strong")][:height]

    def _list_rows(self, answer: _Answer, width: int, height: int) -> list[Row]:
        glyphs, record = glyphs_for(self.app), answer.record
        gap = [fit([], width)] if height >= _ROOMY else []
        of = look_words(answer.look, glyphs)
        rows = [*fact_rows([(answer.words, "strong")], of, width, glyphs), *gap]
        self._first_row = len(rows) + 1
        in_sight = range(self._top, min(self._top + self._in_sight, record.found))
        offset = answer.request.offset
        head, *listed = mistake_rows(record, offset, in_sight, self._cursor, width, glyphs)
        place = f"{grouped(self._cursor + 1)} of {grouped(record.found)}"
        rows += [join(head, cells(place, "dim"), width), *listed]
        chosen = answer.at(self._cursor)
        facts = [] if chosen is None else answer_facts(record, chosen)
        return [*rows, *gap, *fact_rows(facts, "", width, glyphs), *gap]

    def _draw_sample(self, mistake: Mistake | None, width: int, height: int) -> None:
        glyphs = glyphs_for(self.app)
        colour = bool(getattr(getattr(self.app, "capabilities", None), "colour", True))
        sample = None if mistake is None else mistake.sample
        drawn = (sample, mistake is None, width, height, glyphs, colour)
        if drawn == self._sample or height < 1:
            return
        if self._sample[:1] != (sample,):
            self.query_one(VerticalScroll).scroll_home(animate=False)
        self._sample = drawn
        lines: list[Content] = []
        if mistake is not None:
            # A column for the scrollbar.
            lines = sample_lines(sample, max(1, width - 1), height, glyphs, colour=colour)
        self.query_one(Static).update(Content("\n").join(lines))

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """All mistakes can be listed again where those of a cell are."""
        if not super().check_action(action, parameters):
            return False
        return action != "all" or self._is_filtered

    def action_move(self, by: int) -> None:
        """Choose another mistake."""
        answer = self._answer
        if answer is None:
            return
        self._cursor = max(0, min(self._cursor + by, answer.record.found - 1))
        self._draw()
        self.post_message(self.WantsOther())

    def action_other_rows(self) -> None:
        """Look at the next rows there are, from their worst."""
        self._cursor = self._top = 0
        super().action_other_rows()

    def action_all(self) -> None:
        """List all mistakes."""
        self._cell, self._cursor, self._top = (None, None), 0, 0
        self.refresh_bindings()
        self.post_message(self.WantsOther())

    def action_scroll_sample(self, pages: int) -> None:
        """Scroll what did not fit of the chosen row."""
        area = self.query_one(VerticalScroll)
        area.scroll_relative(y=pages * max(1, area.size.height - 1), animate=False)

    @on(MistakeList.Clicked)
    def _choose_clicked(self, message: MistakeList.Clicked) -> None:
        message.stop()
        place = message.row - self._first_row
        if 0 <= place < self._in_sight:
            self.action_move(self._top + place - self._cursor)

    @on(MistakeList.Scrolled)
    def _scroll(self, message: MistakeList.Scrolled) -> None:
        message.stop()
        self.action_move(message.rows)


TAB = MistakesTab
