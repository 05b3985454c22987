"""Which rows of a dataset a view is of."""

from __future__ import annotations

from dataclasses import replace

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import Sample
from kertasks.data.described.samples import WordsSampler
from kertasks.data.splits import Split
from kertasks.models.split_rules import rows_trained
from kertasks.recipes.recipe import Recipe
from kertasks.runs.looking.view import DoesNotApply, Rows


def chosen_rows(data: Dataset, wanted: Rows | None) -> tuple[Rows, Split]:
    """The rows that are wanted, and which they are.

    Args:
        data: with the validation rows of its run.
        wanted: None for the test rows where there are any, else the validation rows, else those
            that are trained on.

    Raises:
        DoesNotApply: there are no such rows.
    """
    splits = {name: split for name, split in data.splits().items() if split.rows}
    for rows in (wanted,) if wanted is not None else Rows:
        if rows in splits:
            return rows, splits[rows]
    raise DoesNotApply(f"the data has no {wanted or 'train'} rows")


def data_of_run(data: Dataset, recipe: Recipe) -> Dataset:
    """The data as a training of the recipe splits it: of a share of the training rows that is held
    out, the last ones, the validation rows are made."""
    share = recipe.fit.validation_split
    if data.held_out is not None or not share:
        return data
    x, y, first = data.train.x, data.train.y, rows_trained(data.train.rows, share)
    train, held_out = Split(x[:first], y[:first]), Split(x[first:], y[first:])
    decode = data.sample
    if decode is None:
        return replace(data, train=train, validation=held_out)
    if isinstance(decode, WordsSampler):
        decode = decode.with_parts(data.train, ((train, 0), (held_out, first)))
        return replace(data, train=train, validation=held_out, sample=decode)

    def sample(split: Split, row: int) -> Sample:
        """Decode a row as one of the split it comes from: its text is known there alone."""
        if split is train:
            return decode(data.train, row)
        return decode(data.train, first + row) if split is held_out else decode(split, row)

    return replace(data, train=train, validation=held_out, sample=sample)
