"""Paths as they are typed: completed the way a shell does it."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(text: str) -> Path:
    """The path that is meant; a ``~`` of nobody stays as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - pathlib's raises for a ``~`` of nobody


def complete(text: str, suffix: str = ".toml") -> tuple[str, list[str]]:
    """The text with as much added as is certain, and the names that fit. Reads the folder.

    Folders and files that end in ``suffix`` count; hidden ones only when a dot was typed.
    """
    folder_text, name = os.path.split(text)
    try:
        with os.scandir(typed_path(folder_text)) as entries:
            fitting = sorted(
                entry.name + ("/" if _is_folder(entry) else "")
                for entry in entries
                if entry.name.startswith(name)
                and (name.startswith(".") or not entry.name.startswith("."))
                and (entry.name.endswith(suffix) or _is_folder(entry))
            )
    except OSError:
        return text, []
    if not fitting:
        return text, []
    common = os.path.commonprefix(fitting)  # noqa: RUF071 - letters of one name, not folders
    # pathlib would drop the "./" or "~" that was typed.
    return os.path.join(folder_text, common) if folder_text else common, fitting  # noqa: PTH118


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Mostly known from the listing; a link is followed, and one to nowhere is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False
