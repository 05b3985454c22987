"""What is said of a table: what its columns are, what is missing, refused, leaked or repeated."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kertasks.tables.looking import look
from kertasks.tables.table import (
    Column,
    Missing,
    Reading,
    ReadingWishes,
    Role,
    SplitWay,
    Table,
)
from kertasks.tables.table_errors import CannotReadTable
from kertasks.tables.table_look import TableLook

FAULTS = Path(__file__).parents[4] / "shared" / "faults" / "data"
"""Small files that readers of tables got wrong, beside a checkout, where there are any."""

INLINE = {
    "bom.csv": b"\xef\xbb\xbfcountry,size,label\r\nA,1.5,0\r\nB,2.5,1\r\n",
    "temp.csv": b"Datum;Temperatur (Celsius)\n2024-06-12 09:54:17;28,7\n2024-06-12 09:44:17;28,95\n"
    b"2024-06-12 09:34:17;29,08\n2024-06-12 09:24:17;29,12\n",
    "notes.csv": b"1\t2\t3\t4\tForge\n3,6216\t8,6661\t-2,8073\t-0,44699\t0\n"
    b"4,5459\t8,1674\t-2,4586\t-1,4621\t1\n",
    "labels.csv": b"135,10,125,10,1 \n230,16,214,19,not 1\n226,16,210,19,1\n231,16,215,19,not 1\n",
    "spam.csv": b"label\ttext\nHAM\twaiting, and waiting\nSPAM\tplease click\n",
    "gaps.csv": b"a,b,label\n1,2,0\n3,,1\n5,6,\n7,?,1\n8,NA,0\n",
    "quoted.csv": b'name,age,label\n"Smith, J",30,yes\n"O""Neil",41,no\n',
}
"""What such files are like, for where there are none."""


@pytest.fixture(params=["inline", "beside the checkout"])
def faulty(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the seven files."""
    if request.param != "inline":
        if not FAULTS.is_dir():
            pytest.skip(f"there is no {FAULTS}")
        return FAULTS
    for name, content in INLINE.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def roles(seen: TableLook) -> dict[str, Role]:
    return {column.name: column.role for column in seen.table.columns}


def test_no_byte_order_mark_is_in_a_name(faulty: Path) -> None:
    seen = look(faulty / "bom.csv")
    assert roles(seen) == {"country": Role.CATEGORY, "size": Role.NUMBER, "label": Role.CATEGORY}
    assert (seen.table.target, seen.table.classes) == ("label", ("0", "1"))


def test_a_date_and_decimal_commas_under_any_locale(faulty: Path) -> None:
    seen = look(faulty / "temp.csv")
    assert roles(seen) == {"Datum": Role.DATE, "Temperatur (Celsius)": Role.NUMBER}
    number = seen.columns[1]
    assert (number.least, number.most) == ("28.7", "29.12")
    assert number.examples == ("28,7", "28,95", "29,08", "29,12")
    assert "decimal comma" in seen.guesses
    assert "held out at random; by time of Datum can be chosen" in seen.guesses


def test_numbers_above_numbers_are_a_header_and_said_to_be_guessed(faulty: Path) -> None:
    seen = look(faulty / "notes.csv")
    assert seen.table.rows == 2
    assert list(roles(seen)) == ["1", "2", "3", "4", "Forge"]
    assert (seen.table.target, seen.table.classes) == ("Forge", ("0", "1"))
    assert seen.columns[3].least == "-1.4621"
    assert {"header found", "decimal comma"} <= set(seen.guesses)


def test_blanks_around_a_label_make_no_class(faulty: Path) -> None:
    seen = look(faulty / "labels.csv")
    assert seen.table.target == "column 5"
    assert sorted(seen.table.classes) == ["1", "not 1"]
    assert {value.value: value.rows for value in seen.columns[4].values} == {"1": 2, "not 1": 2}
    assert list(roles(seen).values())[:4] == [Role.NUMBER] * 4
    assert "no header found" in seen.guesses


def test_a_comma_in_a_text_is_kept(faulty: Path) -> None:
    seen = look(faulty / "spam.csv")
    assert roles(seen) == {"label": Role.CATEGORY, "text": Role.TEXT}
    assert seen.columns[1].examples[0] == "waiting, and waiting"


