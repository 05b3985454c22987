"""The first line of a group's screen: what it is on the left, how far it is on the right."""

from __future__ import annotations

import math

from kertasks.groups.folder import GroupState
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.text.numbers import clock
from kertui.groups.group_seen import GroupSeen
from kertui.plotting.strips import Row, cells, join
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.run_state_look import STATE_LOOKS, StateLook

LOOKS = {
    GroupState.RUNNING: STATE_LOOKS[RunState.RUNNING],
    GroupState.PAUSED: STATE_LOOKS[RunState.PAUSED],
    GroupState.FINISHED: STATE_LOOKS[RunState.FINISHED],
    GroupState.FAILED: STATE_LOOKS[RunState.FAILED],
    GroupState.STOPPED: STATE_LOOKS[RunState.STOPPED],
}


class GroupHead(RowsWidget):
    """Names a group and says how far it is."""

    DEFAULT_CSS = """
    GroupHead { height: 1; }
    """

    def __init__(self, id_of_group: str) -> None:
        super().__init__()
        self._group = id_of_group
        self._seen: GroupSeen | None = None
        self._asked: SteeringCommand | None = None

    def show(self, seen: GroupSeen | None, asked: SteeringCommand | None) -> None:
        """Say it; first of all what was asked of it here and is not answered yet."""
        self._seen, self._asked = seen, asked
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the line in the longest form that fits."""
        glyphs, seen = glyphs_for(self.app), self._seen
        if seen is None:
            self.show_rows([join(cells(self._group, "strong"), cells("reading", "dim"), width)])
            return
        left = _title(seen, glyphs)
        for facts in _facts(seen, self._asked, glyphs):
            right = [cell for n, fact in enumerate(facts) for cell in _apart(fact, n)]
            if len(left) + 2 + len(right) <= width:
                break
        self.show_rows([join(left, right, width)])


def _apart(fact: Row, number: int) -> Row:
    return cells("   ") + fact if number else fact


def _title(seen: GroupSeen, glyphs: Glyphs) -> Row:
    record, into = seen.record, cells(f" {glyphs.into} ")
    row = cells(record.task, "chosen") + into + cells(record.recipe, "strong") + into
    return row + cells(record.asked.words, "strong")


def _facts(seen: GroupSeen, asked: SteeringCommand | None, glyphs: Glyphs) -> list[tuple[Row, ...]]:
    """What stands on the right, from long to short."""
    look: StateLook = LOOKS[seen.state]
    word = seen.state.value
    if seen.refusal:
        word = "refused"
    elif asked is not None and asked.row.doing and seen.state.goes_on:
        word = asked.row.doing
    elif asked is SteeringCommand.RESUME:
        word = "resuming"
    elif seen.state is GroupState.RUNNING and not seen.has_begun:
        word = "starting"
    state = cells(look.sign(glyphs), look.sign_role) + cells(f" {word}", "strong")
    how_far = cells(seen.how_far)
    left = []
    if not math.isnan(seen.left):
        left = [cells(clock(seen.left)) + cells(" left", "dim")]
    return [(state, how_far, *left), (state, *left), (state,)]
