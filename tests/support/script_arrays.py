"""The arrays that the lines of a script make of a task's data."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from kertasks.data.folds.fold import Fold
from kertasks.export.script.fold_code import fold_imports, fold_lines
from kertasks.export.script.script_data import ScriptData
from kertasks.kinds import TaskKind


def arrays_of(
    script: ScriptData, seed: int, fold: Fold | None = None, kind: TaskKind = TaskKind.MULTICLASS
) -> dict[str, Any]:
    """All names that the lines define.

    Args:
        script: of the data.
        seed: of the recipe.
        fold: that is held out, if any.
        kind: of the task.
    """
    lines, imports = script.code.splitlines(), script.imports
    if fold is not None:
        assert script.folds is not None
        lines += fold_lines(script.folds, fold, kind, validates=script.has_validation)
        imports += fold_imports(script.folds, kind)
    lines += script.lines(validates=script.has_validation or fold is not None)
    standard = "import csv, datetime, gzip, json, math, re"
    found: dict[str, Any] = {"keras": keras, "layers": keras.layers, "np": np, "SEED": seed}
    exec("\n".join([standard, *imports, *lines]), found)
    assert ("x_val" in found) is (script.has_validation or fold is not None)
    assert ("x_test" in found) is script.has_test
    return found
