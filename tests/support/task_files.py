"""Files of Python that define tasks, as a person writes them."""

from __future__ import annotations

import re
from pathlib import Path

_README = Path(__file__).parents[2] / "tasks" / "README.md"

RING = re.findall(
    r"<!-- example: task -->\n```python\n(.*?)```", _README.read_text(), flags=re.DOTALL
)[0]
"""The whole task of tasks/README.md."""


def write_task_file(
    folder: Path, text: str = RING, name: str = "ring.py", mode: int = 0o600
) -> Path:
    """Write a file that only its owner may write, and its folder, where there is none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    return path
