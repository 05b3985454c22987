"""What the layers of the network are like, and one of them unit by unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from kertasks.runs.looking.view import Look, ViewRequest
from kertasks.runs.views.layer_page import MOST_UNITS, LayerRecord, LayerRequest
from kertasks.runs.views.layer_table import LayersRecord, LayersRequest
from kertasks.text.numbers import grouped
from kertui.live.looking.looked_at import (
    look_words,
    rows_words,
    weights_words,
    why_no_look,
)
from kertui.live.looking.rows_tab import RowsTab, rows_key
from kertui.live.tab import RunView
from kertui.plotting.answers.class_table import scrolled
from kertui.plotting.fact_rows import fact_rows, sentence_rows
from kertui.plotting.heat import heat_look
from kertui.plotting.layers.layer_rows import (
    bins_at,
    height_of,
    layer_facts,
    network_facts,
    table_rows,
)
from kertui.plotting.layers.layer_units import (
    UnitLayout,
    arrange,
    unit_facts,
    unit_rows,
    weight_rows,
)
from kertui.plotting.strips import Row, fit
from kertui.rows.clickable_rows import ClickableRows
from kertui.terminal.glyphs import Glyphs, glyphs_for

_PAGE = MOST_UNITS // 2
"""Units after which others are asked for; those around them come with them."""

_ROOMY = 14
"""Rows from which there are blank ones between the parts."""

_FAR = 1_000_000_000


class LayerDrawing(ClickableRows):
    """Rows that are drawn by the tab."""

    DEFAULT_CSS = """
    LayerDrawing { height: 1fr; }
    """

    class Resized(Message):
        """There is another size to fill."""

    def draw_rows(self, width: int) -> None:
        """Have the tab draw for the new size."""
        del width
        self.post_message(self.Resized())


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where what can be chosen was drawn."""

    above: int
    """Rows over the first of them."""

    first: int
    count: int
    layout: UnitLayout

    def at(self, column: int, row: int) -> int | None:
        """What stands in a cell."""
        layout, row = self.layout, row - self.above
        across = min(column // layout.unit_width, layout.columns - 1)
        down = row // layout.unit_height
        place = self.first + down * layout.columns + across
        return place if 0 <= down < layout.rows and place < self.count else None


class LayersTab(RowsTab):
    """A row a layer; Enter opens one, Escape goes back."""

    title = "layers"
    key = "5"

    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="live.layers_open",
                tooltip="Show the layer under the cursor unit by unit."),
        Binding("escape", "back", "all layers", id="live.layers_back",
                tooltip="From one layer back to all of them."),
        Binding("n", "channel(1)", "next channel", id="live.layers_channel",
                tooltip="Show the kernels of the next input channel."),
        Binding("N", "channel(-1)", "channel before", show=False, id="live.layers_channel_before",
                tooltip="Show the kernels of the input channel before."),
        rows_key("layers"),
        *(
            Binding(key, f"move({down}, {right})", words, show=False, id=f"live.layers_{id}",
                    tooltip=f"Go {words}.")
            for key, down, right, words, id in (
                ("up", -1, 0, "to the layer or unit above", "up"),
                ("down", 1, 0, "to the layer or unit below", "down"),
                ("left", 0, -1, "to the unit on the left", "left"),
                ("right", 0, 1, "to the unit on the right", "right"),
                ("home", -_FAR, 0, "to the first layer or unit", "first"),
                ("end", _FAR, 0, "to the last layer or unit", "last"),
            )
        ),
        Binding("pageup", "page(-1)", "a page up", show=False, id="live.layers_page_up",
                tooltip="Go a page up in the layers or units."),
        Binding("pagedown", "page(1)", "a page down", show=False, id="live.layers_page_down",
                tooltip="Go a page down in the layers or units."),
    ]
    # fmt: on

    def __init__(self) -> None:
        super().__init__()
        self._table: Look | None = None
        """The latest look at all layers; it is here at once when a person comes back to it."""

        self._layer = self._unit = self._channel = 0
        """Under the cursor."""

        self._first_layer = self._first_unit = 0
        """In sight."""

        self._is_open = False
        """Whether one layer is wanted."""

        self._placed: _Placed | None = None

    def compose(self) -> ComposeResult:
        """Make room for one drawing."""
        yield LayerDrawing()

    def wanted(self, view: RunView) -> ViewRequest | None:
        """All layers, or one with the units around the cursor."""
        self.follow(view)
        if not self.size.width:
            return None
        bins = bins_at(self.size.width)
        if not self._is_open:
            return LayersRequest(self._rows, bins)
        first = max(0, self._unit // _PAGE * _PAGE - _PAGE // 2)
        return LayerRequest(self._rows, self._layer, first, MOST_UNITS, self._channel, bins)

    def forget(self) -> None:
        """Begin with all layers, from the first."""
        self._table, self._is_open = None, False
        self._layer = self._unit = self._channel = self._first_layer = self._first_unit = 0

    def show(self, view: RunView) -> None:
        """Draw the latest look."""
        before = self._page is not None, self._layers is not None
        self._view = view
        if view.look is not None and isinstance(view.look.record, LayersRecord):
            self._table = view.look
        self._draw()
        if before != (self._page is not None, self._layers is not None):
            self.refresh_bindings()

    def on_focus(self) -> None:
        """Show the cursor."""
        self._draw()

    def on_blur(self) -> None:
        """Show that no key moves it."""
        self._draw()

    @property
    def _layers(self) -> LayersRecord | None:
        """The table; None where there is none."""
        record = None if self._table is None else self._table.record
        return record if isinstance(record, LayersRecord) else None

    @property
    def _page(self) -> LayerRecord | None:
        """The layer that is open; None where none is, or it is not here yet."""
        record = None if self._view.look is None else self._view.look.record
        if self._is_open and isinstance(record, LayerRecord) and record.index == self._layer:
            return record
        return None

    # What is drawn

    @on(LayerDrawing.Resized)
    def _draw_anew(self, message: LayerDrawing.Resized) -> None:
        message.stop()
        self._draw()
        self.post_message(self.WantsOther())

    def _draw(self) -> None:
        if not self.is_mounted or not all(self.size):
            return
        width, height = self.size
        glyphs, look, self._placed = glyphs_for(self.app), self._view.look, None
        page, layers = self._page, self._layers
        if look is not None and page is not None:
            rows = self._page_rows(page, _of(look, page.sampled, glyphs), glyphs)
        elif look is not None and look.record is None:
            rows = sentence_rows(why_no_look(self._view), width, height)
        elif self._table is not None and layers is not None:
            rows = self._table_rows(layers, _of(self._table, layers.sampled, glyphs), glyphs)
        else:
            rows = sentence_rows(why_no_look(self._view), width, height)
        blank: Row = fit([], width)
        rows = [fit(row, width) for row in rows[:height]]
        drawing = self.query_one(LayerDrawing)
        drawing.show_rows([*rows, *([blank] * (height - len(rows)))])

    @property
    def _is_focused(self) -> bool:
        return self.screen.focused is self

    def _table_rows(self, record: LayersRecord, of: str, glyphs: Glyphs) -> list[Row]:
        (width, height), count = self.size, len(record.layers)
        gap: list[Row] = [[]] if height >= _ROOMY else []
        self._layer = max(0, min(self._layer, count - 1))
        head = [*fact_rows(network_facts(record, glyphs), of, width, glyphs), *gap]
        foot = fact_rows(
            layer_facts(record.layers[self._layer], record.layers, glyphs), "", width, glyphs
        )
        room = height - len(head) - len(gap) - len(foot)
        if room < min(4, count + 1):
            foot, room = [], height - len(head)
        each = height_of(count, room - 1)
        in_sight = max(1, (room - 1) // each)
        self._first_layer = scrolled(self._first_layer, self._layer, in_sight, count)
        table = table_rows(
            record,
            self._layer,
            self._first_layer,
            (width, min(room, count * each + 1)),
            each=each,
            focused=self._is_focused,
            glyphs=glyphs,
        )
        self._placed = _Placed(
            len(head) + 1, self._first_layer, count, UnitLayout(1, width, each, in_sight)
        )
        return [*head, *table, *gap, *foot]

    def _page_rows(self, record: LayerRecord, of: str, glyphs: Glyphs) -> list[Row]:
        width, height = self.size
        gap: list[Row] = [[]] if height >= _ROOMY else []
        table = self._layers
        others = (record.layer,) if table is None else table.layers
        head = [
            *fact_rows(layer_facts(record.layer, others, glyphs, ranges=False), of, width, glyphs),
            *gap,
        ]
        arrays = weight_rows(record, width, max(4, height // 3), glyphs)
        if height - len(head) - len(arrays) < 6:
            arrays = []
        above = [*head, *arrays, *(gap if arrays else [])]
        if not record.unit_count:
            return above
        self._unit = max(0, min(self._unit, record.unit_count - 1))
        look = heat_look(self.app)
        layout = arrange(record, width, height - len(above) - 1 - len(gap), glyphs)
        first = layout.first_in_sight(self._first_unit, self._unit, record.unit_count)
        self._first_unit = first
        units = unit_rows(
            record, layout, self._unit, first, width, focused=self._is_focused, heat_look=look
        )
        self._placed = _Placed(len(above) + 1, first, record.unit_count, layout)
        facts = unit_facts(record, self._unit, glyphs)
        return [*above, *units, *gap, *fact_rows(facts, "", width, glyphs)]

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A layer can be opened where all are shown, and left where it is open; only kernels have
        channels."""
        if not super().check_action(action, parameters):
            return False
        page = self._page
        match action:
            case "open":
                return not self._is_open and self._layers is not None
            case "back":
                return self._is_open
            case "channel":
                return page is not None and page.channels > 1
        return True

    def action_open(self) -> None:
        """Show one layer."""
        self._is_open, self._unit, self._first_unit, self._channel = True, 0, 0, 0
        self.refresh_bindings()
        self.post_message(self.WantsOther())

    def action_back(self) -> None:
        """Show all layers."""
        self._is_open = False
        self.refresh_bindings()
        self._draw()
        self.post_message(self.WantsOther())

    def action_channel(self, by: int) -> None:
        """Show another input channel's kernels, round the end."""
        page = self._page
        if page is not None and page.channels:
            self._channel = (page.channel + by) % page.channels
            self.post_message(self.WantsOther())

    def action_move(self, down: int, right: int) -> None:
        """Move the cursor, as far as it goes."""
        page, layers = self._page, self._layers
        if page is not None:
            columns = 1 if self._placed is None else self._placed.layout.columns
            by = down * columns + right * (columns > 1)
            unit = self._unit + by
            inside = 0 <= unit < page.unit_count
            if inside or abs(down) > 1 or not by:
                self._unit = max(0, min(unit, page.unit_count - 1))
        elif layers is not None and not self._is_open:
            self._layer = max(0, min(self._layer + down, len(layers.layers) - 1))
        self._draw()
        self.post_message(self.WantsOther())

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in sight."""
        placed = self._placed
        if placed is not None:
            self.action_move(pages * max(2, placed.layout.rows), 0)

    @on(LayerDrawing.Scrolled)
    def _scroll(self, message: LayerDrawing.Scrolled) -> None:
        message.stop()
        self.action_move(message.rows, 0)

    @on(LayerDrawing.Clicked)
    def _choose_clicked(self, message: LayerDrawing.Clicked) -> None:
        message.stop()
        place = None if self._placed is None else self._placed.at(message.column, message.row)
        if place is None:
            return
        if self._page is not None:
            self._unit = place
        elif message.twice and place == self._layer:
            self.action_open()
        else:
            self._layer = place
        self._draw()
        self.post_message(self.WantsOther())


def _of(look: Look, sampled: int, glyphs: Glyphs) -> str:
    """Of which weights and rows a look is, and how many of the rows were looked at."""
    record = look.record
    if record is None or sampled >= record.row_count:
        return look_words(look, glyphs)
    rows = rows_words(record.rows, record.row_count)
    return f"{weights_words(look)} {glyphs.dot} {grouped(sampled)} of {rows}"


TAB = LayersTab
