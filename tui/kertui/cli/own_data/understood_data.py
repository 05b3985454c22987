"""Data of a person's own on the command line: what is no table, and whether it can be trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertasks.text.plain_text import visible_name

if TYPE_CHECKING:
    from kertasks.arrays.arrays_look import ArraysLook
    from kertasks.folders.folder_look import FolderLook
    from kertasks.own_tasks.data_task import OwnData

_ARRAYS = (".npz", ".npy")


class NotReady(UserError):
    """Data cannot be trained as it stands; the text says why."""


def require_ready(path: str | Path, problems: Sequence[str], instead: str = "") -> None:
    """See that data can be trained.

    Args:
        path: of the data.
        problems: why it cannot.
        instead: what can be done, in a line; empty where that is not known.

    Raises:
        NotReady: with every reason.
    """
    if problems:
        said = f"{visible_name(Path(path).name)} cannot be trained as it stands:"
        raise NotReady("\n".join([said, *problems, *filter(None, [instead])]))


@dataclass(frozen=True, slots=True)
class UnderstoodData:
    """What was understood of a folder or of a file of arrays."""

    look: FolderLook | ArraysLook
    lines: tuple[str, ...]
    """The same in words, warnings and problems too."""


def is_no_table(path: Path, own: OwnData | None = None) -> bool:
    """Whether data is a folder or a file of arrays.

    Args:
        path: of the data.
        own: what a task says of it already.
    """
    from kertasks.tables.table import Table

    if own is not None:
        return not isinstance(own, Table)
    return path.suffix.casefold() in _ARRAYS or path.is_dir()


def understand(path: Path, own: OwnData | None, most: int = 5) -> UnderstoodData:
    """Look at data in a process of its own.

    Args:
        path: of the data, for which ``is_no_table`` holds.
        own: what a task says of it already.
        most: classes, sizes and files that are named in the lines.

    Raises:
        UserError: it is no such data.
    """
    from kertasks.arrays.arrays_look import ArraysLook
    from kertasks.folders.folder_look import FolderLook
    from kertui.cli.own_data.folder_lines import array_lines, folder_lines
    from kertui.service.table_process import CannotLook, TableProcess

    process = TableProcess()
    try:
        look = process.look_at(path, own)
        if isinstance(look, ArraysLook):
            return UnderstoodData(look, tuple(array_lines(look, most)))
        if isinstance(look, FolderLook):
            return UnderstoodData(look, tuple(folder_lines(look, most)))
        raise CannotLook(f"{path}: it is a table, and its task says otherwise")
    finally:
        process.close()
