"""(placeholder until helper looks' file is on main)"""

from __future__ import annotations

from pathlib import Path

from kertasks.tables.table import Table
from kertasks.tables.table_look import TableLook


class TableProcess:
    def look(self, path: Path, table: Table | None = None) -> TableLook:
        raise NotImplementedError

    def close(self) -> None:
        pass
