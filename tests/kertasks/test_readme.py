"""The worked examples of ``tasks/README.md``, carried out as they stand there."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from types import CodeType, ModuleType

import numpy as np
import pytest

import kertasks
from kertasks.advice.facts import (
    CompileFacts,
    Facts,
    FitFacts,
    InputFacts,
    LayerFacts,
    LayerKind,
    TargetFacts,
    TargetKind,
)
from kertasks.data.described.describing import describe
from kertasks.data.sources import data_files
from kertasks.export.formats import Export, Format
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.validation import validate
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Epoch, format_event
from kertasks.runs.home.store import RunStore
from kertasks.task import Task

README = Path(__file__).parents[2] / "tasks" / "README.md"


def source(name: str) -> CodeType:
    """A code block of the README."""
    found = re.search(rf"<!-- example: {name} -->\n```python\n(.*?)```", README.read_text(), re.S)
    assert found, name
    return compile(found[1], f"{README}, {name}", "exec")


def example(name: str) -> ModuleType:
    """What a code block of the README defines."""
    module = ModuleType(name)
    exec(source(name), module.__dict__)
    return module


def test_the_map_names_every_folder() -> None:
    root = README.with_name("kertasks")
    folders = [path.parent.relative_to(root) for path in root.rglob("__init__.py")]
    for folder in map(str, folders):
        shown = "`kertasks/`" if folder == "." else f"`{folder}/`"
        known = folder in ("export/script", "trainer/callbacks")  # told beside their parents
        assert known or shown in README.read_text(), folder


@pytest.mark.training
def test_the_task_loads_trains_and_has_a_script(catalog: Catalog) -> None:
    task = example("task").TASK
    assert isinstance(task, Task)
    recipe = task.recipe()
    assert validate(recipe, catalog) == ()
    data = task.load(seed=1)
    assert (data.task, data.variant, data.kind) == ("ring", "points", task.kind)
    description = describe(task, data)
    assert description.samples[0].label in data.class_names
    model = kertasks.build_model(recipe, data)
    history = kertasks.fit(model, data.train.x, data.train.y, epochs=recipe.fit.epochs)
    assert history.history["accuracy"][-1] > 0.8
    assert task.script is not None
    names: dict[str, object] = {"np": np, "SEED": 1}
    exec(task.script("points").code, names)
    assert np.array_equal(names["x_train"], data.train.x)  # type: ignore[arg-type]
    assert np.array_equal(names["y_train"], data.train.y)  # type: ignore[arg-type]


def test_the_source_is_one_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    course = example("source").COURSE_FILES
    monkeypatch.setattr(data_files, "SOURCES", (*data_files.SOURCES, course))
    assert data_files.find_file("penguins.csv").address.startswith("https://example.org/course/")
    assert data_files.path_of("penguins.csv") == course.folder() / "penguins.csv"


def test_the_format_writes_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalog: Catalog
) -> None:
    found = re.search(r"^Format\(.*\)$", README.read_text(), re.M)
    assert found
    row = eval(found[0])
    assert isinstance(row, Format)
    module = example("format")
    monkeypatch.setitem(sys.modules, "kertasks.export.last_metrics", module)
    run = RunStore(tmp_path).create(find_task("xor").recipe())
    run.events_path.write_text(format_event(Epoch(1.0, 1, {"loss": 0.5}, 0.1, 0.2)))
    printed = io.BytesIO()
    row.write(Export(run, printed, replace=False, catalog=lambda: catalog))
    assert printed.getvalue() == b"loss 0.5\n"


def test_the_view_computes_what_its_record_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    record = ModuleType("kertasks.runs.views.sureness")
    monkeypatch.setitem(sys.modules, record.__name__, record)
    exec(source("view record"), record.__dict__)
    request, how_sure = example("view").VIEW
    task = find_task("xor")
    data = task.load()
    model = kertasks.build_model(task.recipe(), data)
    found = how_sure(model, data, request())
    assert isinstance(found, record.Sureness)
    second = kertasks.predict(model, data.train.x).reshape(-1)
    assert found.probabilities == pytest.approx(np.maximum(second, 1 - second))


def test_the_rule_says_what_is_wrong_with_facts() -> None:
    wide = LayerFacts(kind=LayerKind.DENSE, class_name="Dense", units=5_000)
    facts = Facts(
        inputs=InputFacts(rows=9),
        targets=TargetFacts(kind=TargetKind.CLASSES),
        layers=(wide, LayerFacts(kind=LayerKind.DENSE, class_name="Dense", units=1)),
        compiled=CompileFacts(),
        fit=FitFacts(rows=9),
    )
    (finding,) = example("rule").first_layer_too_wide(facts)
    assert finding.patch == ("layers.0.units=4096",)
