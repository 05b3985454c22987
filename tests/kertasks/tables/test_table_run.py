"""A person's table from its file to answers: trained, asked about raw rows, exported, resumed."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from kertasks.errors import UserError
from kertasks.export.run_script import script_of
from kertasks.keras_catalog.catalog import Catalog
from kertasks.own_tasks.data_task import DataTask, write_data_task
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Failed
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.asked_rows import AskedRows
from kertasks.runs.looking.view import Moment
from kertasks.runs.views.answer import Answer, AnswerRequest
from kertasks.tables.table import Column, Missing, Reading, Role, Table
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.views.answers.answered_rows import answer_rows
from kertasks.views.networks.run_network import RunNetwork

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
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """A run of a table of houses in a home that is the default one."""
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
    task = DataTask(msgspec.structs.replace(HOUSES, rows=120))
    write_data_task(task, home / "tasks" / "houses.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERTUI_HOME", str(home))
        patch.setenv("KERTUI_CACHE", str(home / "cache"))
        recipe = find_task("houses").recipe("dense")
        recipe = replace(recipe, fit=replace(recipe.fit, epochs=3))
        found = RunStore(home).create(recipe)
        assert train(claim(found.path), DatasetCache(), "CPU")
        yield found


def data_of(run: RunFolder) -> Path:
    return run.path.parent.parent / "tasks" / "houses.csv"


def answered(run: RunFolder, *rows: str, file: str | None = None) -> tuple[list[Any], list[str]]:
    out, said = BytesIO(), list[str]()
    stream = None if file is None else BytesIO(file.encode())
    answer_rows(run, AskedRows(csv=file is not None), rows, stream, out, said.append)
    return [json.loads(line) for line in out.getvalue().splitlines()], said


def test_the_script_trains_the_same_and_says_the_same_of_raw_rows(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], catalog: Catalog
) -> None:
    answers, said = answered(run, file=NEW)
    assert [row["input"] for row in answers] == [
        [41.5, "red", "2020-03-04"],
        [None, "violet", "2021-05-06"],
        [7.0, "blue", "2021-12-31"],
    ]
    assert {row["unit"] for row in answers} == {"$"}
    note = re.fullmatch(
        r"note: row 2 \(line 3\): size is missing, taken for [\d.]+; "
        r"colour: 'violet' is not known, taken for none",
        said[0],
    )
    assert note, said
    text = script_of(run, catalog).text
    home = str(run.path.parent.parent)
    assert "kert" not in text.replace(home, "")
    capsys.readouterr()
    found: dict[str, Any] = {}
    exec(text, found)
    reader = csv.DictReader(NEW.splitlines(), delimiter=";")
    rows = [[row["size"], row["colour"], row["sold"]] for row in reader]
    outputs = found["model"].predict(found["encode"](rows), verbose=0)[:, 0]
    own = outputs * found["y_deviation"] + found["y_mean"]
    assert np.allclose(own, [row["value"] for row in answers], rtol=1e-4)
    history = RunHistory.read(run.events_path)
    for name, values in found["history"].history.items():
        assert np.allclose(values, history.column(name), rtol=1e-4), name


def test_what_changed_since_is_said_and_the_run_keeps_to_its_own(
    run: RunFolder, catalog: Catalog
) -> None:
    data, task = data_of(run), data_of(run).with_suffix(".toml")
    assert run.statistics_path.stat().st_mode & 0o777 == 0o600
    before, text, said = answered(run, file=NEW), data.read_text(), task.read_text()
    script = script_of(run, catalog)
    assert script.note == ""
    try:
        data.write_text(text.replace("green", "grey"))
        with pytest.raises(UserError, match=r"what houses.csv holds changed since"):
            RunNetwork(run, DatasetCache())
        data.unlink()
        with pytest.raises(UserError, match=r"houses.csv is not there: put the file back"):
            RunNetwork(run, DatasetCache())
        assert answered(run, file=NEW) == before
        data.write_text(text)
        task.write_text(said.replace('role = "category"', 'role = "ignore"'))
        with pytest.raises(UserError, match="what its columns are changed since"):
            RunNetwork(run, DatasetCache())
        assert answered(run, file=NEW) == before
        other = script_of(run, catalog)
        assert other.text == script.text
        assert other.note.endswith("the task houses has changed since")
    finally:
        data.write_text(text)
        task.write_text(said)
    RunNetwork(run, DatasetCache())


def test_a_run_goes_on_with_its_own_data_alone(run: RunFolder, tmp_path: Path) -> None:
    copy, data = RunFolder(tmp_path / run.id), data_of(run)
    shutil.copytree(run.path, copy.path)
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
    assert copy.statistics_path.read_bytes() == run.statistics_path.read_bytes()


def test_what_a_row_lacks_is_named(run: RunFolder) -> None:
    with pytest.raises(UserError, match="the header lacks 'colour'; wanted: 3 cells"):
        answered(run, file="size;sold\n1,5;2020-01-01\n")
    (first, second), said = answered(
        run,
        "1,5;red;2020-01-01",
        '{"sold": "2020-01-01", "colour": "red", "size": 1.5}',
        "x;red;",
        '{"size": 1}',
    )
    assert first == second
    assert said == [
        "Error: row 3: size: found 'x'; wanted: a number; sold: found nothing; wanted: a date",
        "Error: row 4: 'colour' is not there; wanted: 3 cells (size, colour, sold)",
    ]


def test_a_row_is_tried_beside_the_baseline(run: RunFolder) -> None:
    network = RunNetwork(run, DatasetCache())
    network.load(Moment())
    look = network.look(AnswerRequest(cells=("1,5", "violet", "2020-01-01")))
    assert isinstance(look.record, Answer)
    assert look.record.note == "colour: 'violet' is not known, taken for none"
    assert look.record.baseline is not None
    value, *_ = answered(run, "1,5;violet;2020-01-01")
    assert look.record.value == pytest.approx(value[0]["value"])
    wrong = network.look(AnswerRequest(cells=("a", "red", "2020-01-01")))
    assert wrong.why_not == "size: found 'a'; wanted: a number"
