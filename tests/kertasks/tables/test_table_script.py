"""The script of a table makes the very rows that the table is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.support.script_arrays import arrays_of

from kertasks.data.dataset import Dataset
from kertasks.data.folds.fold import Fold
from kertasks.kinds import TaskKind
from kertasks.tables.loading import load
from kertasks.tables.script.table_script import script
from kertasks.tables.table import (
    Column,
    Missing,
    Reading,
    Role,
    Scaling,
    SplitChoice,
    SplitWay,
    Table,
    TextForm,
)

pytestmark = pytest.mark.training  # it takes Keras for the words of texts

SEED = 3

COLOURS = ("red", "green", "blue", "?", "dark  red", "O'Neil")

COLUMNS = (
    Column("who", Role.IDENTIFIER),
    Column("size", Role.NUMBER, Missing.MEDIAN),
    Column("colour", Role.CATEGORY, Missing.MOST_FREQUENT),
    Column("weight", Role.NUMBER, scaling=Scaling.RANGE),
    Column("when", Role.DATE),
    Column("kept", Role.IGNORE),
    Column("count", Role.NUMBER, Missing.MOST_FREQUENT, Scaling.NONE),
    Column("price", Role.NUMBER),
)


def rows_of(rows: int = 90) -> list[list[str]]:
    """Rows with all that a table may have."""
    drawn = np.random.default_rng(0)
    found = []
    for row in range(rows):
        size = "NA" if row % 11 == 3 else f"{drawn.normal(1500, 400):.2f}"
        when = f"20{10 + row % 15}-{row % 12 + 1:02}-{row % 28 + 1:02}"
        if row % 3 == 0:
            when += " 18:30"
        price = "" if row == 40 else f"{drawn.normal(10, 3):.3f}"
        colour = COLOURS[row % 6]
        kept = ("train", "TEST", "train", "val")[row % 4]
        found.append([f"n{row}", size, colour, f"{row * 0.5}", when, kept, f"{row % 4}", price])
    return found


def write(folder: Path, rows: list[list[str]], delimiter: str = ",", decimal: str = ".") -> None:
    names = delimiter.join(column.name for column in COLUMNS)
    numbers = {at for at, column in enumerate(COLUMNS) if column.role is Role.NUMBER}
    lines = [
        delimiter.join(
            cell.replace(".", decimal) if at in numbers else cell for at, cell in enumerate(row)
        )
        for row in rows
    ]
    (folder / "table.csv").write_text("\n".join([names, *lines, ""]))


TABLE = Table("table.csv", "price", COLUMNS)
CLASSES = msgspec.structs.replace(
    TABLE,
    target="colour",
    classes=("red", "green", "blue", "dark  red", "O'Neil"),
    columns=tuple(
        msgspec.structs.replace(column, missing=Missing.DROP) if column.name == "colour" else column
        for column in COLUMNS
    ),
)


def run_script(table: Table, folder: Path, fold: Fold | None = None) -> dict[str, Any]:
    """The arrays that the script makes."""
    kind = TaskKind.MULTICLASS if table.classes else TaskKind.REGRESSION
    return arrays_of(script(table, folder), SEED, fold, kind)


def assert_same(found: dict[str, Any], data: Dataset) -> None:
    splits = {"train": data.train, "val": data.validation, "test": data.test}
    for name, split in splits.items():
        if split is None:
            assert f"x_{name}" not in found
            continue
        assert found[f"x_{name}"].dtype == split.x.dtype
        np.testing.assert_allclose(found[f"x_{name}"], np.asarray(split.x), atol=1e-6)
        np.testing.assert_allclose(found[f"y_{name}"], split.y, rtol=1e-6)


@pytest.mark.parametrize(
    "choice",
    [
        SplitChoice(),
        SplitChoice(test=0),
        SplitChoice(SplitWay.TIME, 0.3, "when"),
        SplitChoice(SplitWay.TIME, 0, "count"),
        SplitChoice(SplitWay.GROUP, 0.4, "count"),
        SplitChoice(SplitWay.GROUP, 0, "colour"),
        SplitChoice(SplitWay.COLUMN, column="kept"),
        SplitChoice(SplitWay.STRATIFIED, 0.3),
    ],
    ids=lambda choice: f"{choice.way}-{choice.test:g}",
)
def test_each_split_gives_the_same_rows_in_the_same_order(
    choice: SplitChoice, tmp_path: Path
) -> None:
    write(tmp_path, rows_of())
    of = CLASSES if choice.way is SplitWay.STRATIFIED else TABLE
    table = msgspec.structs.replace(of, split=choice)
    assert_same(run_script(table, tmp_path), load(table, tmp_path, SEED))
    for fold in (Fold(2, 2), *([] if choice.way is SplitWay.TIME else [Fold(1, 2, 3)])):
        assert_same(run_script(table, tmp_path, fold), load(table, tmp_path, SEED, fold))


def test_a_scaled_target_decimal_commas_and_no_header(tmp_path: Path) -> None:
    rows = rows_of()
    rows[5][1] = "75 000"
    write(tmp_path, rows, ";", ",")
    text = (tmp_path / "table.csv").read_text().partition("\n")[2]
    (tmp_path / "table.csv").write_bytes(text.encode("utf-8-sig"))
    reading = Reading(delimiter=";", decimal=",", header=False)
    columns = tuple(
        msgspec.structs.replace(column, name=f"column {at}")
        for at, column in enumerate(COLUMNS, start=1)
    )
    table = Table("table.csv", "column 8", columns, reading, scale_target=True)
    found = run_script(table, tmp_path)
    data = load(table, tmp_path, SEED)
    assert_same(found, data)
    fold = Fold(1, 3)
    assert_same(run_script(table, tmp_path, fold), load(table, tmp_path, SEED, fold))
    assert data.target_scale is not None
    assert found["y_deviation"] == pytest.approx(data.target_scale.scale)


@pytest.mark.parametrize("form", TextForm)
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside a number"])
def test_texts_are_the_same_words(form: TextForm, alone: bool, tmp_path: Path) -> None:
    words = ("Été", "don't", "buy", "NOW", "2", "you", "it's", "a_b", "\u201cwell\u201d")
    texts = [" ".join(words[(row * step) % 9] for step in range(row % 7)) for row in range(60)]
    lines = [f'"{text}, {row % 3}",{row},{row % 2}' for row, text in enumerate(texts)]
    (tmp_path / "spam.csv").write_text("\n".join(["text,n,label", *lines, ""]))
    table = Table(
        "spam.csv",
        "label",
        (
            Column("text", Role.TEXT),
            Column("n", Role.IGNORE if alone else Role.NUMBER),
            Column("label", Role.CATEGORY),
        ),
        classes=("0", "1"),
        text_form=form,
        most_words=9,
        most_length=4,
    )
    assert_same(run_script(table, tmp_path), load(table, tmp_path, SEED))
    fold = Fold(2, 2)
    assert_same(run_script(table, tmp_path, fold), load(table, tmp_path, SEED, fold))


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "rows.txt", "csv.gz"])
def test_other_kinds_of_files(kind: str, tmp_path: Path) -> None:
    import duckdb

    write(tmp_path, rows_of())
    path = tmp_path / f"table.{kind}"
    how = {"parquet": "FORMAT parquet", "csv.gz": "FORMAT csv, HEADER"}
    form = how.get(kind, "FORMAT json")
    duckdb.sql(f"COPY (FROM '{tmp_path}/table.csv') TO '{path}' ({form})")
    table = msgspec.structs.replace(TABLE, path=path.name)
    assert_same(run_script(table, tmp_path), load(table, tmp_path, SEED))


def test_numbers_agree_with_scikit_learn(tmp_path: Path) -> None:
    """The script fits scikit-learn's own classes: what they learn is what the statistics say."""
    write(tmp_path, rows_of())
    found = run_script(TABLE, tmp_path)
    stored = msgspec.json.decode(load(TABLE, tmp_path, SEED).statistics)["columns"]
    size, colour, weight, when, count = (encoder for _, _, encoder in found["columns"])
    assert stored[0]["fill"] == size[0].statistics_[0]
    assert stored[0]["centre"] == pytest.approx(size[1].mean_[0], rel=1e-12)
    assert stored[0]["scale"] == pytest.approx(size[1].scale_[0], rel=1e-12)
    assert stored[1]["categories"] == list(colour[1].categories_[0])
    assert stored[1]["fill"] == colour[0].statistics_[0]
    assert (stored[2]["centre"], stored[2]["scale"]) == (
        weight.data_min_[0],
        weight.data_range_[0],
    )
    assert stored[3]["centre"] == pytest.approx(when.transformer_list[0][1].mean_[0], rel=1e-12)
    assert stored[4]["fill"] == count[0].statistics_[0]
