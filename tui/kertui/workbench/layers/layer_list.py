"""The layers of the network: what each is, what comes out of it, how many parameters it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.text.numbers import counted, grouped
from kertui.rows.line_list import LineList
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted
from kertui.text.layer_lines import main_arguments, shape_text
from kertui.workbench.draft.recipe_check import RecipeCheck
from kertui.workbench.settings.settings_fields import explain_refusal

INPUT_ROW = -1
"""What ``LayerList.selected`` is while the Input row is."""

_MARK = 2
_GAP = 2


class Waiting(Enum):
    """Why shapes are not shown."""

    NOTHING = "nothing"
    """They are shown, or arrive within a blink."""

    SPARE = "spare"
    """The process that knows them is starting."""

    OFF = "off"
    """There is no such process."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """What the row of one layer shows."""

    class_name: str
    arguments: tuple[str, ...] = ()
    shape: str | None = None
    """None: not known (yet)."""

    parameters: int | None = None
    problem: str | None = None
    """Why Keras, or kertui, refuses the layer, in one line."""


class LayerList(LineList):
    """The Input row and the layers, one of them chosen. Numbers stand right-aligned."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "layers--head",
        "layers--class",
        "layers--argument",
        "layers--number",
        "layers--dim",
        "layers--problem",
        "layers--chosen",
        "layers--chosen-blurred",
        "layers--mark",
    }
    DEFAULT_CSS = """
    LayerList {
        .layers--head { color: $dim; }
        .layers--class { color: $foreground; }
        .layers--argument { color: $dim; }
        .layers--number { color: $foreground; }
        .layers--dim { color: $dim; }
        .layers--problem { color: $error; }
        .layers--chosen {
            background: $block-cursor-background; text-style: $block-cursor-text-style;
        }
        .layers--chosen-blurred { background: $block-cursor-blurred-background; }
        .layers--mark { color: $accent; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "select_by(-1)", "layer above", show=False, system=True, id="layers.above",
                tooltip="Choose the layer above."),
        Binding("down,j", "select_by(1)", "layer below", show=False, system=True, id="layers.below",
                tooltip="Choose the layer below."),
        Binding("home", "select_by(-9999)", "input", show=False, system=True, id="layers.first",
                tooltip="Choose the first row, which is the input."),
        Binding("end", "select_by(9999)", "last layer", show=False, system=True, id="layers.last",
                tooltip="Choose the last layer."),
        Binding("enter", "open_layer", "edit the layer", show=False, id="layers.open",
                tooltip="Go to the form of the chosen layer."),
    ]  # fmt: skip

    rows: reactive[tuple[LayerRow, ...]] = reactive((), layout=True)
    input_shape: reactive[str | None] = reactive(None)
    total: reactive[int | None] = reactive(None)
    fixed: reactive[int] = reactive(0)
    """Parameters that training does not move."""

    problem: reactive[str | None] = reactive(None)
    """Why the model as a whole cannot be trained."""

    waiting: reactive[Waiting] = reactive(Waiting.NOTHING)
    selected: reactive[int] = reactive(INPUT_ROW)

    @dataclass
    class LayerChosen(Message):
        """Another layer, or the Input row, was chosen."""

        index: int

    @dataclass
    class LayerOpened(Message):
        """A person wants to edit the chosen layer."""

        index: int

    def show_recipe(
        self,
        recipe: Recipe,
        check: RecipeCheck,
        catalog: Catalog | None,
        waiting: Waiting,
        selected: int,
    ) -> None:
        """Show the layers of a recipe with what is said of them, one of them chosen.

        Args:
            recipe: whose layers.
            check: what kertui and Keras say of the recipe.
            catalog: Keras's classes; None while they are not here yet.
            waiting: why shapes are not shown.
            selected: the chosen layer, ``INPUT_ROW`` for the data.
        """
        signs, model = glyphs_for(self.app), check.model_check
        rows = []
        for index, layer in enumerate(recipe.layers):
            known = check.layer_check(index)
            # Empty where Keras never gets to the layer, None where its answer is under way.
            shape = None if model is None else ""
            if known is not None and known.output_shape is not None:
                shape = shape_text(known.output_shape, signs.times)
            arguments = main_arguments(layer, catalog, signs.times)
            if known is not None and known.inside:
                arguments += (counted(known.inside, "layer"),)
            rows.append(
                LayerRow(
                    layer.class_name,
                    arguments,
                    shape,
                    known.parameters if known else None,
                    check.layer_reason(index),
                )
            )
        self.show_rows(rows, selected)
        row_shape = check.input_shape
        self.input_shape = None if row_shape is None else shape_text(row_shape, signs.times)
        self.total = model.parameters if model else None
        trainable = (model.trainable_parameters or 0) if model else 0
        self.fixed = (self.total or 0) - trainable
        self.problem = _total_problem(recipe, check, catalog, signs.into)
        self.waiting = waiting

    def show_rows(self, rows: Sequence[LayerRow], selected: int) -> None:
        """Show these layers with one of them chosen."""
        self.rows = tuple(rows)
        self.selected = max(INPUT_ROW, min(selected, len(rows) - 1))

    def count_lines(self) -> int:
        """Count a heading, the Input row, the layers and the total."""
        return len(self.rows) + 3

    def watch_rows(self) -> None:
        """Show the rows, of which there may be more or fewer now."""
        self.show_lines()

    def watch_selected(self) -> None:
        """Keep the chosen row in sight."""
        self.scroll_to_line(self.selected + 2)
        self.refresh()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"layers--{name}", partial=True)

    def _columns(self) -> tuple[int, int]:
        """Widths of the shapes and of the parameters."""
        shapes = [cell_len(row.shape) for row in self.rows if row.shape]
        shapes += [cell_len(self.input_shape)] if self.input_shape else []
        numbers = [len(grouped(row.parameters)) for row in self.rows if row.parameters is not None]
        numbers += [len(grouped(self.total))] if self.total is not None else []
        return max([3, *shapes]), max([6, *numbers])

    def draw_line(self, number: int, width: int) -> list[Segment]:
        """Draw the heading, the Input row, a layer or the total."""
        signs = glyphs_for(self.app)
        if number == 0:
            return self._head_line(width)
        if number == 1:
            row = LayerRow("Input", shape=self.input_shape)
            return self._layer_line(row, INPUT_ROW, width, signs)
        if number < len(self.rows) + 2:
            return self._layer_line(self.rows[number - 2], number - 2, width, signs)
        return self._total_line(width, signs)

    def _head_line(self, width: int) -> list[Segment]:
        shape_width, number_width = self._columns()
        right = f"{'out'.ljust(shape_width)}{' ' * _GAP}{'params'.rjust(number_width)}"
        return [
            Segment("Layers", Style(bold=True)),
            Segment(" " * max(1, width - 6 - len(right))),
            Segment(right, self._style("head")),
        ]

    def _layer_line(self, row: LayerRow, index: int, width: int, signs: Glyphs) -> list[Segment]:
        """Draw a layer with its arguments and numbers, or with why it is refused."""
        chosen = index == self.selected
        ground = Style()
        if chosen:
            # The full style: its ground covers the line, whatever the text on it.
            name = "layers--chosen" if self.has_focus else "layers--chosen-blurred"
            ground = self.get_component_rich_style(name, partial=True)
        mark = signs.cursor if chosen else " "
        parts = [(mark.ljust(_MARK), "mark")]
        parts.append((row.class_name, "dim" if index == INPUT_ROW else "class"))
        left = width - _MARK - cell_len(row.class_name) - _GAP
        if row.problem:
            first = f" {row.arguments[0]}" if row.arguments else ""
            if cell_len(f"{first}{signs.cross} {row.problem}") > left:
                first = ""  # the reason says more than the argument
            room = max(0, left - cell_len(first))
            reason = padded(fitted(f"{signs.cross} {row.problem}", room, signs), room)
            parts += [(first, "argument"), (" " * _GAP + reason, "problem")]
        else:
            shape_width, number_width = self._columns()
            arguments = " " + "  ".join(row.arguments) if row.arguments else ""
            room = left - shape_width - number_width
            arguments = fitted(arguments, max(0, room - _GAP), signs)
            parts.append((arguments, "argument"))
            parts.append((" " * max(0, room - cell_len(arguments)), ""))
            unknown = "" if self.waiting is not Waiting.NOTHING else signs.ellipsis
            shape = row.shape if row.shape is not None else unknown
            parts.append((padded(shape, shape_width), "dim"))
            count = "" if row.parameters is None else grouped(row.parameters)
            look = "number" if row.parameters else "dim"
            parts.append((" " * _GAP + count.rjust(number_width), look))
        return [
            Segment(text, (self._style(look) if look else Style()) + ground) for text, look in parts
        ]

    def _total_line(self, width: int, signs: Glyphs) -> list[Segment]:
        dim = self._style("dim")
        if self.problem:
            text = fitted(f"{signs.cross} {self.problem}", width, signs)
            return [Segment(text, self._style("problem"))]
        if self.waiting is Waiting.SPARE:
            return [Segment("  shapes arrive in a moment", dim)]
        if self.waiting is Waiting.OFF:
            return [Segment(fitted("  no shapes with --no-spare", width, signs), dim)]
        if self.total is None:
            return []
        _, number_width = self._columns()
        words = f"{grouped(self.fixed)} of them fixed, total" if self.fixed else "total"
        count = grouped(self.total).rjust(number_width)
        space = max(1, width - len(words) - _GAP - len(count))
        return [
            Segment(" " * space),
            Segment(words, dim),
            Segment(" " * _GAP),
            Segment(count, Style(bold=True)),
        ]

    def action_select_by(self, by: int) -> None:
        """Choose a row above or below."""
        self._choose(max(INPUT_ROW, min(self.selected + by, len(self.rows) - 1)))

    def action_open_layer(self) -> None:
        """Tell that a person wants to edit the chosen layer."""
        self.post_message(self.LayerOpened(self.selected))

    def _choose(self, index: int) -> None:
        if index != self.selected:
            self.selected = index
            self.post_message(self.LayerChosen(index))

    def on_click(self, event: events.Click) -> None:
        """A click chooses a layer, a second one edits it."""
        index = event.y + self.scroll_offset.y - 2
        if INPUT_ROW <= index < len(self.rows):
            event.stop()
            self.focus()
            self._choose(index)
            if event.chain == 2:
                self.action_open_layer()


def _total_problem(
    recipe: Recipe, check: RecipeCheck, catalog: Catalog | None, into: str
) -> str | None:
    """Why there is no total, for the last line; a layer's own reason stands in its row."""
    refusal = check.refusal()
    if refusal is None:
        return None
    if refusal.layer is not None:
        return f"layer {refusal.layer + 1} is refused"
    return explain_refusal(refusal, recipe, catalog, into)
