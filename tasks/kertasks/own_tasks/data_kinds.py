"""The kinds of data of a person's own, each a room that loads it and knows its facts.

A room is imported when its data is wanted: all of them but their records need NumPy.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec

from kertasks.arrays.own_arrays import Arrays
from kertasks.data.folds.fold import Fold
from kertasks.export.script.script_data import ScriptData
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.records import learn
from kertasks.tables.table import Table
from kertasks.templates.data_facts import DataFacts


@dataclass(frozen=True, slots=True)
class DataKind:
    """What is done with one kind of data, as ``module:function`` each."""

    loads: str
    """From the data, the folder its path is relative to and a seed: the dataset; of those that
    fold by themselves with the fold as a further argument, None for none."""

    knows: str
    """From the data: its facts, without NumPy."""

    writes: str
    """From the data and the folder: the same as a script without kertasks."""

    summary: str
    """From the data: one line on what it is, for the list of variants, without NumPy."""

    restores: str = ""
    """From the statistics that a run keeps of such data: the dataset without its rows. Empty where
    nothing is learned of the rows that it would take, or a scale that ``Task.load`` gives them."""

    compares: str = ""
    """From two of what a run keeps: what is another in the second one, in words."""

    folds_itself: bool = True
    """Whether loading divides the rows into folds: where more than a scale is learned of them, or
    where they may be too many for the memory. Else it is done with what is loaded."""

    tells: str = ""
    """From what a run keeps of such data: the data's record, as it was trained on, without NumPy.
    Empty where a run keeps it as a table."""

    def load(self, data: Any, base: Path, seed: int) -> Any:
        """Read the data: a ``Dataset``, which who has no NumPy must not even name."""
        return _function(self.loads)(data, base, seed)

    def load_fold(self, data: Any, base: Path, seed: int, fold: Fold) -> Any:
        """Read the data with the rows of a fold held out, where it folds by itself."""
        return _function(self.loads)(data, base, seed, fold)

    def facts(self, data: Any) -> DataFacts:
        """What recipes are fitted to."""
        return cast(DataFacts, _function(self.knows)(data))

    def script(self, data: Any, base: Path) -> ScriptData:
        """What ``load`` does, in plain Python."""
        return cast(ScriptData, _function(self.writes)(data, base))

    def data_of(self, statistics: str | bytes) -> Any:
        """The record of the data that statistics are of.

        Raises:
            ValueError: they are none.
        """
        return _function(self.tells)(statistics)

    def summed_up(self, data: Any) -> str:
        """One line on the data."""
        return cast(str, _function(self.summary)(data))


KINDS: Mapping[type, DataKind] = {
    Table: DataKind(
        loads="kertasks.tables.loading:load",
        knows="kertasks.tables.table_facts:facts",
        writes="kertasks.tables.script.table_script:script",
        summary="kertasks.tables.table_facts:summary",
        restores="kertasks.tables.loading:restored",
        compares="kertasks.tables.statistics:what_changed",
        tells="kertasks.tables.statistics:table_of",
    ),
    PictureFolder: DataKind(
        loads="kertasks.folders.pictures.loading:load",
        knows="kertasks.folders.folder_facts:picture_facts",
        writes="kertasks.folders.pictures.script:script",
        summary="kertasks.folders.folder_facts:picture_summary",
        restores="kertasks.folders.pictures.loading:restored",
        compares="kertasks.folders.pictures.picture_folder:what_changed",
        tells="kertasks.folders.pictures.picture_folder:decode_folder",
    ),
    TextFolder: DataKind(
        loads="kertasks.folders.texts.loading:load",
        knows="kertasks.folders.folder_facts:text_facts",
        writes="kertasks.folders.texts.script:script",
        summary="kertasks.folders.folder_facts:text_summary",
    ),
    Arrays: DataKind(
        loads="kertasks.arrays.array_loading:load",
        knows="kertasks.arrays.array_facts:facts",
        writes="kertasks.arrays.array_script:script",
        summary="kertasks.arrays.array_facts:summary",
        compares="kertasks.arrays.own_arrays:what_changed",
        folds_itself=False,
        tells="kertasks.arrays.own_arrays:decode_arrays",
    ),
}
"""By the record that a task of data holds."""


class _Tagged(msgspec.Struct):
    kind: str


learn(_Tagged)


def kind_of_statistics(statistics: str | bytes) -> DataKind:
    """The kind of data that statistics are of, which a run keeps.

    Raises:
        ValueError: they are none.
    """
    tag = msgspec.json.decode(statistics, type=_Tagged).kind
    for record, kind in KINDS.items():
        if kind.tells and _tag_of(record) == tag:
            return kind
    raise ValueError(f"no statistics of a kind {tag!r} are known")


def _tag_of(record: type) -> object:
    return record.__struct_config__.tag if issubclass(record, msgspec.Struct) else None


def dataset_without_rows(statistics: str | bytes) -> Any:
    """All of a dataset but its rows: what it takes to build its network and to ask it. None where
    what is kept of such data is too little for that.

    Raises:
        ValueError: they are no statistics.
    """
    kind = kind_of_statistics(statistics)
    return _function(kind.restores)(statistics) if kind.restores else None


def what_changed(before: str | bytes, now: str | bytes) -> str:
    """What is another in statistics of the same task, in words; empty for nothing.

    Raises:
        ValueError: one of them is no statistics.
    """
    if before == now:
        return ""
    kind = kind_of_statistics(now)
    if kind is not kind_of_statistics(before):
        return "what kind of data it is"
    return cast(str, _function(kind.compares)(before, now))


def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
