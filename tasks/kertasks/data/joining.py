"""Data whose held-out rows are trained on too, as the last network of a study is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import Sample
from kertasks.data.described.samples import WordsSampler
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.splits import Split


def joined(data: Dataset) -> Dataset:
    """The data with its validation rows after its training rows, and none held out.

    Features that are standardised keep the statistics of the training rows alone.
    """
    held_out = data.held_out
    if held_out is None:
        return data
    first, rows = data.train, data.train.rows
    train = Split(_joined_rows(first.x, held_out.x), np.concatenate([first.y, held_out.y]))
    decode = data.sample
    if decode is None:
        return replace(data, train=train, validation=None)
    if isinstance(decode, WordsSampler):
        decode = decode.with_joined(train, (first, held_out))
        return replace(data, train=train, validation=None, sample=decode)

    def sample(split: Split, row: int) -> Sample:
        """Decode a row as one of the split it comes from: its text is known there alone."""
        if split is not train:
            return decode(split, row)
        return decode(first, row) if row < rows else decode(held_out, row - rows)

    return replace(data, train=train, validation=None, sample=sample)


def _joined_rows(
    first: NDArray[Any] | MultiHotRows, then: NDArray[Any] | MultiHotRows
) -> NDArray[Any] | MultiHotRows:
    if not (isinstance(first, MultiHotRows) and isinstance(then, MultiHotRows)):
        return np.concatenate([np.asarray(first), np.asarray(then)])
    numbers = np.concatenate([first.numbers, then.numbers])
    starts = np.concatenate([first.starts, first.starts[-1] + then.starts[1:]])
    return MultiHotRows(numbers, starts, first.shape[1])
