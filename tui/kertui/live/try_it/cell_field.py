"""A field for one column of a table, in which is typed what would stand in its file."""

from __future__ import annotations

from kertasks.data.described.description import RawColumn
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import Glyphs

_SHOWN_VALUES = 6
"""Categories that the hint names."""


class CellField(TextField):
    """Where one cell is typed: a number, a date, a category or a text.

    Args:
        column: what stands in it.
    """

    DEFAULT_CSS = """
    CellField, CellField.-textual-compact, CellField:focus {
        width: 18; height: 1; border: none; padding: 0 1;
        background: $panel; color: $foreground;
        &.-wrong { color: $error; }
    }
    CellField:focus { background: $selection; }
    """

    wide = 18
    """Cells."""

    def __init__(self, column: RawColumn) -> None:
        self.start = column.typical
        """What stands there to begin with."""

        super().__init__(self.start, compact=True)
        self.column = column
        self.label = column.name
        self.unit = column.unit or ""

    @property
    def problem(self) -> str:
        """Why it cannot be asked; empty where it can, as far as can be said without the data."""
        if not self.value.strip():
            may_be_empty = self.column.is_optional or self.column.kind == "text"
            return "" if may_be_empty else "it must not be empty"
        if self.column.kind == "number" and _number(self.value) is None:
            return f"{self.value!r} is not a number"
        return ""

    def odd(self, glyphs: Glyphs) -> str:
        """What is odd about the cell; empty where nothing is."""
        column, value = self.column, self.value.strip()
        if column.kind == "number":
            number, least, most = map(_number, (value, column.least, column.most))
            if number is None or least is None or most is None or least <= number <= most:
                return ""
            return self._range(glyphs)
        return ""

    def known(self, glyphs: Glyphs) -> list[str]:
        """What is known of the column."""
        column = self.column
        if column.kind == "category":
            shown = ", ".join(column.values[:_SHOWN_VALUES])
            more = "" if len(column.values) <= _SHOWN_VALUES else f", {glyphs.ellipsis}"
            return [shown + more]
        if column.kind == "text":
            return ["words"]
        return [self._range(glyphs), f"median {column.typical}"]

    def _range(self, glyphs: Glyphs) -> str:
        return f"{self.column.least} {glyphs.to} {self.column.most}"


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
