"""The data a script loads is the data the task loads: same rows, same order, same labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kertasks.data.sources.data_files import require
from kertasks.registry import all_tasks, find_task
from kertasks.task import Task

SEED = 3


def assert_script_loads_what_the_task_loads(task: Task, variant: str) -> None:
    assert task.script is not None
    script, data = task.script(variant), task.load(variant, SEED)
    found: dict[str, Any] = {"np": np, "keras": keras, "SEED": SEED}
    exec(
        "\n".join([*script.imports, script.code, *script.lines(validates=script.has_validation)]),
        found,
    )
    assert script.has_validation is (data.validation is not None)
    assert script.has_test is (data.test is not None)
    assert (script.target_scale is None) is (data.target_scale is None)
    for name, split in (("train", data.train), ("val", data.validation), ("test", data.test)):
        assert (f"x_{name}" in found) is (f"y_{name}" in found) is (split is not None)
        if split is not None:
            assert found[f"x_{name}"].dtype == split.x.dtype
            assert_same(found[f"x_{name}"], split.x)
            assert_same(found[f"y_{name}"], split.y)


def assert_same(array: Any, expected: Any) -> None:
    assert array.shape == expected.shape
    # A mean may be summed in another order.
    tolerance = 1e-6 if expected.dtype.kind == "f" else 0
    np.testing.assert_allclose(array, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("task", "variant"),
    [
        pytest.param(task, variant.name, id=f"{task.name}-{variant.name}")
        for task in all_tasks()
        if not task.files
        for variant in task.variants
    ],
)
def test_drawn_and_bundled_data(task: Task, variant: str) -> None:
    assert_script_loads_what_the_task_loads(task, variant)


def test_the_folds_and_scales_of_boston(
    genuine_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Keras fixes its cache folder when it is imported, which is before this test sets one.
    names = keras.datasets.boston_housing.load_data.__globals__
    monkeypatch.setitem(names, "get_file", lambda fname, **_: str(require(fname)))
    task = find_task("boston")
    for variant in task.variants:
        assert_script_loads_what_the_task_loads(task, variant.name)