def test_missing_cells_are_named_and_a_label_is_never_filled(faulty: Path) -> None:
    seen = look(faulty / "gaps.csv")
    missing = {column.name: column.missing for column in seen.columns}
    assert missing["a"].count == 0
    assert missing["b"].first_rows == (2, 4, 5)
    assert set(missing["b"].written) == {"", "?", "NA"}
    assert missing["label"].first_rows == (3,)
    assert seen.table.column("b").missing is Missing.MEDIAN
    assert seen.table.column("label").missing is Missing.DROP
    assert seen.used_rows == 4
    assert "1 row left out, without a label" in seen.warnings
    assert seen.problems == ()


def test_quotes_and_commas_in_a_name(faulty: Path) -> None:
    seen = look(faulty / "quoted.csv")
    assert set(seen.columns[0].examples) == {"Smith, J", 'O"Neil'}
    assert seen.table.classes == ("no", "yes")


def table_of(folder: Path, header: str, rows: list[str]) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_leaks_repeated_rows_identifiers_and_constants_are_said(tmp_path: Path) -> None:
    rows = [f"{900 + n},{n % 7},{n % 3},k{n % 3},1,{n % 3}" for n in range(60)]
    path = table_of(tmp_path, "id,x,y2,copy,one,species", rows)
    seen = look(path)
    assert roles(seen)["id"] is Role.IDENTIFIER
    assert roles(seen)["one"] is Role.IGNORE
    assert seen.table.classes == ("0", "1", "2")
    assert seen.table.split.way is SplitWay.STRATIFIED
    said = "\n".join(seen.warnings)
    assert "each value of copy stands with one species only" in said
    assert "each value of y2 stands with one species only" in said
    assert "each value of x " not in said
    assert "39 rows repeat an earlier one" in said
    assert "id: a name for each row" in said
    assert "one: the same in every row" in said


def test_a_number_in_another_unit_is_a_leak(tmp_path: Path) -> None:
    rows = [f"{n * 1.25 + 3:.6f},{n * n % 17},{n}.5" for n in range(40)]
    seen = look(table_of(tmp_path, "euro,noise,price", rows))
    assert seen.table.classes == ()
    assert seen.table.scale_target
    assert [text for text in seen.warnings if "leak" in text] == [
        "euro is price in another unit: a leak, if it is not known before price is; ignore it then"
    ]


def test_a_column_that_holds_for_all_but_one_row_is_no_leak(tmp_path: Path) -> None:
    rows = [f"k{n % 3},{n % 3 if n != 29_999 else 1}" for n in range(30_000)]
    seen = look(table_of(tmp_path, "copy,label", rows))
    assert not [text for text in seen.warnings if "leak" in text]


def test_a_cell_that_is_no_number_is_refused_by_row_and_column(tmp_path: Path) -> None:
    rows = [f"{n},{n / 2},{n % 2}" for n in range(30)]
    rows[7] = "7,three\x1b[31m,1"
    rows[11] = "x,5,0"
    seen = look(table_of(tmp_path, "a,b,label", rows))
    assert [(cell.row, cell.column, cell.found) for cell in seen.refused] == [
        (8, "b", "three[31m"),
        (12, "a", "x"),
    ]
    assert seen.refused_count == 2
    assert seen.problems[0].startswith(f"{seen.refused[0].in_words}, and 1 more")
    assert seen.refused[1].in_words == "row 12, column a: 'x' is not a number"
    blank = msgspec.structs.replace(seen.refused[1], row=1_200, found="")
    assert blank.in_words == "row 1 200, column a: blanks is not a number"
    assert seen.recipe == ""


def test_what_a_person_says_otherwise_holds(tmp_path: Path) -> None:
    path = table_of(tmp_path, "a,b,label", [f"{n},w{n % 4},{n % 2}" for n in range(40)])
    first = look(path).table
    columns = tuple(
        msgspec.structs.replace(column, role=Role.NUMBER if column.name == "b" else column.role)
        for column in first.columns
    )
    seen = look(path, msgspec.structs.replace(first, columns=columns))
    assert roles(seen)["b"] is Role.NUMBER
    assert (seen.refused_count, len(seen.refused)) == (40, 20)
    seen = look(path, msgspec.structs.replace(first, target="a", classes=()))
    assert (seen.table.target, seen.table.classes) == ("a", ())
    only = msgspec.structs.replace(first, classes=("0",))
    assert [cell.row for cell in look(path, only).refused][:2] == [2, 4]


