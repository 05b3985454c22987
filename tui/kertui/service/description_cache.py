"""Descriptions of data that were computed before, as JSON files in the cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from kertasks.data.description import SCHEMA
from kertasks.files import write_text


class DescriptionCache:
    """Descriptions of data, by task, variant, seed and the code that computed them."""

    def __init__(self, cache_dir: Path) -> None:
        self._folder = cache_dir / "descriptions"

    def read(self, task: str, variant: str, seed: int) -> dict[str, Any] | None:
        """What was kept; None when there is nothing, or nothing that can be read."""
        try:
            kept = json.loads(self._path(task, variant, seed).read_bytes())
        except (OSError, ValueError):
            return None
        return kept if isinstance(kept, dict) else None

    def write(self, task: str, variant: str, seed: int, description: dict[str, Any]) -> None:
        """Keep a description. A cache folder that cannot be written in costs time, nothing else."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self._path(task, variant, seed), json.dumps(description))

    def _path(self, task: str, variant: str, seed: int) -> Path:
        key = json.dumps([SCHEMA, task, variant, seed, _code_age(task)])
        return self._folder / f"{task}-{hashlib.sha256(key.encode()).hexdigest()[:20]}.json"


@cache
def _code_age(task: str) -> list[list[object]]:
    """Names, sizes and times of the files that make the task's data: new code, new answer."""
    spec = importlib.util.find_spec("kertasks")
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    files = [package / "tasks" / f"{task.replace('-', '_')}.py", *package.glob("data/**/*.py")]
    statuses = [(file.name, file.stat()) for file in sorted(files) if file.is_file()]
    return [[name, status.st_size, status.st_mtime_ns] for name, status in statuses]
