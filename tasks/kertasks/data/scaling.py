"""The one place where training rows become the scale of a task's data."""

from __future__ import annotations

from dataclasses import replace

from kertasks.data.dataset import Dataset
from kertasks.data.splits import standardise, standardise_target


def scaled(data: Dataset) -> Dataset:
    """Data with its features, its target, or both standardised by the training rows alone, where
    its loader says that they are to be; as it is otherwise.

    Args:
        data: in own units, split as it is trained on.
    """
    splits = data.splits()
    if data.standardise_target:
        made, target_scale = standardise_target([*splits.values()])
        splits = dict(zip(splits, made, strict=True))
        data = replace(data, target_scale=target_scale, standardise_target=False)
    if data.standardise_features:
        made, feature_scale = standardise([*splits.values()])
        splits = dict(zip(splits, made, strict=True))
        data = replace(data, feature_scale=feature_scale, standardise_features=False)
    return replace(
        data,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
    )
