from __future__ import annotations

import pytest

from kertui.terminal.input.pasting import fit_paste


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("one\r\n  two\n\nthree\r", "one two three"),
        (" kept as it is ", " kept as it is "),
        ("a\tb", "a b"),
        ("a\u2028b\x0bc", "a b c"),
        ("\x1b[31mred\x1b[0m\x07", "red"),
        ("日本語\ne\u0301", "日本語 e\u0301"),
        ("\n\n", ""),
    ],
)
def test_a_field_of_one_line_gets_the_lines_with_blanks_between(pasted: str, line: str) -> None:
    assert fit_paste(pasted, lines=False, room=100).text == line


def test_a_note_keeps_its_lines() -> None:
    fitted = fit_paste("one\r\n  two\r\rthree\r", lines=True, room=100)
    assert fitted.text == "one\n  two\n\nthree\n"
    assert fitted.said == ""


def test_what_is_left_out_is_said() -> None:
    assert fit_paste("a\x00b\x1b[31mc", lines=False, room=9).said == (
        "Pasted; 2 control codes left out."
    )
    assert fit_paste("abcdef", lines=True, room=4, left_out=10).said == (
        "Pasted; no room for the last 12 characters."
    )
