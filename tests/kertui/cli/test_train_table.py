"""``kertui train FILE``: a table of a person's own, up to where it is a task like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kertasks.own_tasks.kept_tasks import file_of, read_absolute
from kertasks.tables.table import Role, Table
from kertui.cli.main import kertui
from kertui.cli.own_data.table_options import NotReady
from kertui.cli.train import keep_table


@pytest.fixture
def wines(tmp_path: Path) -> Path:
    rows = [f"{1000 + at},{at / 7:.2f},{at % 5},{'red' if at % 2 else 'white'}" for at in range(40)]
    path = tmp_path / "wines.csv"
    path.write_text("\n".join(["bottle,alcohol,stars,kind", *rows]) + "\n")
    return path


def test_a_table_becomes_one_task_however_often_it_is_trained(
    home: Path, wines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task, recipe = keep_table(wines, "kind", ("bottle=ignore",))
    said = capsys.readouterr().err
    assert said.startswith("wines.csv: 40 rows, 4 columns, CSV")
    assert "predicts kind, 2 classes, from 2 columns; 20 % held out" in said
    assert (task.name, recipe in task.recipes) == ("wines", True)
    assert keep_table(wines, "kind", ("bottle=ignore",))[0].name == "wines"
    assert keep_table(wines, "alcohol", ())[0].name == "wines-2"
    data = read_absolute(file_of("wines")).data
    assert isinstance(data, Table)
    assert (data.path, data.column("bottle").role) == (str(wines), Role.IGNORE)


def test_what_cannot_be_trained_is_refused_and_nothing_is_kept(home: Path, wines: Path) -> None:
    with pytest.raises(NotReady, match="row 1, column kind: 'white' is not"):
        keep_table(wines, "stars", ("kind=number",))
    done = CliRunner().invoke(kertui, ["train", "xor", "--target", "a"])
    assert "--target and --role are of a table, and xor is a task" in done.output
    assert not (home / "tasks").exists()
