"""A person's file becomes cells, a row a row, however it is written and whatever it is called."""

from __future__ import annotations

import csv
import gzip
import io
import os
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kertasks.tables.table import Reading, ReadingWishes
from kertasks.tables.table_errors import MOST_COLUMNS, CannotReadTable, told
from kertasks.tables.table_file import TableFile, open_table

Cells = list[tuple[str | None, ...]]


def cells_of(path: Path, reading: Reading | ReadingWishes | None = None) -> Cells:
    """The cells in the file's order; what ``row`` says is seen to be the place."""
    with open_table(path, reading) as table, told(path):
        rows = table.connection.execute("SELECT * FROM cells ORDER BY row").fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    return [row[1:] for row in rows]


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("text", "reading", "names", "first"),
    [
        ("a,b\n1,2\n3,4\n", Reading(), ("a", "b"), ("1", "2")),
        ("a;b\n1,5;2\n", Reading(delimiter=";", decimal=","), ("a", "b"), ("1,5", "2")),
        ("a;b\n1,5;2,5\n", Reading(delimiter=";", decimal=","), ("a", "b"), ("1,5", "2,5")),
        ("1,5;2,0\n0,5;3,1\n", Reading(delimiter=";", decimal=",", header=False), None, None),
        ("a,b\n1;5,2\n2;5,3\n", Reading(), ("a", "b"), ("1;5", "2")),
        ("a\tb\n1\tx, y\n", Reading(delimiter="\t"), ("a", "b"), ("1", "x, y")),
        ("a|b\n1|2\n", Reading(delimiter="|"), ("a", "b"), ("1", "2")),
        ("1 2 3\n4 5 6\n", Reading(delimiter=" ", header=False), None, ("1", "2", "3")),
        ("1,2\n3,4\n", Reading(header=False), ("column 1", "column 2"), ("1", "2")),
        ("0,1,2\n.5,.25,.1\n.1,.2,.3\n", Reading(), ("0", "1", "2"), (".5", ".25", ".1")),
        ("label,text\nham,hi\nspam,buy\n", Reading(), ("label", "text"), ("ham", "hi")),
        ("ham,hi\nspam,buy\nham,yes\n", Reading(header=False), None, ("ham", "hi")),
        ("x\n1\n2\n", Reading(), ("x",), ("1",)),
        ("a,a,,A\n1,2,3,4\n", Reading(), ("a", "a 2", "column 3", "A"), ("1", "2", "3", "4")),
        ('"x","y"\n"1",2,3\n"2",4,5\n', Reading(), ("column 1", "x", "y"), ("1", "2", "3")),
        ("made by X\n\na,b,c\n1,2,3\n4,5,6\n", Reading(skip=2), ("a", "b", "c"), ("1", "2", "3")),
        ("\n\na,b\n1,2\n3,4\n", Reading(skip=2), ("a", "b"), ("1", "2")),
        ("a,b\r\n1,2\n3,4\r\n", Reading(), ("a", "b"), ("1", "2")),
        ("a,b\r1,2\r3,4\r", Reading(), ("a", "b"), ("1", "2")),
        ('d,v\n31/12/2024,"1,5"\n', Reading(decimal=",", day_first=True), ("d", "v"), None),
        ("a\x1b]52;c;!\x07,=cmd()\n1,2\n", Reading(), ("a]52;c;!", "=cmd()"), ("1", "2")),
    ],
)
def test_how_a_file_is_written_is_found(
    tmp_path: Path,
    text: str,
    reading: Reading,
    names: tuple[str, ...] | None,
    first: tuple[str, ...] | None,
) -> None:
    path = written(tmp_path, text)
    with open_table(path) as table:
        assert table.reading == reading
        assert names is None or table.names == names
    if first is not None:
        assert cells_of(path)[0] == first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", ["name,größe\n", ""])
def test_no_mark_of_an_encoding_is_in_a_name_or_a_cell(
    tmp_path: Path, encoding: str, header: str
) -> None:
    path = written(tmp_path, f'{header}7,"1,\nö"\n8,2\n'.encode(encoding))
    assert cells_of(path, ReadingWishes(header=bool(header))) == [("7", "1,\nö"), ("8", "2")]
    with open_table(path) as table:
        assert not header or table.names == ("name", "größe")


def test_another_encoding_is_named_or_guessed(tmp_path: Path) -> None:
    path = written(tmp_path, "preis,ort\n5 €,Köln\n".encode("cp1252"))
    assert cells_of(path, ReadingWishes(encoding="cp1252")) == [("5 €", "Köln")]
    with open_table(path) as table:
        assert table.reading.encoding == "cp1252"
    latin = written(tmp_path, "ort,plz\nKöln,1\n".encode("latin-1"))
    assert cells_of(latin) == [("Köln", "1")]
    with pytest.raises(CannotReadTable, match="no encoding 'klingon'"):
        cells_of(path, ReadingWishes(encoding="klingon"))


