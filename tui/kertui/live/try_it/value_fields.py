"""A form of named numbers, each in its own unit, at the data's median to begin with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from kertasks.data.described.description import FeatureFacts
from kertasks.data.values import shown_number
from kertasks.runs.views.answer import AnswerRequest
from kertui.forms.text_field import TextField
from kertui.live.try_it.cell_field import CellField
from kertui.live.try_it.try_form import TryForm
from kertui.terminal.glyphs import Glyphs

_GAP = 3
_LONGEST_LABEL = 20
_LONGEST_UNIT = 8
"""Cells; a longer unit stands in the hint alone."""


def range_words(facts: FeatureFacts, glyphs: Glyphs) -> str:
    """From where to where a feature goes in the data: ``"0 … 4 000"``."""
    return f"{shown_number(facts.minimum)} {glyphs.to} {shown_number(facts.maximum)}"


class ValueField(TextField):
    """Where one number is typed."""

    DEFAULT_CSS = """
    ValueField, ValueField.-textual-compact, ValueField:focus {
        width: 11; height: 1; border: none; padding: 0 1;
        background: $panel; color: $foreground;
        &.-wrong { color: $error; }
    }
    ValueField:focus { background: $selection; }
    """

    wide = 11
    """Cells."""

    def __init__(self, facts: FeatureFacts) -> None:
        self.start = f"{facts.median or 0.0:.6g}"
        """What stands there to begin with."""

        super().__init__(self.start, compact=True)
        self.facts = facts
        self.label = facts.name
        self.unit = facts.unit or ""

    @property
    def problem(self) -> str:
        """Why it cannot be asked; empty where it can."""
        return f"{self.value!r} is not a number" if self.typed is None else ""

    def odd(self, glyphs: Glyphs) -> str:
        """What is odd about the number; empty where nothing is."""
        return range_words(self.facts, glyphs) if self.is_outside else ""

    def known(self, glyphs: Glyphs) -> list[str]:
        """What is known of the feature."""
        median = f"median {shown_number(self.facts.median or 0.0)}"
        return [range_words(self.facts, glyphs), median]

    @property
    def typed(self) -> float | None:
        """The number; None where it is none."""
        try:
            value = float(self.value)
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    @property
    def is_outside(self) -> bool:
        """Whether no row of the data has such a number."""
        value = self.typed
        return value is not None and not self.facts.minimum <= value <= self.facts.maximum


class ValueFields(TryForm):
    """The fields, in as many columns as there is room for; they scroll where they are many.

    Args:
        fields: of features in their own units, or of a table's columns.
    """

    DEFAULT_CSS = """
    ValueFields {
        layout: grid; grid-size: 1; grid-rows: 1; grid-gutter: 0 3;
        overflow: hidden auto; scrollbar-size-vertical: 1;
        & Horizontal { height: 1; }
        & .try--label {
            width: 8; height: 1; color: $dim; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & .try--unit { width: 1fr; height: 1; color: $dim; padding: 0 0 0 1; text-wrap: nowrap; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1, 0)", "field above", show=False, system=True, id="try.up",
                tooltip="Go to the field above."),
        Binding("down", "move(1, 0)", "field below", show=False, system=True, id="try.down",
                tooltip="Go to the field below."),
        Binding("enter", "move(0, 1)", "next field", show=False, system=True, id="try.next",
                tooltip="Go to the next field."),
        Binding("ctrl+r", "reset", "medians", id="try.reset",
                tooltip="Write the data's medians into all fields again."),
    ]  # fmt: skip

    def __init__(self, fields: Sequence[ValueField | CellField]) -> None:
        super().__init__()
        self._fields = [*fields]
        self._columns = 1
        self._label = min(_LONGEST_LABEL, max(cell_len(field.label) for field in fields)) + 1
        units = [field.unit for field in fields if field.unit]
        shown = [unit for unit in units if cell_len(unit) <= _LONGEST_UNIT]
        unit_cells = max((cell_len(unit) + 1 for unit in shown), default=0)
        self._cell = self._label + max(field.wide for field in fields) + unit_cells
        """Cells of a label, its field and its unit."""

    def compose(self) -> ComposeResult:
        """A label, a field and a unit for each feature."""
        for field in self._fields:
            unit = field.unit
            with Horizontal():
                label = Static(field.label, classes="try--label", markup=False)
                label.styles.width = self._label
                yield label
                yield field
                if cell_len(unit) <= _LONGEST_UNIT:
                    yield Static(unit, classes="try--unit", markup=False)

    @property
    def request(self) -> AnswerRequest | None:
        """The row, once nothing is wrong with it."""
        if any(field.problem for field in self._fields):
            return None
        typed = [field.typed for field in self._fields if isinstance(field, ValueField)]
        if typed:
            return AnswerRequest(numbers=tuple(value for value in typed if value is not None))
        return AnswerRequest(cells=tuple(field.value for field in self._fields))

    @property
    def problem(self) -> str:
        """The first that is wrong, and why."""
        wrong = next((field for field in self._fields if field.problem), None)
        return "" if wrong is None else f"{wrong.label}: {wrong.problem}"

    def warning(self, glyphs: Glyphs) -> str:
        """What no row of the data has."""
        odd = [(field.label, field.odd(glyphs)) for field in self._fields]
        said = [f"{label} {words}" for label, words in odd if words]
        return f"outside the data: {', '.join(said)}" if said else ""

    def hint(self, glyphs: Glyphs) -> str:
        """What is known of the feature under the cursor."""
        here = self._here
        if here is None:
            return ""
        field = self._fields[here]
        unit = f", {field.unit}" if field.unit else ""
        return f" {glyphs.dot} ".join([field.label + unit, *field.known(glyphs)])

    def rows_at(self, width: int) -> int:
        """Lines of fields."""
        return -(-len(self._fields) // self._columns_at(width))

    def _columns_at(self, width: int) -> int:
        return max(1, min(len(self._fields), (width + _GAP) // (self._cell + _GAP)))

    def take_room(self, width: int, height: int) -> None:
        """Share the width out among as many columns as it has room for."""
        super().take_room(width, height)
        self._columns = self._columns_at(width)
        self.styles.grid_size_columns = self._columns
        self.styles.grid_columns = str(max(1, min(self._cell, width)))

    @property
    def _here(self) -> int | None:
        fields: list[object] = [*self._fields]
        focused = self.screen.focused
        return fields.index(focused) if focused in fields else None

    def begin(self) -> None:
        """Type in the first field."""
        self._fields[0].focus()

    def action_move(self, down: int, right: int) -> None:
        """Go to another field; past the last one comes the first."""
        here = self._here
        if here is not None:
            there = (here + right) % len(self._fields) if right else here + down * self._columns
            if 0 <= there < len(self._fields):
                self._fields[there].focus()

    def action_reset(self) -> None:
        """Begin again from the medians."""
        for field in self._fields:
            field.value = field.start

    @on(Input.Submitted)
    def _go_on(self, message: Input.Submitted) -> None:
        message.stop()
        self.action_move(0, 1)

    @on(Input.Changed)
    def _take(self, message: Input.Changed) -> None:
        message.stop()
        for field in self._fields:
            field.set_class(bool(field.problem), "-wrong")
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        """Another field is told of in the hint."""
        self.post_message(self.Changed())
