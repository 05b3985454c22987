"""Rows of CSV files and pipes: headers, separators, quotes, and what comes slowly."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from kertasks.data.dataset import Dataset
from kertasks.data.rows import row_file
from kertasks.data.rows.row_file import RowFile
from kertasks.data.rows.typed_rows import RowReader
from kertasks.data.splits import Split
from kertasks.data.text_encoding import WordsEncoder
from kertasks.errors import UserError

NAMED = RowReader(
    Dataset(train=Split(np.zeros((1, 2), np.float32), np.zeros(1)), feature_names=("a", "Big b"))
)
BARE = RowReader(Dataset(train=Split(np.zeros((1, 2), np.float32), np.zeros(1))))
TEXTS = RowReader(
    Dataset(
        train=Split(np.zeros((1, 9), np.uint8), np.zeros(1)), encode=WordsEncoder({"film": 1}, 9)
    )
)


def cells(text: str, reader: RowReader = NAMED, most: int = 100) -> list[list[str]]:
    return [
        row for part in RowFile(BytesIO(text.encode()), reader).parts(most) for row in part.cells
    ]


@pytest.mark.parametrize(
    ("text", "reader", "rows"),
    [
        ("1,2\n3,4\n", NAMED, [["1", "2"], ["3", "4"]]),
        ("1,2\r\n\r\n3,4", NAMED, [["1", "2"], ["3", "4"]]),
        ("a,big B\n1,2\n", NAMED, [["1", "2"]]),
        ("\ufeffbig b, id , A\n2,x,1\n", NAMED, [["1", "2"]]),
        ("big b;a\n2,5;-1,5\n", NAMED, [["-1.5", "2.5"]]),
        ("this,that\n1,2\n", NAMED, [["1", "2"]]),
        ("price,a,big b\n1,2\n", NAMED, [["2", ""]]),
        ("x,2\n3,4\n", NAMED, [["x", "2"], ["3", "4"]]),
        ('"1","2"\n', NAMED, [["1", "2"]]),
        ("p,q\n1,2\n", BARE, [["1", "2"]]),
        ("1;2\n", BARE, [["1", "2"]]),
        ("", NAMED, []),
        ("a,big b\n", NAMED, []),
        ("a film; a film\n", TEXTS, [["a film; a film"]]),
        ('"a ""film"", and\nanother"\nfilm', TEXTS, [['a "film", and\nanother'], ["film"]]),
        ("label,text\n1,film\n", TEXTS, [["film"]]),
        ("text;label\nfilm, a;1\n", TEXTS, [["film, a"]]),
    ],
)
def test_rows_are_those_of_a_csv(text: str, reader: RowReader, rows: list[list[str]]) -> None:
    assert cells(text, reader) == rows
    assert cells(text, reader, most=1) == rows


@pytest.mark.parametrize(
    ("text", "reader", "said"),
    [
        ("a,c\n1,2\n", NAMED, "the header lacks 'Big b'; wanted: 2 numbers (a, Big b)"),
        ("a film, twice\n", TEXTS, "found 2 columns on the first line ('a film', 'twice')"),
        ("1,2\n" + "1" * 200_000, NAMED, "line 2: no CSV: field larger than field limit"),
    ],
)
def test_what_is_no_file_of_rows_is_said(text: str, reader: RowReader, said: str) -> None:
    with pytest.raises(UserError) as error:
        cells(text, reader)
    assert said in str(error.value)


def test_a_line_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open("rb") as stream, pytest.raises(UserError, match="16 MB is no row"):
        RowFile(stream, NAMED)
    monkeypatch.setattr(row_file, "_BLOCK", 5)  # a line may come in any number of pieces
    assert cells("a,big b\n10,20\n30,40") == [["10", "20"], ["30", "40"]]


def test_each_row_is_told_with_its_line_as_soon_as_it_is_there() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stream:
        os.write(write, b"a,big b\n1,2\n3")
        parts = RowFile(stream, NAMED).parts(100)
        first = next(parts)
        assert (first.cells, first.lines) == ([["1", "2"]], [2])
        os.write(write, b",4\n\n5,6\n")
        second = next(parts)
        assert (second.cells, second.lines) == ([["3", "4"], ["5", "6"]], [3, 5])
        os.close(write)
        assert list(parts) == []
