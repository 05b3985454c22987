"""What a person calls a run and writes of it: ``label.json`` in the run's folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import force_setattr

from kertasks.errors import UserError
from kertasks.files import read_small, write_text
from kertasks.text.plain_text import one_line, some_lines

FILE = "label.json"

LONGEST_NOTE = 2000
"""Characters of a note that are kept."""

LONGEST_NAME = 100
"""Characters of a name or of a tag."""


class LabelNotWritten(UserError):
    """A run's label could not be kept."""


class Label(msgspec.Struct, frozen=True):
    """A name and tags, each on one line, and a note, which may have several; all may be empty."""

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "name", one_line(self.name, LONGEST_NAME))
        tags = dict.fromkeys(one_line(tag, LONGEST_NAME) for tag in self.tags)
        force_setattr(self, "tags", tuple(filter(None, tags)))
        force_setattr(self, "note", some_lines(self.note, LONGEST_NOTE))


_EMPTY = Label()
_decoder = msgspec.json.Decoder(Label)


def make_label(name: str, tags: str, note: str) -> Label:
    """Make a label of what was typed; tags are apart by commas or blanks, with or without #."""
    return Label(name, tuple(word.strip("#") for word in tags.replace(",", " ").split()), note)


def read_label(folder: Path) -> Label:
    """Read the label of the run in this folder; an empty one where there is none to read."""
    return look_at_label(folder)[0]


def look_at_label(folder: Path) -> tuple[Label, str]:
    """Read the label of the run in this folder, and say why it cannot be read where there is one
    that cannot."""
    try:
        # A path in plain text: a thousand runs are listed in a fraction of a second.
        return _decoder.decode(read_small(f"{folder}/{FILE}")), ""
    except FileNotFoundError:
        return _EMPTY, ""
    except OSError as error:
        return _EMPTY, error.strerror or type(error).__name__
    except (ValueError, RecursionError):
        return _EMPTY, "no name, tags and note in JSON"


def write_label(folder: Path, label: Label) -> None:
    """Keep the label of the run in this folder.

    Raises:
        LabelNotWritten: the folder is gone or cannot be written in.
    """
    try:
        text = msgspec.json.format(msgspec.json.encode(label), indent=2).decode()
        write_text(folder / FILE, text + "\n")
    except OSError as error:
        raise LabelNotWritten(f"cannot write {folder / FILE}: {error.strerror}") from error
