"""A task of data: what a person's TOML file says of a table or a folder. It never runs code."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from kertasks.tables.table import Table

OwnData: TypeAlias = Table
"""Every kind of data of a person's own, told apart by its tag ``kind``."""


class DataTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One task of a person's own data; its name is that of its file."""

    data: OwnData
    title: str = ""
    """A few words for the list; the data file's name where it is empty."""

    question: str = ""
    """The problem in one sentence; made of the target's name where it is empty."""
