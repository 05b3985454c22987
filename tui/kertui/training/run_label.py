"""What a person calls a run and writes of it: ``label.json`` in the run's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kertasks.errors import UserError
from kertui.training.atomic_file import write_text

FILE = "label.json"

_LONGEST = 2000
"""Characters of a note that are kept; a name or a tag keeps a twentieth of that."""


class LabelNotWritten(UserError):
    """A run's label could not be kept."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name, tags and a note; all of them may be empty."""

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""


def make_label(name: str, tags: str, note: str) -> Label:
    """A label from what a person typed; tags are apart by commas or blanks, with or without #."""
    words = (word.strip("#") for word in tags.replace(",", " ").split())
    return Label(_line(name, _LONGEST // 20), _unique(words), _line(note, _LONGEST))


def read_label(folder: Path) -> Label:
    """The label of the run in this folder; an empty one where there is none to read."""
    try:
        # Opened by name: a thousand runs are listed in a fraction of a second.
        with open(f"{folder}/{FILE}", "rb") as file:  # noqa: PTH123
            fields = json.loads(file.read())
        return Label(
            _text(fields, "name"), _unique(map(str, fields["tags"])), _text(fields, "note")
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Label()


def label_age(folder: Path) -> int | None:
    """When the label was written, nanoseconds since 1970; None where there is none."""
    try:
        return os.stat(f"{folder}/{FILE}").st_mtime_ns  # noqa: PTH116 (as above)
    except OSError:
        return None


def write_label(folder: Path, label: Label) -> None:
    """Keep the label of the run in this folder.

    Raises:
        LabelNotWritten: the folder is gone or cannot be written in.
    """
    try:
        write_text(folder / FILE, json.dumps(asdict(label), ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise LabelNotWritten(f"cannot write {folder / FILE}: {error.strerror}") from error


def _line(text: str, longest: int) -> str:
    """Printable, on one line: a label is shown in tables and on the normal screen."""
    words = " ".join(text.split())
    return "".join(filter(str.isprintable, words))[:longest]


def _unique(tags: Iterable[str]) -> tuple[str, ...]:
    lines = (_line(tag, _LONGEST // 20) for tag in tags)
    return tuple(dict.fromkeys(line for line in lines if line))


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError(value)
    return _line(value, _LONGEST)
