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

from kertasks.data.description import FeatureFacts
from kertasks.data.values import shown_number
from kertasks.runs.views.answer import AnswerRequest
from kertui.forms.text_field import TextField
from kertui.live.try_it.try_form import TryForm
from kertui.terminal.glyphs import Glyphs

_VALUE = 11
"""Cells of a field's value."""

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

    def __init__(self, facts: FeatureFacts) -> None:
        super().__init__(f"{facts.median or 0.0:.6g}", compact=True)
        self.facts = facts

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
        features: each in its own unit.
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

    def __init__(self, features: Sequence[FeatureFacts]) -> None:
        super().__init__()
        self._fields = [ValueField(facts) for facts in features]
        self._columns = 1
        self._label = min(_LONGEST_LABEL, max(cell_len(facts.name) for facts in features)) + 1
        units = [facts.unit for facts in features if facts.unit]
        shown = [unit for unit in units if cell_len(unit) <= _LONGEST_UNIT]
        unit_cells = max((cell_len(unit) + 1 for unit in shown), default=0)
        self._cell = self._label + _VALUE + unit_cells
        """Cells of a label, its field and its unit."""

    def compose(self) -> ComposeResult:
        """A label, a field and a unit for each feature."""
        for field in self._fields:
            unit = field.facts.unit or ""
            with Horizontal():
                label = Static(field.facts.name, classes="try--label", markup=False)
                label.styles.width = self._label
                yield label
                yield field
                if cell_len(unit) <= _LONGEST_UNIT:
                    yield Static(unit, classes="try--unit", markup=False)

    @property
    def request(self) -> AnswerRequest | None:
        """The numbers, once all of them are numbers."""
        values = [field.typed for field in self._fields]
        known = tuple(value for value in values if value is not None)
        return AnswerRequest(numbers=known) if len(known) == len(values) else None

    @property
    def problem(self) -> str:
        """Which is no number."""
        wrong = next((field for field in self._fields if field.typed is None), None)
        if wrong is None:
            return ""
        return f"{wrong.facts.name}: {wrong.value!r} is not a number"

    def warning(self, glyphs: Glyphs) -> str:
        """Which numbers no row of the data has."""
        outside = [field.facts for field in self._fields if field.is_outside]
        if not outside:
            return ""
        ranges = (f"{facts.name} {range_words(facts, glyphs)}" for facts in outside)
        return f"outside the data: {', '.join(ranges)}"

    def hint(self, glyphs: Glyphs) -> str:
        """What is known of the feature under the cursor."""
        here = self._here
        if here is None:
            return ""
        facts = self._fields[here].facts
        unit = f", {facts.unit}" if facts.unit else ""
        median = f"median {shown_number(facts.median or 0.0)}"
        return f" {glyphs.dot} ".join([facts.name + unit, range_words(facts, glyphs), median])

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
            field.value = f"{field.facts.median or 0.0:.6g}"

    @on(Input.Submitted)
    def _go_on(self, message: Input.Submitted) -> None:
        message.stop()
        self.action_move(0, 1)

    @on(Input.Changed)
    def _take(self, message: Input.Changed) -> None:
        message.stop()
        for field in self._fields:
            field.set_class(field.typed is None, "-wrong")
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        """Another field is told of in the hint."""
        self.post_message(self.Changed())
