from __future__ import annotations

from kertasks.runs.state import RunState
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import ASCII, UNICODE
from kertui.text.run_state_look import STATE_LOOKS


def test_every_state_has_a_look_that_a_widget_can_draw() -> None:
    assert set(STATE_LOOKS) == set(RunState)
    for look in STATE_LOOKS.values():
        for role in (look.role, look.sign_role):
            assert not role or f"rows--{role}" in RowsWidget.COMPONENT_CLASSES
        assert len(look.sign(UNICODE)) == 1
        assert look.sign(ASCII).isascii()


def test_a_colour_is_never_all_that_tells_a_good_end_from_a_bad_one() -> None:
    good, bad = STATE_LOOKS[RunState.FINISHED], STATE_LOOKS[RunState.FAILED]
    assert good.sign(UNICODE) != bad.sign(UNICODE)
    assert bad.style == "$error"
    assert STATE_LOOKS[RunState.RUNNING].style == "$train"
    assert good.style == ""
