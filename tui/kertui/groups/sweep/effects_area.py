"""The widget that draws what the settings of a sweep do."""

from __future__ import annotations

from kertui.groups.sweep.effect_blocks import effect_rows
from kertui.groups.sweep.trials_seen import TrialsSeen
from kertui.plotting.strips import Row, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import glyphs_for


class EffectsArea(RowsWidget):
    """Draws what was seen last, in whatever size it has."""

    DEFAULT_CSS = """
    EffectsArea { height: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: TrialsSeen | None = None
        self._first = 0
        self.has_more = False
        """Whether some settings have no room."""

    def show(self, seen: TrialsSeen) -> None:
        """Draw what the settings do as far as it is known now."""
        self._seen = seen
        self.redraw()

    def turn(self) -> None:
        """Have the next block first."""
        self._first += 1
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw it in the width there is."""
        seen, height = self._seen, self.size.height
        rows: list[Row] = []
        if seen is not None and height:
            rows, self.has_more = effect_rows(
                seen.effects, seen.results, seen.unit, (width, height), glyphs_for(self.app),
                self._first,
            )  # fmt: skip
        rows += [[]] * (height - len(rows))
        self.show_rows([fit(row, width) for row in rows[:height]])
