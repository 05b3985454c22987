from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kertasks.runs.home.label import (
    Label,
    LabelNotWritten,
    make_label,
    read_label,
    write_label,
)


def test_a_label_comes_back(tmp_path: Path) -> None:
    label = Label("mein bestes", ("gpu", "größer"), 'with dropout: "0.5"')
    write_label(tmp_path, label)
    assert read_label(tmp_path) == label
    assert [path.name for path in tmp_path.iterdir()] == ["label.json"]
    assert stat.S_IMODE((tmp_path / "label.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"name": 1, "tags": [], "note": ""}', '{"name": "a", "tags": 3}'],
)
def test_a_damaged_label_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "label.json").write_text(text)
    assert read_label(tmp_path) == Label()


def test_what_is_typed_becomes_a_line_tags_without_doubles_and_a_note_of_lines() -> None:
    label = make_label("  a\tname\n", "#gpu, big  gpu #", "two\r\n\r  lines \x1b[31m\n")
    assert label == Label("a name", ("gpu", "big"), "two\n\n  lines [31m")


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabelNotWritten, match=r"cannot write .*label\.json"):
        write_label(tmp_path / "gone", Label("a"))
