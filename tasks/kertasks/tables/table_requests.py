"""What is said to the process that looks at tables, and what it says: records, a line each."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from kertasks.arrays.arrays_look import ArraysLook
from kertasks.arrays.own_arrays import Arrays
from kertasks.folders.folder_look import FolderData, FolderLook
from kertasks.own_tasks.data_task import OwnData
from kertasks.records import learn
from kertasks.tables.table import ReadingWishes, Table
from kertasks.tables.table_look import TableLook

DataLook: TypeAlias = TableLook | FolderLook | ArraysLook
"""What was seen in data of any kind; each has problems, warnings and the name of a recipe."""


class LookRequest(msgspec.Struct, frozen=True):
    """Asks for a look at a file, as ``kertasks.tables.looking.look`` takes it, or at a folder."""

    path: str
    table: Table | None = None
    wishes: ReadingWishes | None = None
    folder: FolderData | None = None
    """What a person made of a folder."""

    arrays: Arrays | None = None
    """What a person made of a file of arrays."""


learn(LookRequest)


class LookAnswer(msgspec.Struct, frozen=True):
    """Has a look, or says in a sentence why there is none."""

    look: TableLook | None = None
    folder: FolderLook | None = None
    arrays: ArraysLook | None = None
    error: str = ""


def data_of(look: DataLook) -> OwnData:
    """The data as it will be used."""
    return look.table if isinstance(look, TableLook) else look.data
