"""The rows of a file that several threads read together."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from kertasks.tables.rows.table_rows import TableRows, WrongTable
from kertasks.tables.table import Column, Role, Table
from kertasks.tables.table_file import open_table

ROWS = 1_000_000
TABLE = Table("table.csv", "n", (Column("n", Role.NUMBER), Column("x", Role.NUMBER)))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 MB: from 8 MB on DuckDB has two threads read a file."""
    path = tmp_path_factory.mktemp("many") / "table.csv"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT range AS n, CASE WHEN range IN (300000, 899999) THEN 'wrong' "
            f"ELSE '0.1234567890123' END AS x FROM range({ROWS})) TO '{path}' (HEADER)"
        )
    return path


def test_rows_have_the_numbers_of_the_file_whichever_thread_reads_them(many: Path) -> None:
    one_number = Table("table.csv", "n", (Column("n", Role.NUMBER), Column("x", Role.IGNORE)))
    with open_table(many, threads=2) as file:
        rows = TableRows(file.connection, one_number, file.names, many.stat().st_size)
        keys = rows.keys()
        assert np.array_equal(keys.rows, np.arange(1, ROWS + 1))
        assert np.array_equal(keys.target, np.arange(ROWS))
        rows.mark_training(keys.rows[5:700_000:3])
        parts = [np.asarray(block["row"]) for block in rows.blocks({"row": "row"}, "training")]
        assert np.array_equal(np.concatenate(parts), keys.rows[5:700_000:3])


def test_the_first_of_the_wrong_cells_is_named_by_its_row(many: Path) -> None:
    with open_table(many, threads=2) as file:
        rows = TableRows(file.connection, TABLE, file.names, many.stat().st_size)
        with pytest.raises(WrongTable, match=r"row 300001, column 'x': found 'wrong'.*1 more row"):
            rows.keys()
