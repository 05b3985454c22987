"""The shape of the house: what import-linter's contracts do not say."""

from __future__ import annotations

from collections import Counter
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


def test_only_the_app_and_the_session_lie_beside_the_rooms_of_kertui() -> None:
    files = {path.name for path in (ROOT / "tui" / "kertui").glob("*.py")}
    assert files == {"__init__.py", "__main__.py", "app.py", "session.py"}
