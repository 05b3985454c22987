"""What a person calls a run and writes of it: ``label.json`` in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kertasks.errors import UserError
from kertasks.files import read_json, write_text
from kertasks.text.plain_text import one_line

FILE = "label.json"

_NOTE = 2000
"""Characters of a note that are kept."""

_NAME = 100
"""Characters of a name or of a tag."""


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
    return Label(one_line(name, _NAME), _unique(words), one_line(note, _NOTE))


def read_label(folder: Path) -> Label:
    """The label of the run in this folder; an empty one where there is none to read."""
    try:
        # A path in plain text: a thousand runs are listed in a fraction of a second.
        fields = read_json(f"{folder}/{FILE}")
        name, tags, note = fields["name"], fields["tags"], fields["note"]
        return Label(one_line(name, _NAME), _unique(tags), one_line(note, _NOTE))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Label()


def write_label(folder: Path, label: Label) -> None:
    """Keep the label of the run in this folder.

    Raises:
        LabelNotWritten: the folder is gone or cannot be written in.
    """
    try:
        write_text(folder / FILE, json.dumps(asdict(label), ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise LabelNotWritten(f"cannot write {folder / FILE}: {error.strerror}") from error


def _unique(tags: Iterable[str]) -> tuple[str, ...]:
    lines = (one_line(tag, _NAME) for tag in tags)
    return tuple(dict.fromkeys(line for line in lines if line))
