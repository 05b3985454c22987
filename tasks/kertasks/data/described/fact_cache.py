"""What was computed of data before, as JSON files in the cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from kertasks.files import write_text

_ROOMS = ("arrays", "data", "folders", "scores", "tables")
"""Whose code makes datasets, and facts of them."""


class FactCache:
    """Facts of data, by the task, by what else they are of, and by the code that computed them.

    Args:
        cache_dir: the user's cache folder.
        kind: which facts; the name of their folder in it.
    """

    def __init__(self, cache_dir: Path, kind: str) -> None:
        self._folder = cache_dir / kind

    def read(self, task: str, *of: object) -> dict[str, Any] | None:
        """What was kept; None when there is nothing, or nothing that can be read."""
        try:
            kept = json.loads(self._path(task, of).read_bytes())
        except (OSError, ValueError):
            return None
        return kept if isinstance(kept, dict) else None

    def write(self, facts: dict[str, Any], task: str, *of: object) -> None:
        """Keep facts. A cache folder that cannot be written in costs time, nothing else."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self._path(task, of), json.dumps(facts))

    def _path(self, task: str, of: tuple[object, ...]) -> Path:
        key = json.dumps([task, *of, _version(task), _code_age(task)])
        return self._folder / f"{task}-{hashlib.sha256(key.encode()).hexdigest()[:20]}.json"


def _version(task: str) -> str:
    """What changes when a person's own task or its data does."""
    from kertasks.registry import all_tasks

    return next((known.version for known in all_tasks() if known.name == task), "")


@cache
def _code_age(task: str) -> list[list[object]]:
    """Names, sizes and times of the files that make the task's data: new code, new answer."""
    spec = importlib.util.find_spec("kertasks")
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    files = [
        package / "tasks" / f"{task.replace('-', '_')}.py",
        *(file for room in _ROOMS for file in package.glob(f"{room}/**/*.py")),
    ]
    statuses = [
        (str(file.relative_to(package)), file.stat()) for file in sorted(files) if file.is_file()
    ]
    return [[name, status.st_size, status.st_mtime_ns] for name, status in statuses]
