"""The widget that scrolls over findings, one of which is chosen."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.message import Message

from kertasks.runs.advice.finding import FindingId
from kertui.advice.finding_rows import finding_rows
from kertui.advice.known_advice import Advised, KnownAdvice
from kertui.rows.clickable_rows import ClickableRows
from kertui.terminal.glyphs import glyphs_for


class FindingList(VerticalScroll, can_focus=True):
    """Shows findings with all that is known of them. The cursor stays on its finding when others
    come and go."""

    DEFAULT_CSS = """
    FindingList { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    """
    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"move({by})", words, show=False, system=True, id=f"findings.{id}",
                tooltip=f"Choose {words}.")
        for key, by, words, id in (
            ("up,k", -1, "the finding above", "above"),
            ("down,j", 1, "the finding below", "below"),
            ("home", -1_000_000, "the first finding", "first"),
            ("end", 1_000_000, "the last finding", "last"),
        )
    ]
    # fmt: on

    class Chosen(Message):
        """Another finding was chosen, or there are others: other keys may act."""

    def __init__(self, known: KnownAdvice) -> None:
        super().__init__()
        self._known = known
        self._cursor: FindingId | None = None

    def compose(self) -> ComposeResult:
        """Hold the rows, which may be more than fit."""
        yield _FindingRows()

    def on_mount(self) -> None:
        """Show what is known."""
        self.call_after_refresh(self._draw)

    def show(self, known: KnownAdvice) -> None:
        """Show what is known now."""
        self._known = known
        self._draw()
        self.post_message(self.Chosen())

    @property
    def chosen(self) -> Advised | None:
        """The finding under the cursor."""
        entries = self._known.entries
        return entries[self._place] if entries else None

    @property
    def _place(self) -> int:
        ids = [entry.finding.id for entry in self._known.entries]
        return ids.index(self._cursor) if self._cursor in ids else 0

    def _draw(self) -> None:
        if self.is_mounted:
            self.query_one(_FindingRows).put(self._known, self._place, self.size.height)

    def on_resize(self) -> None:
        """A sentence stands in the middle."""
        self._draw()

    def action_move(self, by: int) -> None:
        """Choose a finding so many places on."""
        self._choose(self._place + by)

    def step_off(self) -> None:
        """Choose the next finding that is not dismissed, or the one before."""
        place, entries = self._place, self._known.entries
        alive = [at for at, entry in enumerate(entries) if not entry.dismissed and at != place]
        if alive:
            self._choose(next((at for at in alive if at > place), alive[-1]))

    def _choose(self, place: int) -> None:
        entries = self._known.entries
        if not entries:
            return
        place = max(0, min(place, len(entries) - 1))
        self._cursor = entries[place].finding.id
        self._draw()
        start, end = self.query_one(_FindingRows).span(place)
        self.scroll_to_region(Region(0, start, 1, end - start), animate=False, force=True)
        self.post_message(self.Chosen())

    @on(ClickableRows.Clicked)
    def _choose_clicked(self, message: ClickableRows.Clicked) -> None:
        message.stop()
        place = self.query_one(_FindingRows).place_at(message.row)
        if place is not None:
            self._choose(place)

    @on(ClickableRows.Scrolled)
    def _scroll(self, message: ClickableRows.Scrolled) -> None:
        message.stop()
        self.scroll_relative(y=message.rows, animate=False)


class _FindingRows(ClickableRows):
    """The rows of all findings."""

    DEFAULT_CSS = """
    _FindingRows { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[KnownAdvice, int, int] | None = None
        self._begins: list[int] = []

    def put(self, known: KnownAdvice, cursor: int, height: int) -> None:
        """Show findings, one of them chosen, in a window so many rows high."""
        self._shown = known, cursor, height
        self.redraw()

    def span(self, place: int) -> tuple[int, int]:
        """The first row of a finding, and the one after its last."""
        ends = [*self._begins[1:], len(self.rows) + 1]
        return self._begins[place], ends[place] - 1

    def place_at(self, row: int) -> int | None:
        """Which finding stands in a row; None where none does."""
        before = [place for place, begin in enumerate(self._begins) if begin <= row]
        return before[-1] if before and row < len(self.rows) else None

    def draw_rows(self, width: int) -> None:
        """Draw all of them, and be as high as that takes."""
        if self._shown is None:
            return
        known, cursor, height = self._shown
        rows, self._begins = finding_rows(known, cursor, width, height, glyphs_for(self.app))
        self.styles.height = max(1, len(rows))
        self.show_rows(rows)
