"""The shape of the house: what import-linter's contracts do not say."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [path for part in ("tasks", "tui") for path in (ROOT / part).rglob("*.py")]


def test_no_file_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph("kertui", "kertasks", cache_dir=None)
    imports = {
        module: graph.find_modules_directly_imported_by(module) - {module}
        for module in graph.modules
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"files import each other: {' -> '.join(error.args[1])}")


def test_no_folder_holds_more_than_twenty_files() -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in SOURCES)
    assert {str(folder): count for folder, count in counts.items() if count > 20} == {}


def test_only_the_app_and_what_it_is_handed_lie_beside_the_rooms_of_kertui() -> None:
    files = {path.name for path in (ROOT / "tui" / "kertui").glob("*.py")}
    assert files == {"__init__.py", "__main__.py", "app.py", "first_shown.py", "session.py"}


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _records(kind: ast.expr) -> set[str]:
    """The names of classes in a type: ``Finding`` of ``tuple[check.Finding, ...]``."""
    nodes = list(ast.walk(kind))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return {name for name in names if name.strip("_")[0].isupper()}


def test_what_functions_read_by_msgspec_is_learnt_when_it_is_imported() -> None:
    learnt: set[str] = set()
    read: dict[str, str] = {}
    for path in SOURCES:
        for statement in ast.parse(path.read_text()).body:
            at_import = not isinstance(statement, ast.FunctionDef | ast.ClassDef)
            for name, call in _calls(statement):
                if name == "learn" or (name.endswith(".Decoder") and at_import):
                    learnt.update(*map(_records, call.args))
                if name == "msgspec.convert":
                    kinds = call.args[1:2]
                elif name.startswith("msgspec.") and name.endswith(".decode"):
                    kinds = [word.value for word in call.keywords if word.arg == "type"]
                else:
                    continue
                read |= {record: path.name for kind in kinds for record in _records(kind)}
    assert len(read) > 15
    of_all_views = {"ViewRequest", "ViewRecord"}  # learnt when all views are imported
    assert {name: file for name, file in read.items() if name not in learnt | of_all_views} == {}
