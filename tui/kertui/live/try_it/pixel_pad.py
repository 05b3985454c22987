"""A picture in grey that is drawn with the mouse or with keys, or read from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input

from kertasks.runs.views.answer import AnswerRequest
from kertui.live.try_it.picture_path import PicturePath
from kertui.live.try_it.try_form import TryForm
from kertui.plotting.heat import SEQUENTIAL, heat, heat_look, put_mark, shade
from kertui.plotting.strips import Row, cells
from kertui.plotting.strips import on as on_ground
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs

_HIGHEST = 12
"""Pixels up to which each has a row of its own; of more, two are drawn in one."""

LARGEST = 48
"""Pixels on a side that can still be drawn by hand."""

_STEP = 0.25

_PATH = 28
"""Columns of the path at least: those of the usual picture of a digit."""


class Canvas(RowsWidget, can_focus=True):
    """The pixels, from 0 (nothing) to 1 (full)."""

    DEFAULT_CSS = """
    Canvas { height: auto; }
    """

    class Drawn(Message):
        """A pixel got a value by hand."""

    cursor: var[tuple[int, int]] = var((0, 0))
    """Row and column of the pixel the keys act on."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.pixels = [[0.0] * width for _ in range(height)]
        self._pen: float | None = None
        """What the mouse paints while its button is down."""

        self.set_reactive(Canvas.cursor, (height // 2, width // 2))
        self.styles.width, self.styles.height = self.cells_at

    @property
    def _whole(self) -> bool:
        """Whether a pixel is two cells wide and one high; else one and a half."""
        return len(self.pixels) <= _HIGHEST

    @property
    def cells_at(self) -> tuple[int, int]:
        """Columns and rows of cells."""
        height, width = len(self.pixels), len(self.pixels[0])
        return (2 * width, height) if self._whole else (width, -(-height // 2))

    def paint(self, row: int, column: int, value: float) -> None:
        """Give a pixel a value; outside the picture nothing happens."""
        if 0 <= row < len(self.pixels) and 0 <= column < len(self.pixels[0]):
            self.pixels[row][column] = min(1.0, max(0.0, value))
            self.redraw()
            self.post_message(self.Drawn())

    def watch_cursor(self) -> None:
        """Show where it is."""
        self.redraw()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.redraw()
        self.post_message(TryForm.Changed())

    def on_blur(self) -> None:
        """Show none."""
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the pixels and the cursor."""
        del width
        look, (at, column) = heat_look(self.app), self.cursor
        if not self._whole:
            rows = heat(self.pixels, look, SEQUENTIAL)
            if self.has_focus:
                put_mark(rows, at // 2, column, ("+", "cursor"))
        else:
            rows = [self._row(line) for line in self.pixels]
            if self.has_focus:
                put_mark(rows, at, 2 * column, ("[", "accent"))
                if look.halves or not self.pixels[at][column]:
                    put_mark(rows, at, 2 * column + 1, ("]", "accent"))
        self.show_rows(rows)

    def _row(self, line: list[float]) -> Row:
        look = heat_look(self.app)
        row: Row = []
        for value in line:
            if look.halves:
                row += cells("  ", on_ground(shade(SEQUENTIAL, value)))
            else:
                shades = look.glyphs.shades
                sign = shades[round(value * (len(shades) - 1))]
                row += cells(2 * sign if value else f"{look.glyphs.dot} ", "" if value else "axis")
        return row

    # The mouse

    def _under(self, event: events.MouseEvent) -> list[tuple[int, int]]:
        if self._whole:
            return [(event.y, event.x // 2)]
        return [(2 * event.y, event.x), (2 * event.y + 1, event.x)]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to draw; on a full pixel, or with another button, to rub out."""
        event.stop()
        self.capture_mouse()
        row, column = self._under(event)[0]
        inside = 0 <= row < len(self.pixels) and 0 <= column < len(self.pixels[0])
        full = inside and self.pixels[row][column] == 1.0
        self._pen = 0.0 if full or event.button != 1 else 1.0
        self._paint_under(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw on while the button is down."""
        if self._pen is not None:
            self._paint_under(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Draw no more."""
        event.stop()
        self.release_mouse()
        self._pen = None

    def _paint_under(self, event: events.MouseEvent) -> None:
        for row, column in self._under(event):
            if self._pen is not None:
                self.paint(row, column, self._pen)


class PixelPad(TryForm):
    """A picture that is drawn pixel by pixel.

    Args:
        height: in pixels.
        width: in pixels.
        full: the number of a full pixel.
        whole: whether the network gets whole numbers alone.
        reads_files: whether a file of a person's can be put there.
    """

    DEFAULT_CSS = """
    PixelPad { width: auto; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(keys, f"move({down}, {right}, {paints})", f"{does} {way}", show=False,
                    system=True, id=f"try.{does}_{way}",
                    tooltip=f"{does.capitalize()} a pixel {words}.")
            for way, words, down, right in (
                ("up", "up", -1, 0), ("down", "down", 1, 0),
                ("left", "to the left", 0, -1), ("right", "to the right", 0, 1),
            )
            for does, keys, paints in (("go", way, False), ("draw", f"shift+{way}", True))
        ),
        Binding("space", "paint", "draw", key_display="space", id="try.paint",
                tooltip="Draw the pixel under the cursor, or rub it out."),
        Binding("plus,equals_sign", "grey(1)", "darker", show=False, id="try.darker",
                tooltip="Make the pixel under the cursor a quarter fuller."),
        Binding("minus", "grey(-1)", "lighter", show=False, id="try.lighter",
                tooltip="Make the pixel under the cursor a quarter emptier."),
        Binding("backspace,delete", "clear", "rub out", id="try.clear",
                tooltip="Rub out all of the picture."),
    ]  # fmt: skip

    def __init__(
        self,
        height: int,
        width: int,
        full: float,
        *,
        whole: bool = False,
        reads_files: bool = False,
    ) -> None:
        super().__init__()
        self.canvas = Canvas(height, width)
        """What is drawn on."""

        self._full = full
        self._whole = whole
        self._file: PicturePath | None = None
        if reads_files:
            self._file = PicturePath()
            self._file.styles.width = max(_PATH, self.canvas.cells_at[0])

    def compose(self) -> ComposeResult:
        """The canvas, under the path of a file where there can be one."""
        if self._file is not None:
            yield self._file
        yield self.canvas

    @property
    def request(self) -> AnswerRequest | None:
        """The file whose path was entered; else the picture, once there is one."""
        if self._file is not None and self._file.path:
            return AnswerRequest(cells=(self._file.path,), pixels=LARGEST)
        values = [value * self._full for line in self.canvas.pixels for value in line]
        if self._whole:
            values = [float(round(value)) for value in values]
        return AnswerRequest(numbers=tuple(values)) if any(values) else None

    def show_picture(self, pixels: Sequence[Sequence[float]]) -> None:
        """Show a file's picture, of the canvas's own size; from there on it can be drawn on."""
        before = self.canvas.pixels
        if [len(line) for line in pixels] == [len(line) for line in before]:
            before[:] = [[*line] for line in pixels]
            self.canvas.redraw()

    def hint(self, glyphs: Glyphs) -> str:
        """What to do."""
        if self._file is not None and self._file.has_focus and not self._file.path:
            return self._file.hint(glyphs)
        if self.request is None:
            return "draw with the mouse, or with Shift and the arrows"
        return "Space draws, + and - shade, Backspace rubs all out"

    def rows_at(self, width: int) -> int:
        """Rows of cells."""
        del width
        return self.canvas.cells_at[1] + (self._file is not None)

    def begin(self) -> None:
        """Draw, or name a file."""
        (self._file or self.canvas).focus()

    def action_move(self, down: int, right: int, paints: bool) -> None:
        """Go to the pixel beside, as far as there is one; draw it too. From the path it is the way
        to the picture."""
        if not self.canvas.has_focus:
            self.canvas.focus()
            return
        row, column = self.canvas.cursor
        pixels = self.canvas.pixels
        if paints:
            self.canvas.paint(row, column, 1.0)
        row = min(len(pixels) - 1, max(0, row + down))
        column = min(len(pixels[0]) - 1, max(0, column + right))
        self.canvas.cursor = row, column
        if paints:
            self.canvas.paint(row, column, 1.0)

    def action_paint(self) -> None:
        """Draw the pixel under the cursor; rub it out where it is full."""
        row, column = self.canvas.cursor
        self.canvas.paint(row, column, 0.0 if self.canvas.pixels[row][column] == 1.0 else 1.0)

    def action_grey(self, by: int) -> None:
        """Make the pixel under the cursor fuller or emptier."""
        row, column = self.canvas.cursor
        self.canvas.paint(row, column, self.canvas.pixels[row][column] + by * _STEP)

    def action_clear(self) -> None:
        """Begin anew."""
        for line in self.canvas.pixels:
            line[:] = [0.0] * len(line)
        self.canvas.redraw()
        self.canvas.post_message(Canvas.Drawn())

    @on(Canvas.Drawn)
    def _take_drawn(self, message: Canvas.Drawn) -> None:
        """What was drawn on is no file's picture any more."""
        message.stop()
        if self._file is not None:
            self._file.clear_path()
        self.post_message(self.Changed())

    @on(Input.Changed)
    @on(PicturePath.Entered)
    def _take_path(self, message: Input.Changed | PicturePath.Entered) -> None:
        message.stop()
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        """What is to be done is another thing there."""
        self.post_message(self.Changed())
