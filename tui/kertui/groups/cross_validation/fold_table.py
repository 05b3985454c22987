"""The folds of a cross-validation as a table, under what they come to together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertasks.text.numbers import counted, grouped, metric_label
from kertui.groups.cross_validation.folds_seen import FoldSeen, FoldsSeen
from kertui.plotting.strips import Row, cells, fit, put
from kertui.rows.clickable_rows import ClickableRows
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted
from kertui.text.group_figures import metric_spread, metric_value
from kertui.text.run_state_look import STATE_LOOKS

_GAP = 3
_LEAST_NAME = 8
_STATE = 10
_ALL_ROWS = "all rows"

_HEAD = 2
"""Rows above the first fold: the titles and the mean."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    right: bool = True


class FoldTable(ClickableRows, can_focus=True):
    """A row a fold, the run on all rows after them; the cursor's stands out among the curves."""

    DEFAULT_CSS = """
    FoldTable { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="group.open",
                tooltip="Open the run of the fold under the cursor, live or over."),
        Binding("up,k", "move(-1)", "up", show=False, system=True, id="group.up",
                tooltip="Go to the fold above."),
        Binding("down,j", "move(1)", "down", show=False, system=True, id="group.down",
                tooltip="Go to the fold below."),
        Binding("pageup", "page(-1)", "page up", show=False, system=True, id="group.page_up",
                tooltip="Go up by as many folds as are in sight."),
        Binding("pagedown", "page(1)", "page down", show=False, system=True,
                id="group.page_down", tooltip="Go down by as many folds as are in sight."),
        Binding("home", "move(-999_999)", "first fold", show=False, system=True,
                id="group.first", tooltip="Go to the first fold."),
        Binding("end", "move(999_999)", "last fold", show=False, system=True, id="group.last",
                tooltip="Go to the last fold."),
    ]  # fmt: skip

    @dataclass
    class FoldChosen(Message):
        """The cursor came to another fold."""

        place: int

    @dataclass
    class FoldOpened(Message):
        """A person wants to see the run of a fold."""

        run: RunFolder

    def __init__(self) -> None:
        super().__init__()
        self._seen: FoldsSeen | None = None
        self._at = 0
        self._top = 0
        self._rows_most = 1

    # What it shows

    @property
    def entries(self) -> list[FoldSeen]:
        """The folds, and the run on all rows where it is asked for."""
        seen = self._seen
        if seen is None:
            return []
        return [*seen.folds, *([seen.final] if seen.final is not None else [])]

    @property
    def at(self) -> int:
        """The place of the fold under the cursor, from 0; that of the run on all rows is last."""
        return self._at

    @property
    def here(self) -> FoldSeen | None:
        """The fold under the cursor."""
        entries = self.entries
        return entries[self._at] if self._at < len(entries) else None

    def show(self, seen: FoldsSeen) -> None:
        """Show the folds as they are now."""
        self._seen = seen
        self._at = max(0, min(self._at, len(self.entries) - 1))
        self._fit()
        self.redraw()

    def give_rows(self, most: int) -> None:
        """Take so many rows of the screen at most, the head and the mean among them."""
        if most != self._rows_most:
            self._rows_most = most
            self._fit()

    def _fit(self) -> None:
        height = max(_HEAD + 1, min(self._rows_most, len(self.entries) + _HEAD))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    @property
    def _visible(self) -> int:
        return max(1, self.size.height - _HEAD)

    def draw_rows(self, width: int) -> None:
        """The titles, the mean and the folds in sight."""
        seen, glyphs = self._seen, glyphs_for(self.app)
        if seen is None:
            self.show_rows([fit([], width)] * self.size.height)
            return
        entries, visible = self.entries, self._visible
        self._top = max(0, min(self._top, len(entries) - visible))
        self._top = min(max(self._top, self._at - visible + 1), self._at)
        columns = self._columns(seen, width)
        rows = [self._head(columns, width, glyphs), self._mean(seen, columns, width, glyphs)]
        shown = entries[self._top : self._top + visible]
        rows += [
            self._line(one, seen, columns, width, glyphs, here=self._top + number == self._at)
            for number, one in enumerate(shown)
        ]
        rows += [fit([], width)] * (self.size.height - len(rows))
        self.show_rows(rows[: self.size.height])

    def _columns(self, seen: FoldsSeen, width: int) -> list[_Column]:
        entries, judge = self.entries, metric_label(seen.judge)
        names = [*(one.name for one in seen.folds), _ALL_ROWS if seen.final else ""]
        mean, sd = _mean_words(seen)
        columns = [
            _column("fold", [*names, " " * _LEAST_NAME], right=False),
            _column("state", [" " * _STATE], right=False),
            _column("epochs", [_widest_epochs(seen), *map(_epochs, entries)]),
            _column("best epoch", [""]),
            _column(judge, [mean, *(_value(one, seen) for one in seen.folds)]),
            _column("± sd", [sd]),
            _column("rows", (grouped(one.rows) for one in seen.folds)),
        ]
        for gone in ("rows", "epochs", "state"):  # what gives way, the first of it first
            if sum(one.width + _GAP for one in columns) <= width:
                break
            columns = [one for one in columns if one.title != gone]
        return columns

    def _head(self, columns: list[_Column], width: int, glyphs: Glyphs) -> Row:
        row = cells("  ")
        for number, one in enumerate(columns):
            text = padded(fitted(one.title, one.width, glyphs), one.width, right=one.right)
            row += cells((" " * _GAP if number else "") + text, "dim")
        if self._visible < len(self.entries):
            place = f"{grouped(self._at + 1)} of {grouped(len(self.entries))}"
            if len(row) + len(place) + 2 <= width:
                row = fit(row, width - len(place) - 1) + cells(place, "dim")
        return fit(row, width)

    def _line(
        self,
        one: FoldSeen,
        seen: FoldsSeen,
        columns: list[_Column],
        width: int,
        glyphs: Glyphs,
        *,
        here: bool,
    ) -> Row:
        is_final, judge = one is seen.final, metric_label(seen.judge)
        going = one.state is not None and not one.state.is_over
        texts = {
            "fold": (_ALL_ROWS if is_final else one.name, "strong" if here else ""),
            "state": _state(one),
            "epochs": (_epochs(one), "" if going else "dim"),
        }
        if not is_final:
            texts |= {
                "best epoch": ("" if one.best_epoch is None else grouped(one.best_epoch), ""),
                judge: (_value(one, seen), ""),
                "rows": (grouped(one.rows) if one.rows else "", "dim"),
            }
        row = cells(f"{glyphs.cursor} " if here else "  ", "accent" if self.has_focus else "dim")
        row += _in_columns(columns, {name: cells(*words) for name, words in texts.items()})
        if is_final and one.said:  # it has no fold of its own to be best on
            row = row[: 2 + sum(each.width + _GAP for each in columns[:3]) - _GAP]
        room = width - len(row) - _GAP
        if one.said and room > 0:
            said = one.said if len(one.said) <= room else one.said_in_short or one.said
            role = "bad" if one.state is RunState.FAILED else ""
            row += cells(" " * _GAP) + cells(fitted(said, room, glyphs), role)
        return fit(row, width)

    def _mean(self, seen: FoldsSeen, columns: list[_Column], width: int, glyphs: Glyphs) -> Row:
        """The best epoch of the mean over the folds, in the columns of their own."""
        asked = len(seen.folds)
        of = counted(asked, "fold") if seen.meant == asked else f"{seen.meant} of {asked} folds"
        label = cells("  ") + cells("mean", "validation") + cells(f" of {of}", "dim")
        if seen.best is None:
            return fit(cells("  ") + cells("no mean yet", "dim"), width)
        mean, sd = _mean_words(seen)
        texts = {
            "best epoch": cells(glyphs.best, "best") + cells(f" {grouped(seen.best.epoch)}"),
            metric_label(seen.judge): cells(mean, "strong"),
            "± sd": cells(sd, "strong"),
        }
        row = cells("  ") + _in_columns(columns, texts)
        put(row, 0, label)
        others = [
            f"{metric_label(name)} {metric_spread(name, found.mean, found.sd, seen.unit)}"
            for name, found in seen.best.spreads.items()
            if name != seen.judge
        ]
        more = cells(" " * _GAP) + cells(", ".join(others), "dim")
        if others and len(row) + len(more) <= width:
            row += more
        return fit(row, width)

    # Keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open only what has begun."""
        del parameters
        return action != "open" or (self.here is not None and self.here.run is not None)

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many rows, or up."""
        at = max(0, min(self._at + rows, len(self.entries) - 1))
        if at != self._at:
            self._at = at
            self.redraw()
            self.post_message(self.FoldChosen(at))

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are in sight."""
        self.action_move(pages * self._visible)

    def action_open(self) -> None:
        """Ask for the run of the fold under the cursor."""
        if self.here is not None and self.here.run is not None:
            self.post_message(self.FoldOpened(self.here.run))

    def on_focus(self) -> None:
        """Draw the cursor as it looks with the focus."""
        self.redraw()

    def on_blur(self) -> None:
        """Draw the cursor as it looks without the focus."""
        self.redraw()

    @on(ClickableRows.Scrolled)
    def _scroll(self, event: ClickableRows.Scrolled) -> None:
        event.stop()
        self.action_move(event.rows)

    @on(ClickableRows.Clicked)
    def _click(self, event: ClickableRows.Clicked) -> None:
        event.stop()
        at = self._top + event.row - _HEAD
        if 0 <= event.row - _HEAD < self._visible and at < len(self.entries):
            if at == self._at:
                self.action_open()
            self.action_move(at - self._at)


