"""A table becomes a dataset: what training sees, what people see, and when it is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from kertasks.data.described import describing
from kertasks.data.described.describing import describe
from kertasks.data.described.description import ColumnsSample, WordsSample
from kertasks.data.rows import kept_rows
from kertasks.data.splits import Split
from kertasks.errors import UserError
from kertasks.own_tasks.data_task import DataTask
from kertasks.own_tasks.task_of_data import task_of
from kertasks.tables.file_digest import file_digest
from kertasks.tables.loading import load
from kertasks.tables.rows import kept_table, table_rows
from kertasks.tables.statistics import decode_statistics, what_changed
from kertasks.tables.table import (
    Column,
    Missing,
    Reading,
    Role,
    Scaling,
    SplitChoice,
    SplitWay,
    Table,
)

COLUMNS = (
    Column("size", Role.NUMBER, unit="m²"),
    Column("colour", Role.CATEGORY, Missing.MOST_FREQUENT),
    Column("sold", Role.DATE),
    Column("price", Role.NUMBER, unit="$"),
)
HOUSES = Table("houses.csv", "price", COLUMNS)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))


def write(folder: Path, rows: int = 100) -> None:
    lines = ["size,colour,sold,price"]
    for row in range(rows):
        colour = ("red", "green", "blue", "?")[row % 4]
        lines.append(f"{row},{colour},2020-{row % 12 + 1:02}-15 18:30,{row * 2.5}")
    (folder / "houses.csv").write_text("\n".join([*lines, ""]))


def with_column(table: Table, name: str, **changes: Any) -> Table:
    columns = tuple(
        msgspec.structs.replace(column, **changes) if column.name == name else column
        for column in table.columns
    )
    return msgspec.structs.replace(table, columns=columns)


def test_the_training_rows_alone_are_measured(tmp_path: Path) -> None:
    """Rows that are held out may be anything: what is learned stays the same to the last digit."""
    write(tmp_path)
    table = msgspec.structs.replace(
        with_column(HOUSES, "size", missing=Missing.MEDIAN),
        split=SplitChoice(SplitWay.TIME, 0.25, "price"),
        scale_target=True,
    )
    before = decode_statistics(load(table, tmp_path, 0).statistics)
    lines = (tmp_path / "houses.csv").read_text().splitlines()
    lines[76:] = [f"1e9,violet,2199-01-01,{1e6 + row}" for row in range(25)]
    (tmp_path / "houses.csv").write_text("\n".join([*lines, ""]))
    data = load(table, tmp_path, 0)
    after = decode_statistics(data.statistics)
    assert after.columns == before.columns
    assert (after.target_mean, after.target_scale) == (before.target_mean, before.target_scale)
    assert after.columns[0].fill == 37
    assert data.test is not None
    assert data.test.x[:, 1:4].max() == 0  # an unknown category is none of them
    assert (
        what_changed(msgspec.json.encode(before).decode(), data.statistics)
        == "what houses.csv holds"
    )


def test_people_see_the_columns_of_the_file(tmp_path: Path) -> None:
    write(tmp_path)
    data = load(HOUSES, tmp_path, 0)
    assert data.feature_names == (
        "size", "colour = blue", "colour = green", "colour = red",
        "sold", "sold: season, sine", "sold: season, cosine",
    )  # fmt: skip
    assert data.test is not None
    for split in (data.train, data.test):
        assert split.x.dtype == split.y.dtype == np.float32
        for row in range(split.rows):
            assert data.sample is not None
            sample = data.sample(split, row)
            assert isinstance(sample, ColumnsSample)
            found = round(float(split.y[row]) / 2.5)
            shown = dict(sample.columns)
            assert shown == {
                "size": f"{found} m²",
                "colour": ("red", "green", "blue", data.raw_columns[1].typical)[found % 4],
                "sold": f"2020-{found % 12 + 1:02}-15 18:30",
            }
            assert sample.label == f"price {found * 2.5:.4g} $"
    description = describe(task_of(tmp_path / "houses.toml", DataTask(HOUSES)), data)
    assert [column.name for column in description.raw_columns] == ["size", "colour", "sold"]
    assert description.raw_columns[1].values == ("blue", "green", "red")
    assert isinstance(description.samples[0], ColumnsSample)


def test_scaling_and_missing_cells_are_as_the_table_says(tmp_path: Path) -> None:
    write(tmp_path)
    ranged = load(with_column(HOUSES, "size", scaling=Scaling.RANGE), tmp_path, 0)
    assert (ranged.train.x[:, 0].min(), ranged.train.x[:, 0].max()) == (0, 1)
    raw = load(with_column(HOUSES, "size", scaling=Scaling.NONE), tmp_path, 0)
    assert set(raw.train.x[:, 0]) <= set(range(100))
    dropped = load(with_column(HOUSES, "colour", missing=Missing.DROP), tmp_path, 0)
    assert dropped.test is not None
    assert dropped.train.rows + dropped.test.rows == 75
    text = (tmp_path / "houses.csv").read_text().replace(",250.0", ",").replace(",5.0", ",NA")
    (tmp_path / "houses.csv").write_text(text)
    lacking = load(HOUSES, tmp_path, 0)
    assert lacking.test is not None
    assert lacking.train.rows + lacking.test.rows == 99  # a missing target is never filled


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            with_column(HOUSES, "colour", role=Role.NUMBER),
            "row 1, column 'colour': found 'red'; wanted: a number, and 74 more rows",
        ),
        (
            with_column(HOUSES, "size", role=Role.DATE),
            "row 1, column 'size': found '0'; wanted: a date",
        ),
        (
            msgspec.structs.replace(HOUSES, target="colour", classes=("red", "blue")),
            "row 2, column 'colour': found 'green'; wanted: one of 'red', 'blue'",
        ),
        (
            msgspec.structs.replace(
                HOUSES, columns=(*COLUMNS, Column("garden", Role.NUMBER)), target="garden"
            ),
            "no column 'garden'; it has 'size', 'colour'",
        ),
        (
            msgspec.structs.replace(HOUSES, split=SplitChoice(SplitWay.GROUP)),
            "a split by group needs a column",
        ),
        (msgspec.structs.replace(HOUSES, bytes=7), "houses.csv has changed: it holds"),
        (
            msgspec.structs.replace(HOUSES, digest="blake2b:00"),
            "houses.csv has changed: it is as long as",
        ),
        (msgspec.structs.replace(HOUSES, path="gone.csv"), "gone.csv is not there: put the file"),
    ],
)
def test_what_is_not_as_the_task_says_is_named(table: Table, said: str, tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(UserError, match=said):
        load(table, tmp_path, 0)


def test_the_file_that_was_looked_at_is_loaded(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "houses.csv"
    known = msgspec.structs.replace(
        HOUSES, bytes=path.stat().st_size, digest=file_digest(path)[0], path=str(path)
    )
    assert load(known, Path("elsewhere"), 0).train.rows == 80


def test_a_text_is_shown_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "spam.csv").write_text(
        "text,label\n" + "".join(f'"Buy NOW, {row}!",{row % 2}\n' for row in range(20))
    )
    table = Table(
        "spam.csv",
        "label",
        (Column("text", Role.TEXT), Column("label", Role.CATEGORY)),
        classes=("0", "1"),
    )
    data = load(table, tmp_path, 0)
    assert data.sample is not None
    sample = data.sample(data.train, 3)
    assert isinstance(sample, WordsSample)
    assert sample.text.startswith("Buy NOW, ")
    assert data.encode is not None
    encoded = data.encode("buy a car")
    assert (encoded.known, encoded.unknown) == (1, ("a", "car"))
    assert encoded.row.shape == data.input_shape


def test_rows_too_many_for_the_memory_lie_in_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same numbers, from a file that is read again each time to one that is mapped."""
    write(tmp_path, 1_000)
    in_memory = load(HOUSES, tmp_path, 4)
    monkeypatch.setattr(kept_table, "MOST_IN_MEMORY", 1)
    monkeypatch.setattr(table_rows, "MOST_IN_MEMORY", 1)
    first = load(HOUSES, tmp_path, 4)
    again = load(HOUSES, tmp_path, 4)
    for data in (first, again):
        assert isinstance(data.train.x, np.memmap)
        assert not data.train.x.flags.writeable
        assert in_memory.test is not None
        assert data.test is not None
        assert_equal(in_memory.train, data.train)
        assert_equal(in_memory.test, data.test)
    task = task_of(tmp_path / "houses.toml", DataTask(HOUSES))
    assert describe(task, first).feature_rows == 0  # all of them
    monkeypatch.setattr(describing, "MOST_CELLS_DESCRIBED", 100 * first.train.x.shape[1])
    assert describe(task, first).feature_rows == 100
    assert describe(task, in_memory).feature_rows == 0
    kept = tmp_path / "cache" / "rows"
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
    first_files = {path.name for path in kept.iterdir()}
    assert len(first_files) == 4  # the rows and their targets, each with a note
    monkeypatch.setattr(kept_rows, "_MOST_BYTES", 0)
    for path in kept.iterdir():
        os.utime(path, (0, 0))  # used long ago
    load(HOUSES, tmp_path, 5)
    assert first_files.isdisjoint(path.name for path in kept.iterdir())  # the older ones went
    assert float(first.train.x[0, 0]) == float(in_memory.train.x[0, 0])  # who has it open reads on