def test_what_is_no_utf8_after_the_head_is_named_by_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"1,2\n" * 1_100_000 + b"\xff,2\n")
    with pytest.raises(CannotReadTable, match="line 1100002 is not UTF-8"):
        cells_of(path)


def test_parquet_json_lines_and_what_is_compressed_are_tables_too(tmp_path: Path) -> None:
    parquet = tmp_path / "a file's.parquet"
    duckdb.execute(
        "COPY (SELECT 1.5 AS \"a b\", 'x' AS b, DATE '2024-05-01' AS d UNION ALL "
        f"SELECT NULL, 'y', NULL) TO '{str(parquet).replace(chr(39), 2 * chr(39))}'"
    )
    assert cells_of(parquet) == [("1.5", "x", "2024-05-01"), (None, "y", None)]
    lines = written(
        tmp_path, '{"a": 1, "A/b~": "x", "n": [1]}\n{"A/b~": null, "z": 2}\n', "t.jsonl"
    )
    assert cells_of(lines) == [("1", "x", "[1]", None), (None, None, None, "2")]
    with open_table(lines) as table:
        assert table.names == ("a", "A/b~", "n", "z")
        assert table.format == "JSON lines"
    packed = written(tmp_path, gzip.compress(b"a,b\n1,2\n"), "t.csv.gz")
    assert cells_of(packed) == [("1", "2")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n\n", "nothing but blanks"),
        (b"a,b\n1\x00,2\n", "zero bytes"),
        (bytes(range(256)) * 999, "zero bytes"),
        (b"a,b,c\n1,2,3\n1,2\n", "line 3 has 2 cells, not 3"),
        (b"a,b,c\n1,2,3\n1,2,3,4\n4,5,6\n", "line 3 has 4 cells, not 3"),
        (b'a,b,c\n1,"2,x",3\n1,"2,3\n4,5,6\n', "quote that is not closed"),
        (b"PAR1" + bytes(100), "no whole Parquet file"),
        (b"\x1f\x8b" + bytes(20), "no whole gzip file"),
        (b"PK\x03\x04" + bytes(20), "save the sheet as CSV"),
        (b'{"a": 1}\n{"a":\n', "no JSON, an object a line"),
        (b'{"a": 1}\n7\n', "no JSON, an object a line"),
        (b",".join(b"%d" % n for n in range(MOST_COLUMNS + 1)) + b"\n", "more than 1 000 columns"),
        (b",".join(b"c%d" % n for n in range(10_000)) + b"\n", "more than 1 000 columns"),
        (b"x" * 2_500_000, "longer than 2 MB"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(tmp_path: Path, content: bytes, why: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(CannotReadTable, match=why) as said:
        cells_of(path)
    assert str(said.value).startswith(str(path))
    assert "\n" not in str(said.value)


def test_a_half_written_parquet_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    duckdb.execute(f"COPY (SELECT range AS a FROM range(1000)) TO '{whole}'")
    half = written(tmp_path, whole.read_bytes()[:-300], "half.parquet")
    with pytest.raises(CannotReadTable, match="no whole Parquet file"):
        cells_of(half)


@pytest.mark.parametrize(
    "name",
    ["[ab]*?.csv", "it's.csv", 'a"b.csv', "a\nb.csv", "http:", "-.csv", "x';DROP VIEW cells;.csv"],
)
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    written(tmp_path, "a,b\n5,6\n", "a.csv")
    assert cells_of(written(tmp_path, "a,b\n1,2\n", name)) == [("1", "2")]


def test_what_is_no_file_of_this_machine_is_said_in_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    written(tmp_path, "a,b\n5,6\n", "a.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "gone.csv")
    for path, why in (
        (tmp_path, "it is a folder"),
        (tmp_path / "pipe", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (tmp_path / "*.csv", "no such file"),
        (tmp_path / "link.csv", "no such file"),
        ("https://127.0.0.1:9/a.csv", "not an address"),
        ("s3://bucket/a.parquet", "not an address"),
        ("a\0b.csv", "no zero byte"),
    ):
        with pytest.raises(CannotReadTable, match=why), open_table(path):
            pass


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY cells TO '{folder}/new.csv'",
        "ATTACH '{folder}/new.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SELECT * FROM read_csv('http://127.0.0.1:9/a.csv')",
    ],
)
def test_nothing_else_is_in_reach_of_a_table(tmp_path: Path, asked: str) -> None:
    other = written(tmp_path, "a\nsecret\n", "other.csv")
    with open_table(written(tmp_path, "a,b\n1,2\n")) as table, pytest.raises(duckdb.Error):
        table.connection.execute(asked.format(other=other, folder=tmp_path)).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.csv", "table.csv"]
    assert not table.folder.exists()


def sql_values(table: TableFile, sql: str) -> list[object]:
    return [row[0] for row in table.connection.execute(f"SELECT {sql} FROM cells").fetchall()]


@pytest.mark.parametrize(
    ("decimal", "numbers", "others"),
    [
        (
            ".",
            {"1.5": 1.5, " 2 ": 2, "-.5": -0.5, "1e3": 1e3, "1,234,567.5": 1_234_567.5}
            | {"75 000": 75_000, "1'000": 1_000, "+3": 3, "5.": 5},
            ["1,5", "inf", "nan", "1e999", "x", "1.2.3", "12,34", "0x10", "true", "--", "1 2"],
        ),
        (
            ",",
            {"1,5": 1.5, "-0,44699": -0.44699, "1.234,5": 1234.5, "1.234": 1234, "7": 7},
            ["1.5", "1,2,3", "1.23,4", "x"],
        ),
    ],
)
def test_what_a_number_is(
    tmp_path: Path, decimal: str, numbers: dict[str, float], others: list[str]
) -> None:
    text = "n;m\n" + "".join(f"{cell};0\n" for cell in [*numbers, *others])
    reading = Reading(delimiter=";", decimal=decimal)
    with open_table(written(tmp_path, text), reading) as table:
        values = sql_values(table, table.number(0))
        missing = sql_values(table, table.missing(0))
    assert values == [*numbers.values(), *[None] * len(others)]
    assert [cell for cell, gone in zip([*numbers, *others], missing, strict=True) if gone] == [
        cell for cell in others if cell in Reading().missing
    ]


def test_what_a_date_is_and_what_is_missing(tmp_path: Path) -> None:
    dates = {
        "2024-06-12 09:54:17": "2024-06-12 09:54:17",
        "2024-06-12T09:54:17Z": "2024-06-12 09:54:17",
        "2014/5/2": "2014-05-02 00:00:00",
        "20141013T000000": "2014-10-13 00:00:00",
        "31.12.2024": "2024-12-31 00:00:00",
        "03/04/2024": "2024-03-04 00:00:00",
        "12 Jun 2024": "2024-06-12 00:00:00",
        "2024-05": "2024-05-01 00:00:00",
    }
    gaps = ["", " ? ", "NA\t", "NA\u00a0", "\tNA", "-"]
    others = ["2024-02-30", "epoch", "infinity", "today", "x", "12.5", *gaps]
    text = "d;n\n" + "".join(f"{cell};0\n" for cell in [*dates, *others])
    with open_table(written(tmp_path, text)) as table:
        assert sql_values(table, f"{table.date(0)}::VARCHAR") == [
            *dates.values(),
            *[None] * len(others),
        ]
        gone = sql_values(table, table.missing(0))
    assert [cell for cell, is_gone in zip([*dates, *others], gone, strict=True) if is_gone] == gaps


CELL = st.text(
    st.one_of(
        st.sampled_from(list("\",;\t|'=+-@ \n\r\x1b\ufeff01.9äß\u202e")),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(data=st.data(), width=st.integers(1, 5), rows=st.integers(0, 12))
def test_cells_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, width: int, rows: int
) -> None:
    reading = Reading(
        delimiter=data.draw(st.sampled_from([",", ";", "\t", "|"])),
        header=True,
        encoding=data.draw(st.sampled_from(["utf-8", "utf-16"])),
    )
    table = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=rows))
    text = io.StringIO(newline="")
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    # Of one column all is quoted, since a blank line is no row; and what the csv module writes
    # as it stands and reads as the end of a line.
    breaks = any("\r" in cell for row in table for cell in row)
    all_quoted = width == 1 or breaks
    writer = csv.writer(
        text,
        delimiter=reading.delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerows([[f"name {n}" for n in range(width)], *table])
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    path.write_bytes(text.getvalue().encode(reading.encoding))
    read = [tuple(cell or "" for cell in row) for row in cells_of(path, reading)]

    def ended(cell: str) -> str:
        return cell.replace("\r\n", "\n").replace("\r", "\n")

    oracle = csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=reading.delimiter)
    expected = [tuple(map(ended, row)) for row in oracle][1:]
    assert [tuple(map(ended, row)) for row in read] == expected


@settings(max_examples=25)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "table"
    path.write_bytes(content)
    said = ""
    try:
        cells_of(path)
    except CannotReadTable as error:
        said = str(error)
    assert said == "" or said.isprintable()
