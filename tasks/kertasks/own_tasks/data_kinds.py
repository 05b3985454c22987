"""The kinds of data of a person's own, each a room that loads it and knows its facts.

A room is imported when its data is wanted: all of them but their records need NumPy.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from kertasks.export.script.script_data import ScriptData
from kertasks.tables.table import Table
from kertasks.templates.data_facts import DataFacts


@dataclass(frozen=True, slots=True)
class DataKind:
    """What is done with one kind of data, as ``module:function`` each."""

    loads: str
    """From the data, the folder its path is relative to and a seed: the dataset."""

    knows: str
    """From the data: its facts, without NumPy."""

    writes: str
    """From the data and the folder: the same as a script without kertasks."""

    summary: str
    """From the data: one line on what it is, for the list of variants, without NumPy."""

    def load(self, data: Any, base: Path, seed: int) -> Any:
        """Read the data: a ``Dataset``, which who has no NumPy must not even name."""
        return _function(self.loads)(data, base, seed)

    def facts(self, data: Any) -> DataFacts:
        """What recipes are fitted to."""
        return cast(DataFacts, _function(self.knows)(data))

    def script(self, data: Any, base: Path) -> ScriptData:
        """What ``load`` does, in plain Python."""
        return cast(ScriptData, _function(self.writes)(data, base))

    def summed_up(self, data: Any) -> str:
        """One line on the data."""
        return cast(str, _function(self.summary)(data))


KINDS: Mapping[type, DataKind] = {
    Table: DataKind(
        loads="kertasks.tables.loading:load",
        knows="kertasks.tables.table_facts:facts",
        writes="kertasks.tables.table_script:script",
        summary="kertasks.tables.table_facts:summary",
    ),
}
"""By the record that a task of data holds."""


def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
