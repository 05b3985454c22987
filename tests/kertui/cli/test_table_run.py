"""A person's table from its file to answers: trained, asked about raw rows, exported, resumed."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from kertasks.own_tasks.data_task import DataTask, write_data_task
from kertasks.runs.events import Failed
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.store import RunStore
from kertasks.tables.table import Column, Missing, Reading, Role, Table
from kertasks.trainer.claiming import claim
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.run import train
from kertui.cli.main import run as kertui

pytestmark = pytest.mark.training

HOUSES = Table(
    "houses.csv",
    "price",
    (
        Column("size", Role.NUMBER, Missing.MEDIAN),
        Column("colour", Role.CATEGORY, Missing.MOST_FREQUENT),
        Column("sold", Role.DATE),
        Column("price", Role.NUMBER, unit="$"),
    ),
    reading=Reading(delimiter=";", decimal=","),
    scale_target=True,
)

NEW = "id;sold;size;colour\n1;2020-03-04;41,5;red\n2;2021-05-06;;violet\n3;2021-12-31;7;blue\n"
"""In another order, with a column that nobody asked for, a missing cell and an unknown colour."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a table of houses, which is trained."""
    home = tmp_path_factory.mktemp("home")
    drawn = np.random.default_rng(0)
    lines = ["size;colour;sold;price"]
    for row in range(120):
        size, colour = drawn.uniform(20, 90), row % 3
        price = f"{size * 3 + 40 * colour + drawn.normal():.2f}".replace(".", ",")
        written = f"{size:.2f}".replace(".", ",") if row % 10 else "NA"
        day = f"20{18 + row % 5}-{row % 12 + 1:02}-{row % 28 + 1:02}"
        lines.append(f"{written};{('red', 'green', 'blue')[colour]};{day};{price}")
    (home / "tasks").mkdir()
    (home / "tasks" / "houses.csv").write_text("\n".join([*lines, ""]))
    write_data_task(
        DataTask(msgspec.structs.replace(HOUSES, rows=120)), home / "tasks" / "houses.toml"
    )
    assert kertui(["train", "houses", "--epochs", "3", "--home", str(home)]) == 0
    return home


def the_run(home: Path) -> RunFolder:
    return RunStore(home).runs()[0]


def values(home: Path, capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the run says of ``NEW``."""
    (home / "new.csv").write_text(NEW)
    capfd.readouterr()
    asked = ["predict", "last", "--csv", str(home / "new.csv"), "--json", "--home", str(home)]
    assert kertui(asked) == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_the_script_trains_the_same_and_says_the_same_of_raw_rows(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = values(home, capfd)
    assert [row["input"] for row in said] == [
        [41.5, "red", "2020-03-04"],
        [None, "violet", "2021-05-06"],
        [7.0, "blue", "2021-12-31"],
    ]
    assert {row["unit"] for row in said} == {"$"}
    script = home / "script.py"
    assert kertui(["export", "last", "-o", str(script), "--home", str(home)]) == 0
    rows = [[row["size"], row["colour"], row["sold"]] for row in csv.DictReader(
        NEW.splitlines(), delimiter=";"
    )]  # fmt: skip
    script.write_text(
        f"{script.read_text()}\n"
        f"said = model.predict(encode({rows!r}), verbose=0)[:, 0] * y_deviation + y_mean\n"
        "print('said:', said.tolist())\n"
    )
    assert "kert" not in script.read_text().replace(str(home), "")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=240, check=True
    )
    found = re.search(r"said: (.*)", done.stdout)
    assert found is not None, done.stdout
    assert np.allclose(json.loads(found[1]), [row["value"] for row in said], rtol=1e-4)
    history = home / "history.csv"
    assert kertui(["export", "last", "-o", str(history), "--home", str(home)]) == 0
    last = list(csv.DictReader(history.read_text().splitlines()))[-1]
    told = re.search(r"last epoch: \{(.*)\}", done.stdout)
    assert told is not None
    for name, value in re.findall(r"'(\w+)': ([\d.e-]+)", told[1]):
        assert float(value) == pytest.approx(float(last[name]), rel=1e-4), name


def test_what_changed_since_is_said_and_raw_rows_are_answered_all_the_same(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run, data = the_run(home), home / "tasks" / "houses.csv"
    assert run.statistics_path.stat().st_mode & 0o777 == 0o600
    before, text = values(home, capfd), data.read_text()
    ask = ["evaluate", "last", "--home", str(home)]
    data.write_text(text.replace("green", "grey"))
    assert kertui(ask) == 1
    assert "what houses.csv holds changed since" in capfd.readouterr().err
    data.unlink()
    assert kertui(ask) == 1
    assert "houses.csv is not there: put the file back" in capfd.readouterr().err
    assert values(home, capfd) == before
    data.write_text(text)
    task = home / "tasks" / "houses.toml"
    whole = task.read_text()
    task.write_text(whole.replace('role = "category"', 'role = "ignore"'))
    assert kertui(ask) == 1
    assert "what its columns are changed since" in capfd.readouterr().err
    task.write_text(whole)
    assert kertui(ask) == 0
    assert values(home, capfd) == before


def test_a_run_goes_on_with_its_own_data_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERTUI_HOME", str(home))
    data = home / "tasks" / "houses.csv"
    copy = RunFolder(tmp_path / the_run(home).id)
    shutil.copytree(the_run(home).path, copy.path)
    whole = data.read_text()
    data.write_text(whole.replace("green", "grey"))
    try:
        assert not train(claim(copy.path, resumes=True, epochs=4), DatasetCache(), "CPU")
    finally:
        data.write_text(whole)
    failed = RunHistory.read(copy.events_path).ended
    assert isinstance(failed, Failed)
    assert "what houses.csv holds changed since" in failed.reason
    assert train(claim(copy.path, resumes=True, epochs=4), DatasetCache(), "CPU")
    assert RunHistory.read(copy.events_path).epochs == 4
    assert copy.statistics_path.read_bytes() == the_run(home).statistics_path.read_bytes()


def test_what_a_file_of_rows_lacks_is_named(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "bad.csv").write_text("size;sold\n1,5;2020-01-01\n")
    asked = ["predict", "last", "--csv", str(home / "bad.csv"), "--home", str(home)]
    assert kertui(asked) == 1
    assert "the header lacks 'colour'; wanted: 3 cells (size, colour, sold)" in (
        capfd.readouterr().err
    )
    rows = ["1,5;red;2020-01-01", '{"sold": "2020-01-01", "colour": "red", "size": 1.5}', "x;red;"]
    capfd.readouterr()
    assert kertui(["predict", "last", *rows, "--json", "--home", str(home)]) == 1
    out, err = capfd.readouterr()
    first, second = (json.loads(line) for line in out.splitlines())
    assert first == second
    assert "row 3: size: found 'x'; wanted: a number; sold: found nothing; wanted: a date" in err
