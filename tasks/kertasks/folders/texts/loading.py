"""Loads a folder of texts: as a table of two columns, the text and its class."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.folds.fold import Fold
from kertasks.data.multi_hot import MultiHotRows
from kertasks.files import said_path
from kertasks.folders.class_folders import (
    TEST,
    TEXT_ENDINGS,
    TRAIN,
    VALIDATION,
    find_files,
    tell_left_out,
)
from kertasks.folders.folder_digest import content_digest
from kertasks.folders.part_places import places_of_parts, with_fold
from kertasks.folders.texts.text_files import TextFiles
from kertasks.folders.texts.text_folder import TEXT, TextFolder, as_table
from kertasks.tables.loading import dataset_of
from kertasks.tables.rows.encoding import Encoding
from kertasks.tables.rows.prepared_table import PreparedTable
from kertasks.tables.rows.texts import Vocabulary
from kertasks.tables.statistics import TableStatistics, TextColumn
from kertasks.tables.table import TextForm

_AT_ONCE = 1_000


def load(data: TextFolder, base: Path, seed: int, fold: Fold | None = None) -> Dataset:
    """The texts of a folder.

    x: uint8 (rows, words), or int32 (rows, words of a text). y: int32 (rows,).

    Raises:
        WrongFolder: the folder is not there or holds no classes.
        TooFewFiles: a class has too few texts that can be read.
        CannotFold: a class has fewer than there are folds.
    """
    folder = said_path(base, data.path)
    files = find_files(folder, TEXT_ENDINGS, data.classes)
    texts = TextFiles([folder / file.name for file in files.files])
    tell_left_out(files, texts.broken)
    good = np.array([at for at in range(len(files.files)) if at not in texts.broken], np.int64)
    labels = np.array([file.label for file in files.files], np.int32)[good]
    parts = [files.files[at].part for at in good]
    places = places_of_parts(parts, labels, data.classes, TEST in files.parts, data.test, seed)
    places = with_fold(places, labels, data.classes, fold, seed)
    vocabulary = Vocabulary()
    vocabulary.add(texts.of(good[places[TRAIN]].tolist()))
    is_sequence = data.text_form is TextForm.SEQUENCE
    column = TextColumn(
        TEXT, vocabulary.words(data.most_words), data.most_length if is_sequence else 0
    )
    table = as_table(data, content_digest(files, texts.contents), len(good))
    statistics = TableStatistics(table, (column,), len(places[TRAIN]))
    order = np.concatenate([places[TRAIN], places[VALIDATION], places[TEST]])
    rows = good[order].tolist()
    made = PreparedTable(
        statistics,
        _encoded(texts, rows, Encoding(statistics)),
        labels[order],
        len(places[TRAIN]),
        len(places[VALIDATION]),
        tuple(texts.of(rows)) if texts.are_kept else (),
    )
    return dataset_of(made)


def _encoded(texts: TextFiles, rows: list[int], encoding: Encoding) -> NDArray[Any] | MultiHotRows:
    """The network's input, some texts at a time."""
    numbers = encoding.text_numbers
    blocks = (
        list(texts.of(rows[first : first + _AT_ONCE])) for first in range(0, len(rows), _AT_ONCE)
    )
    if encoding.is_sparse:
        return encoding.sparse([*chain.from_iterable(map(numbers.hot, blocks))])
    return np.concatenate([numbers.rows(block) for block in blocks])
