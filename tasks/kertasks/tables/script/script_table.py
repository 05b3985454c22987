"""A table as its script sees it: where the file is, and which columns are what. Plain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kertasks.tables.statistics import feature_columns
from kertasks.tables.table import Column, Role, SplitWay, Table


@dataclass(frozen=True)
class ScriptTable:
    """What the lines of a script are made of."""

    table: Table
    path: Path
    """Of the file."""

    @cached_property
    def seen(self) -> list[Column]:
        """The columns that the network sees, in the order of the file."""
        return [self.table.column(name) for name in feature_columns(self.table)]

    @property
    def text(self) -> Column | None:
        """The one of texts; None where there is none."""
        return next((one for one in self.seen if one.role is Role.TEXT), None)

    @property
    def columns(self) -> list[Column]:
        """Those that are seen, but for the one of texts."""
        return [one for one in self.seen if one is not self.text]

    @property
    def scales_target(self) -> bool:
        """Whether the target is scaled."""
        return self.table.scale_target and not self.table.classes

    @property
    def sort_role(self) -> Role | None:
        """What the column is by which rows are in time: a number or a date; None where they are
        not."""
        choice = self.table.split
        if choice.way is not SplitWay.TIME or choice.column is None:
            return None
        role = self.table.column(choice.column).role
        return Role.NUMBER if role is Role.NUMBER else Role.DATE

    def place(self, name: str) -> int:
        """Which column of the file it is, from 0."""
        return [column.name for column in self.table.columns].index(name)
