"""Complete a path as it is typed, the way a shell does."""

from __future__ import annotations

import os
from pathlib import Path


def complete(text: str, suffix: str = ".toml") -> tuple[str, list[str]]:
    """The text with as much added as is certain, and the names that fit.

    Folders and files that end in ``suffix`` count; hidden ones only when a dot was typed.
    """
    folder_text, name = os.path.split(text)
    folder = Path(folder_text).expanduser() if folder_text else Path()
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return text, []
    fitting = [
        entry.name + ("/" if entry.is_dir() else "")
        for entry in entries
        if entry.name.startswith(name)
        and (entry.is_dir() or entry.suffix == suffix)
        and (name.startswith(".") or not entry.name.startswith("."))
    ]
    if not fitting:
        return text, []
    common = os.path.commonprefix(fitting)  # noqa: RUF071 - letters of one name, not folders
    # pathlib would drop the "./" or "~" that was typed.
    return os.path.join(folder_text, common) if folder_text else common, fitting  # noqa: PTH118
