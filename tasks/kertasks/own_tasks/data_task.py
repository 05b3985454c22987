"""A task of data: what a person's TOML file says of a table or a folder. It never runs code.

::

    title = "houses"

    [data]
    kind = "table"
    path = "houses.csv"             # relative: beside this file
    target = "price"

    [[data.columns]]
    name = "price"
    role = "number"
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TypeAlias

import msgspec

from kertasks.arrays.own_arrays import Arrays
from kertasks.errors import UserError
from kertasks.files import read_small, said_path, write_text
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.records import learn
from kertasks.tables.table import Table

OwnData: TypeAlias = Table | PictureFolder | TextFolder | Arrays
"""Every kind of data of a person's own, told apart by its tag ``kind``."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What the name of a task is made of: its file's name without ``.toml``."""

_NO_NAME = re.compile(r"[^a-z0-9]+")
_ITEM = re.compile(r"\[([0-9]+|\.{3})\]")
_PLACE = re.compile(r" - at `\$\.?(.*)`$")


class DataTaskError(UserError):
    """A file is no task of data; the text says which, where and why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path.name}: {why}")


class DataTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One task of a person's own data; its name is that of its file."""

    data: OwnData
    title: str = ""
    """A few words for the list; the data file's name where it is empty."""

    question: str = ""
    """The problem in one sentence; made of the target's name where it is empty."""


learn(DataTask)


def read_data_task(path: Path) -> DataTask:
    """Read a task of data from its file.

    Raises:
        DataTaskError: it cannot be read, is no TOML, or says something that no task says.
    """
    try:
        return msgspec.convert(tomllib.loads(read_small(path).decode()), DataTask)
    except OSError as error:
        raise DataTaskError(path, (error.strerror or "cannot be read").lower()) from error
    except UnicodeDecodeError as error:
        raise DataTaskError(path, "bytes that are no text") from error
    except msgspec.ValidationError as error:
        raise DataTaskError(path, _why(str(error))) from error
    except (ValueError, RecursionError) as error:  # tomllib's own, and Python's of huge numbers
        raise DataTaskError(
            path, f"no valid TOML ({str(error)[:1].lower()}{str(error)[1:]})"
        ) from (error)


def _why(message: str) -> str:
    """msgspec's sentence with its place first: ``data.columns.0.role: invalid enum value …``."""
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    said = f"{said[:1].lower()}{said[1:]}"
    if place is None or not place[1]:
        return said
    where = _ITEM.sub(r".\1", place[1])
    return f"{where}: {said}"


def write_data_task(task: DataTask, path: Path) -> None:
    """Write a task's file, whole; nobody else may read it.

    Raises:
        OSError: the folder cannot be written in.
    """
    import tomlkit

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_text(path, tomlkit.dumps(msgspec.to_builtins(task)))


def name_for(path: Path, taken: frozenset[str] = frozenset()) -> str:
    """A task's name made of a data file's: lower case, words joined by a hyphen, and none of those
    that are taken."""
    stem = _NO_NAME.sub("-", path.stem.casefold()).strip("-")[:56].strip("-") or "data"
    names = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def data_path(path: Path, task: DataTask) -> Path:
    """Where the data of a task lies.

    Args:
        path: of the task's file; a relative path of the data begins in its folder.
        task: what it says.
    """
    return said_path(path.parent, task.data.path)
