"""Data of a person's own that is no table, on the command line: looked at, and said what it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError

if TYPE_CHECKING:
    from kertasks.arrays.arrays_look import ArraysLook
    from kertasks.folders.folder_look import FolderLook
    from kertasks.own_tasks.data_task import OwnData

_ARRAYS = (".npz", ".npy")


class DataNotReady(UserError):
    """Data cannot be trained as it stands; the text says why."""


@dataclass(frozen=True, slots=True)
class UnderstoodData:
    """What was understood of a folder or of a file of arrays."""

    look: FolderLook | ArraysLook
    lines: tuple[str, ...]
    """The same in words, warnings and problems too."""

    def require_ready(self) -> None:
        """See that it can be trained.

        Raises:
            DataNotReady: with every reason.
        """
        if self.look.problems:
            name = Path(self.look.data.path).name
            raise DataNotReady(f"{name}: {'; '.join(self.look.problems)}")


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
    from kertasks.arrays.own_arrays import Arrays
    from kertasks.folders.picture_folder import PictureFolder
    from kertasks.folders.text_folder import TextFolder
    from kertui.cli.own_data.folder_lines import array_lines, folder_lines
    from kertui.service.table_process import TableProcess

    process = TableProcess()
    try:
        if isinstance(own, Arrays) or (own is None and path.suffix.casefold() in _ARRAYS):
            arrays = process.look_at_arrays(path, own if isinstance(own, Arrays) else None)
            return UnderstoodData(arrays, tuple(array_lines(arrays, most)))
        known = own if isinstance(own, PictureFolder | TextFolder) else None
        folder = process.look_at_folder(path, known)
        return UnderstoodData(folder, tuple(folder_lines(folder, most)))
    finally:
        process.close()
