"""A table's rows in plain Python: read, split and encoded by scikit-learn, without kertasks.

The same rows in the same order, and numbers that are equal but for rounding. The script reads
cells that a training has read before: what such a training refuses is not looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from kertasks.export.script.script_data import FoldsOf, ScriptData
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
_BEFORE = reading_lines, cell_lines, used_rows, split_lines
"""What comes before anything is learnt of rows, in the order of the script."""


@dataclass(frozen=True, slots=True)
class TableEncoding:
    """Makes arrays of a table's rows, by what is learnt of those that are trained on."""

    of: ScriptTable

    def lines(self, parts: Sequence[str]) -> list[str]:
        """The statements, as ``Prepared`` says."""
        return [*encoding_lines(self.of), *array_lines(self.of, parts)]


def script(table: Table, base: Path) -> ScriptData:
    """What ``load`` does, in plain Python."""
    of = ScriptTable(table, said_path(base, table.path))
    code = "\n".join(chain.from_iterable(part(of) for part in _BEFORE))
    encoding = TableEncoding(of)
    whole = "\n".join([code, *encoding.lines(["train"])])
    names = sorted(name for name in _PLACES if f"{name}(" in whole)
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
        scalings=(encoding,),
        folds=FoldsOf(
            ("at",),
            "y[at_train]",
            "groups[at_train]" if table.split.way is SplitWay.GROUP else "",
            table.split.way is SplitWay.TIME,
        ),
    )
