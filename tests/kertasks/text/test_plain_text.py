from __future__ import annotations

import pytest
from rich.cells import cell_len

from kertasks.text.plain_text import one_line, visible, without_controls


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a name", "a name"),
        ("größer 表 é", "größer 表 é"),
        ("  two\n\tlines ", "two lines"),
        ("a\x1b]0;b\x07c", "a]0;bc"),
        ("a\x9b2Jb\x00", "a2Jb"),
        ("a\u202eb\u2028c", "ab c"),
        ("[red]a[/b]", "[red]a[/b]"),
    ],
)
def test_a_name_is_one_line_without_control_codes(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_name_has_an_end() -> None:
    assert one_line("x" * 1000) == "x" * 200
    assert one_line("x" * 1000, 3) == "xxx"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n\tb", "a\n\tb"),
        ("1/3\r2/3\r\nend", "1/3\n2/3\nend"),
        ("\x1b[1;31mbold\x1b[0m", "bold"),
        ("\x1b]52;c;eA==\x07", "\\x1b]52;c;eA==\\x07"),
        ("\x1b[2J\x9b2J\x7f", "\\x1b[2J\\x9b2J\\x7f"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_a_log_shows_its_control_codes_but_no_colours(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("control", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x202E, 0x2066])
def test_a_control_code_is_taken_out_and_was_no_cell_wide(control: int) -> None:
    assert without_controls(f"a{chr(control)}b") == "ab"
    assert cell_len(chr(control)) == 0


def test_other_text_stays_as_wide_as_it_was() -> None:
    text = "a\xa0b\u3000\ue0b0\u200d"
    assert without_controls(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\U0001f469\u200d\U0001f4bb x", "\U0001f469\u200d\U0001f4bb x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200d b \u200c", "a b"),
        ("\u200d", ""),
    ],
)
def test_what_joins_characters_stays_where_it_joins_some(text: str, line: str) -> None:
    assert one_line(text) == one_line(line) == line


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("ab\U0001f469\u200d\U0001f4bbc", 4, "ab"),
        ("ab\U0001f469\u200d\U0001f4bbc", 5, "ab\U0001f469\u200d\U0001f4bb"),
        ("ab\U0001f1e9\U0001f1eac", 3, "ab"),
        ("ab\U0001f1e9\U0001f1eac", 4, "ab\U0001f1e9\U0001f1ea"),
        ("abe\u0301c", 3, "ab"),
        ("a\U0001f44d\U0001f3fdx", 2, "a"),
    ],
)
def test_no_character_is_kept_in_part(text: str, longest: int, kept: str) -> None:
    assert one_line(text, longest) == kept
