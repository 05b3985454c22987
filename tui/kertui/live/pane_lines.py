"""The lines of the live pane that come and go: a notice, and how the run ended."""

from __future__ import annotations

from kertasks.runs.state import RunState
from kertasks.text.numbers import wrap, wrap_parts
from kertui.live.outcome import Outcome
from kertui.live.run_status import state_sign
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import glyphs_for

MOST_LINES = 4
"""Of a reason; the log has the rest."""


class NoticeLine(RowsWidget):
    """The latest thing a person should know of the run. Takes no room while there is none."""

    DEFAULT_CSS = """
    NoticeLine { height: 1; display: none; }
    """

    def show(self, text: str) -> None:
        """Say a notice; an empty text hides the line."""
        self.display = bool(text)
        self._text = text
        self.redraw()

    _text = ""

    def draw_rows(self, width: int) -> None:
        """The text, cut with a sign where it does not fit."""
        glyphs = glyphs_for(self.app)
        text = self._text
        if len(text) + 2 > width:
            text = text[: max(0, width - 3)] + glyphs.cut
        self.show_rows([fit(cells("! ", "warning") + cells(text, "dim"), width)])


class OutcomeLines(RowsWidget):
    """How a run ended: the result bright, the facts dim, the reason of a failure in full."""

    DEFAULT_CSS = """
    OutcomeLines { height: 1; display: none; }
    """

    _outcome: Outcome | None = None

    def show(self, outcome: Outcome | None) -> None:
        """Say an outcome; None hides the lines."""
        self._outcome = outcome
        self.display = outcome is not None
        self.redraw()

    def lines_at(self, width: int) -> int:
        """How many rows it takes in a pane so wide."""
        return len(self._made(width)) if self._outcome is not None else 0

    def draw_rows(self, width: int) -> None:
        """All of it, wrapped."""
        self.show_rows(self._made(width))

    def _made(self, width: int) -> list[Row]:
        if self._outcome is None:
            return []
        glyphs = glyphs_for(self.app)
        outcome = self._outcome
        bad = outcome.state is RunState.FAILED or outcome.state.is_gone
        word = f" {outcome.state}"
        first = state_sign(outcome.state, glyphs) + cells(word, "bad" if bad else "strong")
        head = cells(f"   {outcome.head}", "" if bad else "accent") if outcome.head else []
        dot = f" {glyphs.dot} "
        facts = dot.join(outcome.facts)
        if len(first) + len(head) + 3 + len(facts) <= width:
            return [fit(first + head + cells("   " + facts, "dim"), width)]
        room = max(8, width - 2)
        wrapped = wrap(outcome.head, room, indent=len(first) + 1) or [""]
        if len(wrapped) > MOST_LINES:
            wrapped = [*wrapped[: MOST_LINES - 1], wrapped[MOST_LINES - 1][: room - 1] + glyphs.cut]
        role = "" if bad else "accent"
        rows = [first + cells("   " + wrapped[0].lstrip(), role)]
        rows += [cells("  " + line, role) for line in wrapped[1:]]
        rows += [
            cells("  " + line, "dim") for line in wrap_parts(outcome.facts, dot, room)[:MOST_LINES]
        ]
        return [fit(row, width) for row in rows]
