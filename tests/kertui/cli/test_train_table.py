"""``kertui train FILE``: a table of a person's own, up to where it is a task like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from click import UsageError
from click.testing import CliRunner

from kertasks.own_tasks.kept_tasks import file_of, read_absolute
from kertasks.tables.table import Role, Table
from kertui.cli.main import kertui
from kertui.cli.own_data.said_of_table import SaidOfTable
from kertui.cli.own_data.understood_data import NotReady
from kertui.cli.training.train import keep_table


@pytest.fixture
def wines(tmp_path: Path) -> Path:
    rows = [f"{1000 + at},{at / 7:.2f},{at % 5},{'red' if at % 2 else 'white'}" for at in range(40)]
    path = tmp_path / "wines.csv"
    path.write_text("\n".join(["bottle,alcohol,stars,kind", *rows]) + "\n")
    return path


def test_a_table_becomes_one_task_however_often_it_is_trained(
    home: Path, wines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_kind = SaidOfTable("kind", ("bottle=ignore",))
    task, recipe = keep_table(wines, of_kind)
    said = capsys.readouterr().err
    assert said.startswith("wines.csv: 40 rows, 4 columns, CSV")
    assert "predicts kind, 2 classes, from 2 columns; 20 % held out" in said
    assert (task.name, recipe in task.recipes) == ("wines", True)
    assert keep_table(wines, of_kind)[0].name == "wines"
    assert keep_table(wines, SaidOfTable("alcohol"))[0].name == "wines-2"
    data = read_absolute(file_of("wines")).data
    assert isinstance(data, Table)
    assert (data.path, data.column("bottle").role) == (str(wines), Role.IGNORE)
    # How the file is read is said as to data look, and kept with the task.
    (wines.parent / "punkt.csv").write_text("1|2,5\n" * 30 + "3|1,5\n" * 30)
    wishes = SaidOfTable(delimiter="|", decimal=",", header=False)
    other = read_absolute(file_of(keep_table(wines.parent / "punkt.csv", wishes)[0].name)).data
    assert isinstance(other, Table)
    reading = other.reading
    assert (reading.delimiter, reading.decimal, reading.header) == ("|", ",", False)
    with pytest.raises(UsageError, match="says how its table is read: --delimiter"):
        keep_table(file_of("wines"), wishes)


def test_what_cannot_be_trained_is_refused_and_nothing_is_kept(home: Path, wines: Path) -> None:
    with pytest.raises(NotReady, match="row 1, column kind: 'white' is not"):
        keep_table(wines, SaidOfTable("stars", ("kind=number",)))
    for words, why in (
        (["xor", "--target", "a"], "xor is a task: --target a is of a table's file"),
        ([str(wines.parent), "--decimal", ","], "is no table: --decimal , is of a table's file"),
        ([str(wines), "--delimiter", "abcde"], "--delimiter is one sign, four at most"),
    ):
        done = CliRunner().invoke(kertui, ["train", *words])
        assert (done.exit_code, why in done.output) == (2, True)
    assert not (home / "tasks").exists()
