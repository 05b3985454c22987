"""A table's rows in plain Python: read, split and encoded by scikit-learn, without kertasks.

The same rows in the same order, and numbers that are equal but for rounding. The script reads
cells that a training has read before: what such a training refuses is not looked for.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from kertasks.export.script.script_data import ScriptData
from kertasks.files import said_path
from kertasks.tables.script.cell_lines import cell_lines
from kertasks.tables.script.encoding_lines import encoding_lines
from kertasks.tables.script.file_lines import reading_lines
from kertasks.tables.script.row_lines import array_lines, split_lines, used_rows
from kertasks.tables.script.script_table import ScriptTable
from kertasks.tables.table import SplitWay, Table

_PLACES = {
    "FunctionTransformer": "sklearn.preprocessing",
    "MinMaxScaler": "sklearn.preprocessing",
    "OneHotEncoder": "sklearn.preprocessing",
    "StandardScaler": "sklearn.preprocessing",
    "SimpleImputer": "sklearn.impute",
    "make_pipeline": "sklearn.pipeline",
    "make_union": "sklearn.pipeline",
    "train_test_split": "sklearn.model_selection",
    "GroupShuffleSplit": "sklearn.model_selection",
    "Counter": "collections",
}
_PARTS = reading_lines, cell_lines, used_rows, split_lines, encoding_lines, array_lines
"""In the order of the script."""


def script(table: Table, base: Path) -> ScriptData:
    """What ``load`` does, in plain Python."""
    of = ScriptTable(table, said_path(base, table.path))
    code = "\n".join(chain.from_iterable(part(of) for part in _PARTS))
    names = sorted(name for name in _PLACES if f"{name}(" in code)
    modules = sorted({_PLACES[name] for name in names})
    imports = [
        f"from {module} import {', '.join(name for name in names if _PLACES[name] == module)}"
        for module in modules
    ]
    if "duckdb." in code:
        imports.append("import duckdb")
    return ScriptData(
        code,
        imports=tuple(imports),
        has_validation=table.split.way is SplitWay.COLUMN and bool(table.split.validation_values),
        has_test=table.split.test > 0 or table.split.way is SplitWay.COLUMN,
        target_scale="y_deviation" if of.scales_target else None,
    )