def assert_equal(one: Split, other: Split) -> None:
    assert np.array_equal(np.asarray(one.x), np.asarray(other.x))
    assert np.array_equal(one.y, other.y)


def test_a_raw_row_is_read_as_the_file_is(tmp_path: Path) -> None:
    text = "size;colour;sold;price\n" + "".join(
        f"{row},5;{('red', 'blue')[row % 2]};15/0{row % 9 + 1}/2020;{row}\n" for row in range(40)
    )
    (tmp_path / "houses.csv").write_text(text)
    table = msgspec.structs.replace(
        with_column(HOUSES, "size", missing=Missing.MEDIAN),
        reading=Reading(delimiter=";", decimal=",", day_first=True),
    )
    data = load(table, tmp_path, 0)
    assert data.read_raw is not None
    assert data.raw_columns[0].typical == "20,5"
    found = data.read_raw(
        [
            ["3,5", "red", "15/04/2020"],
            [3.5, "pink", "15/04/2020"],
            ["", "red", "2020-04-15"],
            ["3.5", "red", "15/04/2020"],
            ["3,5", "red", ""],
            ["3,5"],
        ]
    )
    place = [
        at
        for at in range(data.train.rows)
        if float(data.train.y[at]) == 3  # row 3 of the file
    ]
    expected = np.array(data.train.x[place[0]]) if place else found.x[0]
    expected[1:3] = (0, 1)  # blue in the file
    np.testing.assert_allclose(found.x[0], expected, atol=1e-6)
    assert found.places == [0, 1, 2]
    assert found.x[1, 1:3].tolist() == [0, 0]
    assert found.notes == {
        1: "colour: 'pink' is not known, taken for none",
        2: "size is missing, taken for 20.5",
    }
    assert found.faults == {
        3: "size: found '3.5'; wanted: a number",
        4: "sold: found nothing; wanted: a date",
        5: "found 1 cell; wanted: 3 (size, colour, sold)",
    }