def test_columns_that_are_no_longer_there_are_suggested_anew(tmp_path: Path) -> None:
    path = table_of(tmp_path, "a,b,label", [f"{n},{n / 4},{n % 2}" for n in range(40)])
    first = look(path).table
    other = msgspec.structs.replace(first, reading=Reading(header=False))
    seen = look(path, other)
    assert list(roles(seen)) == ["column 1", "column 2", "column 3"]
    assert seen.table.rows == 41
    assert seen.table.target == "column 3"


def test_wishes_hold_and_the_rest_is_found(tmp_path: Path) -> None:
    path = table_of(tmp_path, "a;b;label", ["1,5;2;x", "2,5;3;y"])
    reading = look(path, wishes=ReadingWishes(header=False)).table.reading
    assert reading == Reading(delimiter=";", decimal=",", header=False)


def test_a_column_of_marks_splits_the_rows(tmp_path: Path) -> None:
    rows = [f"{n},{'Train' if n % 4 else 'test'},{n % 2}" for n in range(40)]
    seen = look(table_of(tmp_path, "a,split,label", rows))
    assert (seen.table.split.way, seen.table.split.column) == (SplitWay.COLUMN, "split")
    assert seen.table.split.test_values == ("test",)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "there is no row in it"),
        (["1,x"] * 3, "the target label has one value only: x"),
        (["1,"] * 3, "the target label is missing in every row"),
        (["1,x", ",y", ","], "only one row is left to learn from"),
        (["7,x", "7,y"], "no column is left to learn from"),
    ],
)
def test_why_a_table_cannot_be_trained(tmp_path: Path, rows: list[str], problem: str) -> None:
    table = None
    if problem.startswith("only"):
        table = Table(
            "", "label", (Column("a", Role.NUMBER), Column("label", Role.CATEGORY)), Reading()
        )
    assert problem in look(table_of(tmp_path, "a,label", rows), table).problems


def test_a_last_line_that_is_too_long_is_not_left_out_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 1_100_000 + b"x" * 34_000_000 + b",2\n")
    with pytest.raises(CannotReadTable, match="a line is longer than 2 MB"):
        look(path)


def test_sixty_columns_are_looked_at(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(60))
    rows = [",".join(str((n * row) % 97) for n in range(60)) for row in range(50)]
    seen = look(table_of(tmp_path, header, rows))
    assert len(seen.columns) == 60
    most = max(50 * row % 97 for row in range(50))
    assert (seen.columns[50].least, seen.columns[50].most) == ("0", str(most))


JUNK = st.sampled_from(["x", "1.2.3", "--", "0x1F", "1e999", "=1+1", "\x1b[2J", "one", "1;2"])
NUMBER = st.integers(-999, 999).map(str) | st.floats(-1e6, 1e6).map(repr)
GAP = st.sampled_from(["", "?", "NA", " ", "nan"])


@settings(max_examples=20)
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(NUMBER, NUMBER, NUMBER, GAP, JUNK), min_size=width, max_size=width),
            min_size=1,
            max_size=15,
        )
    )
)
def test_every_refused_cell_of_any_table_is_named(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    """Beside what Python's own ``float`` says of each cell."""
    names = [f"c{n}" for n in range(len(table[0]))]
    rows = [",".join([*row, str(n % 2)]) for n, row in enumerate(table)]
    path = table_of(tmp_path_factory.mktemp("junk"), ",".join([*names, "label"]), rows)
    columns = tuple(Column(name, Role.NUMBER) for name in names)
    said = Table(str(path), "label", (*columns, Column("label", Role.CATEGORY)), Reading())
    seen = look(path, said)
    assert seen.table.rows == len(table)
    refused = {
        (row, name)
        for row, cells in enumerate(table, 1)
        for name, cell in zip(names, cells, strict=True)
        if cell.strip() not in Reading().missing and not is_number(cell)
    }
    assert seen.refused_count == len(refused)
    named = {(cell.row, cell.column) for cell in seen.refused}
    assert named == set(sorted(refused)[:20]) if len(refused) <= 20 else named <= refused


def is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", cell)) and cell != "1e999"


@settings(max_examples=15)
@given(
    content=st.binary(max_size=120) | st.text("a1,;\n\"'. -\t{}[]:", max_size=120).map(str.encode)
)
def test_any_file_is_looked_at_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "table"
    path.write_bytes(content)
    try:
        seen = look(path)
    except CannotReadTable:
        return
    assert len(seen.columns) == len(seen.table.columns)
    assert seen.used_rows <= seen.table.rows
