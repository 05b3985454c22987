"""Which class is taken for which, as a table; of a regression what is said against what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from kertasks.runs.looking.view import Rows, ViewRequest
from kertasks.runs.views.confusion_matrix import ConfusionMatrix, ConfusionRequest
from kertasks.runs.views.regression_errors import ErrorsRequest, RegressionErrors
from kertasks.runs.views.worst_rows import MistakesRequest
from kertasks.scores.run_baselines import ACCURACY, Baseline
from kertasks.text.numbers import counted, in_unit, number
from kertui.live.looking.looked_at import look_words, why_no_look
from kertui.live.looking.rows_tab import RowsTab, rows_key
from kertui.live.tab import RunView
from kertui.plotting.answers.class_table import (
    Order,
    TableCursor,
    TableLayout,
    arrange,
    cell_words,
    ordered,
    scrolled,
    table_rows,
)
from kertui.plotting.answers.error_plots import bins_at, error_rows
from kertui.plotting.fact_rows import fact_rows, sentence_rows
from kertui.plotting.heat import heat_look
from kertui.plotting.strips import Row, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for

_FEW = 10
"""Classes up to which they stand in their own order at first."""

_WHEEL = 3
"""Rows that a turn of the wheel goes on by."""

_ROOMY = 8
"""Rows from which there is a blank one under the facts."""


class ClassDrawing(RowsWidget):
    """The table with its cursor, or the plots of a regression, under what is to be said of them."""

    DEFAULT_CSS = """
    ClassDrawing { height: 1fr; }
    """

    class CellOpened(Message):
        """A person clicked the cell under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.shares = False
        self.order: Order | None = None
        """What a person chose; None for what suits the number of classes."""

        self._view = RunView()
        self._cursor: TableCursor | None = None
        self._first = 0, 0
        """The first row and the first column of classes in sight."""

        self._table: _DrawnTable | None = None

    @property
    def matrix(self) -> ConfusionMatrix | None:
        """The matrix that is shown; None where there is none."""
        record = None if self._view.look is None else self._view.look.record
        return record if isinstance(record, ConfusionMatrix) and record.classes else None

    @property
    def cursor(self) -> TableCursor | None:
        """The cell under the cursor; None where there is no table."""
        matrix = self.matrix
        if matrix is None:
            return None
        count = len(matrix.classes)
        if self._cursor is None or max(self._cursor.true, self._cursor.said) >= count:
            first = self._places(matrix)[0]
            self._cursor = TableCursor(first, first)
        return self._cursor

    def order_of(self, matrix: ConfusionMatrix) -> Order:
        """In which order the classes stand."""
        few = len(matrix.classes) <= _FEW
        return self.order or (Order.AS_NAMED if few else Order.MOST_WRONG)

    def _places(self, matrix: ConfusionMatrix) -> list[int]:
        return ordered(matrix, self.order_of(matrix))

    def show(self, view: RunView) -> None:
        """Show the latest look."""
        if view.history is not self._view.history:
            self._cursor, self._first = None, (0, 0)
        self._view = view
        self.redraw()

    def sort(self) -> None:
        """The other order, from its top."""
        if self.matrix is not None:
            self.order = self.order_of(self.matrix).next
            self._cursor, self._first = None, (0, 0)
            self.redraw()

    def move(self, down: int, right: int) -> None:
        """Move the cursor by so many cells of the table, as far as it goes."""
        matrix, cursor = self.matrix, self.cursor
        if matrix is None or cursor is None:
            return
        places = self._places(matrix)
        row, column = places.index(cursor.true) + down, places.index(cursor.said) + right
        last = len(places) - 1
        self._cursor = TableCursor(
            places[max(0, min(last, row))], places[max(0, min(last, column))]
        )
        self.redraw()

    @property
    def rows_in_sight(self) -> int:
        """Rows of classes that are shown."""
        return self._table.layout.rows if self._table is not None else 1

    def draw_rows(self, width: int) -> None:
        """Draw what there is, as many rows as there may be."""
        height, glyphs, look = self.size.height, glyphs_for(self.app), self._view.look
        record = None if look is None else look.record
        self._table = None
        if look is not None and isinstance(record, RegressionErrors):
            rows = fact_rows(_error_facts(record, glyphs), look_words(look, glyphs), width, glyphs)
            rows += [fit([], width)] * (height >= len(rows) + _ROOMY)
            rows += error_rows(record, width, height - len(rows), glyphs)
        elif look is not None and self.matrix is not None:
            rows = self._table_rows(self.matrix, look_words(look, glyphs), width, glyphs)
        else:
            rows = sentence_rows(why_no_look(self._view), width, height)
        self.show_rows([*rows, *(fit([], width) for _ in range(height - len(rows)))][:height])

    def _table_rows(
        self, matrix: ConfusionMatrix, of: str, width: int, glyphs: Glyphs
    ) -> list[Row]:
        cursor, places, height = self.cursor, self._places(matrix), self.size.height
        if cursor is None:
            return []
        head = fact_rows(self._matrix_facts(matrix, glyphs), of, width, glyphs)
        head += [fit([], width)] * (height >= len(head) + _ROOMY)
        layout = arrange(matrix, width, height - len(head) - 2)
        first = (
            scrolled(self._first[0], places.index(cursor.true), layout.rows, len(places)),
            scrolled(self._first[1], places.index(cursor.said), layout.columns, len(places)),
        )
        self._first, self._table = first, _DrawnTable(layout, len(head) + layout.head, places)
        table = table_rows(
            matrix,
            layout,
            places,
            first,
            cursor,
            shares=self.shares,
            focused=self.screen.focused in self.ancestors,
            heat=heat_look(self.app).halves,
            glyphs=glyphs,
        )
        rows = [fit(row, width) for row in [*head, *table]]
        rows += [fit([], width)] * (height - len(rows) - 1)
        return [*rows, cell_words(matrix, cursor, width, glyphs)]

    @property
    def _baselines(self) -> tuple[Baseline, ...]:
        """What is to beat: fitted on the rows the network is trained on, where that was told of the
        run; else on the training rows of its data."""
        data, found = self._view.data, self._view.baselines.found
        if found or data is None:
            return found
        return tuple(one for one in (data.baseline, *data.other_baselines) if one is not None)

    def _matrix_facts(self, matrix: ConfusionMatrix, glyphs: Glyphs) -> list[tuple[str, str]]:
        low, high = f"{matrix.low:.3f}", f"{matrix.high:.3f}"
        facts = [(f"accuracy {matrix.accuracy:.3f} ({low} {glyphs.to} {high})", "strong")]
        if matrix.rows is _scored_rows(self._view):
            facts += [
                (f"{one.name} {one.value:.3f}", "dim")
                for one in self._baselines
                if one.metric == ACCURACY
            ]
        without = matrix.row_count - sum(one.support for one in matrix.figures)
        if without:
            facts.append((f"{counted(without, 'row')} of none of the classes", "warning"))
        facts.append((f"{len(matrix.classes)} classes, {self.order_of(matrix)}", "dim"))
        if self.shares:
            facts.append(("shares of a row in %", "dim"))
        return facts

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on a cell; open the one that has it."""
        table, matrix = self._table, self.matrix
        if table is None or matrix is None or self.cursor is None:
            return
        layout, (top, left) = table.layout, self._first
        row, column = event.y - table.above, (event.x - layout.name - 1) // layout.cell
        inside = 0 <= row < layout.rows and 0 <= column < layout.columns
        if not inside or top + row >= len(table.places):
            return
        cell = TableCursor(table.places[top + row], table.places[left + column])
        if cell == self._cursor and event.chain > 1:
            self.post_message(self.CellOpened())
        self._cursor = cell
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go some classes down."""
        event.stop()
        self.move(_WHEEL, 0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go some classes up."""
        event.stop()
        self.move(-_WHEEL, 0)


@dataclass(frozen=True, slots=True)
class _DrawnTable:
    """A table as it is shown."""

    layout: TableLayout
    above: int
    """Rows over its first class."""

    places: list[int]


def _scored_rows(view: RunView) -> Rows | None:
    """The rows that baselines are scored on."""
    named = {} if view.data is None else {split.name: split.rows for split in view.data.splits}
    return next((rows for rows in Rows if named.get(rows.value)), None)


def _are_numbers(view: RunView) -> bool:
    """Whether the targets are numbers; where that is not known, whether they seem to be no
    classes."""
    if view.data is not None:
        return not view.data.class_names
    look = view.look
    return look is not None and (isinstance(look.request, ErrorsRequest) or bool(look.why_not))


def _error_facts(record: RegressionErrors, glyphs: Glyphs) -> list[tuple[str, str]]:
    unit = record.unit or None
    facts = [
        (f"errors of {record.target}", "dim"),
        (f"MAE {in_unit(record.mae, unit)}", "strong"),
        (f"RMSE {in_unit(record.rmse, unit)}", "dim"),
        (f"{'R2' if glyphs.ascii else 'R²'} {number(record.r2, 3)}", "dim"),
    ]
    if record.not_finite:
        facts.append((f"{counted(record.not_finite, 'row')} not finite", "bad"))
    return facts


class ClassesTab(RowsTab):
    """Shows how well classes are told apart, or how far off numbers are."""

    title = "classes"
    key = "3"

    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open_cell", "its rows", id="live.classes_open",
                tooltip="List the rows of the cell under the cursor, the most wrong first."),
        Binding("s", "sort", "sort", id="live.classes_sort",
                tooltip="Sort the classes by their mistakes, or as they are named."),
        Binding("n", "shares", "shares", id="live.classes_shares",
                tooltip="Show shares of the rows of a class in place of counts, or counts again."),
        rows_key("classes"),
        *(
            Binding(key, f"move({down}, {right})", words, show=False, id=f"live.classes_{id}",
                    tooltip=f"Go {words} in the table of classes.")
            for key, down, right, words, id in (
                ("up", -1, 0, "a class up", "up"),
                ("down", 1, 0, "a class down", "down"),
                ("left", 0, -1, "a class to the left", "left"),
                ("right", 0, 1, "a class to the right", "right"),
                ("home", 0, -10_000, "to the first class that is said", "first"),
                ("end", 0, 10_000, "to the last class that is said", "last"),
            )
        ),
        Binding("pageup", "page(-1)", "a page up", show=False, id="live.classes_page_up",
                tooltip="Go a page up in the table of classes."),
        Binding("pagedown", "page(1)", "a page down", show=False, id="live.classes_page_down",
                tooltip="Go a page down in the table of classes."),
    ]
    # fmt: on

    def compose(self) -> ComposeResult:
        """Make room for one drawing."""
        yield ClassDrawing()

    def wanted(self, view: RunView) -> ViewRequest | None:
        """The matrix of classes, or the errors of numbers."""
        self.follow(view)
        if _are_numbers(view):
            return ErrorsRequest(self._rows, bins=bins_at(self.size.width))
        return ConfusionRequest(self._rows)

    def show(self, view: RunView) -> None:
        """Draw the latest look."""
        self._view = view
        drawing = self.query_one(ClassDrawing)
        had = drawing.matrix is not None
        drawing.show(view)
        if had != (drawing.matrix is not None):
            self.refresh_bindings()

    def on_resize(self) -> None:
        """A histogram has as many bins as it has room for."""
        self.post_message(self.WantsOther())

    def on_focus(self) -> None:
        """Show the cursor, which keys move from now on."""
        self.query_one(ClassDrawing).redraw()

    def on_blur(self) -> None:
        """Leave it out: no key moves it."""
        self.query_one(ClassDrawing).redraw()

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What a table has more than plots acts only where there is one."""
        if not super().check_action(action, parameters):
            return False
        if action in ("open_cell", "sort", "shares", "move", "page"):
            return self.is_mounted and self.query_one(ClassDrawing).matrix is not None
        return True

    def action_move(self, down: int, right: int) -> None:
        """Move the cursor by so many cells of the table."""
        self.query_one(ClassDrawing).move(down, right)

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are in sight."""
        drawing = self.query_one(ClassDrawing)
        drawing.move(pages * max(1, drawing.rows_in_sight), 0)

    def action_sort(self) -> None:
        """Put the classes into the other order."""
        self.query_one(ClassDrawing).sort()

    def action_shares(self) -> None:
        """Show shares in place of counts, or counts again."""
        drawing = self.query_one(ClassDrawing)
        drawing.shares = not drawing.shares
        drawing.redraw()

    @on(ClassDrawing.CellOpened)
    def action_open_cell(self) -> None:
        """List the rows of the cell under the cursor, of a regression all rows."""
        look, cursor = self._view.look, self.query_one(ClassDrawing).cursor
        if look is None or look.record is None:
            return
        rows = look.record.rows
        if cursor is None:
            request = MistakesRequest(rows)
        else:
            request = MistakesRequest(rows, true=cursor.true, said=cursor.said)
        self.post_message(self.OpensTab("mistakes", request))


TAB = ClassesTab