def _state(one: FoldSeen) -> tuple[str, str]:
    """What a fold is doing in a word, and its role."""
    if one.state is None:
        return "waits", "dim"
    if one.starting:
        return "starting", "dim"
    return one.state.value, STATE_LOOKS[one.state].role


def _epochs(one: FoldSeen) -> str:
    """How many epochs are done, and of how many where it has not done all."""
    if one.run is None:
        return ""
    all_done = one.state is RunState.FINISHED or one.epochs == one.planned
    return grouped(one.epochs) + ("" if all_done else f"/{grouped(one.planned)}")


def _widest_epochs(seen: FoldsSeen) -> str:
    """The widest text there may be, so that nothing moves while folds go on."""
    planned = grouped(max((one.planned for one in seen.folds), default=0))
    return f"{planned}/{planned}" if seen.state.goes_on else ""


def _value(one: FoldSeen, seen: FoldsSeen) -> str:
    return "" if one.best is None else metric_value(seen.judge, one.best, seen.unit)


def _mean_words(seen: FoldsSeen) -> tuple[str, str]:
    """The best mean and its standard deviation: ``("$2,226", "± $177")``."""
    if seen.best is None:
        return "", ""
    spread = seen.best.spreads[seen.judge]
    sd = metric_value(seen.judge, spread.sd, seen.unit).removesuffix(f" {seen.unit}")
    return metric_value(seen.judge, spread.mean, seen.unit), f"± {sd}"


def _column(title: str, texts: Iterable[str], *, right: bool = True) -> _Column:
    return _Column(title, max(map(cell_len, (title, *texts))), right)


def _in_columns(columns: Sequence[_Column], parts: Mapping[str, Row]) -> Row:
    row: Row = []
    for number, one in enumerate(columns):
        part = fit(parts.get(one.title, []), min(one.width, len(parts.get(one.title, []))))
        blank = cells(" " * (one.width - len(part)))
        row += cells(" " * _GAP if number else "")
        row += blank + part if one.right else part + blank
    return row
