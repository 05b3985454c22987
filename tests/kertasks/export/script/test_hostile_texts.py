"""Whatever a task's texts hold, its script has the calls and names of one with plain texts."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.networks import BRANCHES

from kertasks.arrays import array_script
from kertasks.arrays.own_arrays import Arrays
from kertasks.data.dataset import Dataset
from kertasks.export.script.expressions import docstring
from kertasks.export.script.script_data import ScriptData
from kertasks.export.script.writing import write_script
from kertasks.folders.pictures import script as picture_script
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.keras_catalog.catalog import Catalog
from kertasks.kinds import Group, TaskKind
from kertasks.recipes.recipe import CompileSettings
from kertasks.tables.script import table_script
from kertasks.tables.table import Column, Reading, Role, SplitChoice, SplitWay, Table, TextForm
from kertasks.task import Task, Variant

PLAIN = "plain"
HOSTILE = (
    '"""\nimport os\nos.abort()\n"""',
    "'''\nimport os\nos.abort()\n'''",
    '", __import__("os").abort(), "',
    "', __import__('os').abort(), '",
    'metres"',
    "back\\",
    "\nimport os; os.abort()",
    "\rimport os; os.abort()",
    "\x0bimport os; os.abort()",
    "\x85import os; os.abort()",
    "{__import__('os').abort()}",
    "\0\ud800\u202e",
    "",
)


def for_file(text: str) -> str:
    """What of a text the name of a file, or of an encoding, can be."""
    return text.replace("\0", "").replace("\ud800", "") or PLAIN


def tables(text: str, folder: Path) -> list[ScriptData]:
    """Scripts of tables with a text in every place for one, by each way of splitting."""
    numbers = tuple(Column(f"{text}{at}", role) for at, role in enumerate(Role))
    names = {role: column.name for role, column in zip(Role, numbers, strict=True)}
    reading = Reading(missing=(text,), quote="'", encoding=for_file(text))
    table = Table(f"{for_file(text)}.csv", names[Role.NUMBER], numbers, reading=reading)
    of_classes = Table(
        f"{for_file(text)}.jsonl",
        names[Role.CATEGORY],
        numbers,
        classes=(text, "b"),
        text_form=TextForm.SEQUENCE,
        split=SplitChoice(SplitWay.COLUMN, 0, names[Role.IGNORE], (text,), (text,)),
    )
    return [table_script.script(each, folder) for each in (table, of_classes)]


def pictures(text: str, folder: Path) -> ScriptData:
    names = tuple(f"{for_file(text)}{at}" for at in "ab")
    for name in names:
        (folder / "pictures" / name).mkdir(parents=True)
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder / "pictures" / name / "0.png")
    return picture_script.script(PictureFolder("pictures", names), folder)


def not_loaded(_variant: str, _seed: int) -> Dataset:
    raise NotImplementedError


def plainly(code: ScriptData, _variant: str) -> ScriptData:
    return code


def scripts(text: str, catalog: Catalog, folder: Path) -> list[str]:
    folder.mkdir()
    arrays = Arrays(f"{for_file(text)}.npz", f"{text}x", (3,), f"{text}y", classes=(text,))
    data = [
        *tables(text, folder),
        array_script.script(arrays, folder),
        pictures(text, folder),
    ]
    found = []
    for code in data:
        for metrics in ((), ("mae",)):
            recipe = replace(BRANCHES, compile=CompileSettings(metrics=metrics))
            task = Task(
                name="mine",
                title=text,
                group=Group.YOURS,
                kind=TaskKind.REGRESSION,
                question=text,
                variants=(Variant("rows", text),),
                recipes={recipe.name: recipe},
                default_recipe=recipe.name,
                loader=not_loaded,
                unit=text or PLAIN,
                script=partial(plainly, code),
            )
            found.append(write_script(recipe, catalog, note=text, task=task))
    return found


def shape_of(script: str) -> list[str]:
    """The statements of a script without the values of their strings and without comments."""
    tree = ast.parse(script)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return [ast.dump(node) for node in tree.body]


def test_no_text_of_a_task_becomes_code(catalog: Catalog, tmp_path: Path) -> None:
    plain = [shape_of(script) for script in scripts(PLAIN, catalog, tmp_path / "plain")]
    for number, text in enumerate(HOSTILE):
        written = scripts(text, catalog, tmp_path / str(number))
        for script, expected in zip(written, plain, strict=True):
            script.encode()
            assert shape_of(script) == expected, f"{text!r}\n{script}"
            assert ast.get_docstring(ast.parse(script), clean=False) == text


@pytest.mark.parametrize("text", [*HOSTILE, 'Is "it" so?'])
def test_a_docstring_is_one_string(text: str) -> None:
    written = docstring(text)
    assert ast.literal_eval(written) == text
    assert next(tokenize.generate_tokens(io.StringIO(written).readline)).type == tokenize.STRING
