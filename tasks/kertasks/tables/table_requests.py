"""What is said to the process that looks at tables, and what it says: records, a line each."""

from __future__ import annotations

import msgspec

from kertasks.tables.table import ReadingWishes, Table
from kertasks.tables.table_look import TableLook


class LookRequest(msgspec.Struct, frozen=True):
    """Asks for a look at a file, as ``kertasks.tables.looking.look`` takes it."""

    path: str
    table: Table | None = None
    wishes: ReadingWishes | None = None


class LookAnswer(msgspec.Struct, frozen=True):
    """Has a look, or says in a sentence why there is none."""

    look: TableLook | None = None
    error: str = ""
