from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.support.wide_names import NAMES

from kertui.terminal.cells import characters
from kertui.terminal.glyphs import UNICODE
from kertui.text.fitting_text import fitted, wrap, wrap_parts


def test_no_line_ends_inside_a_number_or_before_its_unit() -> None:
    text = "as asked · adam · 1 000 epochs in 2.1 s"
    for width in range(12, len(text) + 1):
        lines = wrap(text, width)
        assert " ".join(lines) == text
        assert any("1 000 epochs" in line for line in lines)
        assert any("2.1 s" in line for line in lines)


def test_parts_are_broken_between_and_not_inside() -> None:
    parts = ["accuracy 0.500", "majority", "40 000 rows of the training split"]
    assert wrap_parts(parts, " · ", 25) == [
        "accuracy 0.500 · majority",
        "40 000 rows of the",
        "training split",
    ]


@given(st.lists(st.sampled_from([*NAMES, "a", "of the", "40 000 rows"])), st.integers(-2, 30))
def test_no_line_is_too_wide_at_any_width_and_nothing_is_lost(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert cell_len(line) <= width or len(list(characters(line))) == 1
        assert line


def test_what_is_cut_is_cut_between_characters() -> None:
    for name in NAMES:
        whole = [character for character, _ in characters(name)]
        for width in range(1, cell_len(name)):
            text = fitted(name, width, UNICODE)
            assert cell_len(text) <= width
            left = [character for character, _ in characters(text.removesuffix(UNICODE.cut))]
            assert left == whole[: len(left)]
        assert fitted(name, cell_len(name), UNICODE) == name
