"""What a number in a TensorBoard folder is called here: by Keras's names, whoever wrote it."""

from __future__ import annotations

import re
from typing import NamedTuple

TRAINING = frozenset(("train", "training"))
HELD_OUT = frozenset(("validation", "val", "valid", "eval", "test"))
"""Names of folders, and parts of tags, that say which rows a number is of."""

VALIDATION = "val_"
LEARNING_RATE = "learning_rate"

EPOCH = "epoch_"
"""Before the tags of Keras's callback that have one value an epoch."""

_OF_BATCHES = re.compile(r"batch_.*|evaluation_.*_vs_iterations")
"""The others of its tags, which have values by the batch."""

_RATE = re.compile(r"lr|lr-.*|learning_?rate.*")
_HELD_OUT_PREFIX = re.compile(r"(?:val|valid|validation|eval)_")


class MetricName(NamedTuple):
    """What a tag in a folder is."""

    name: str
    """``loss``, ``val_loss``, ``learning_rate``, …"""

    of_epochs: bool
    """Whether Keras's callback wrote it, whose steps are epochs from 0."""


def metric_name(folder: str, tag: str) -> MetricName | None:
    """What a tag means: ``loss/train`` of PyTorch's writer, ``epoch_loss`` in Keras's folder
    ``train``; None for numbers that are none of a training's.

    Args:
        folder: the name of the folder in that of the run; empty for that itself.
        tag: as written.
    """
    if folder and _OF_BATCHES.fullmatch(tag):
        return None
    prefix = VALIDATION if folder.casefold() in HELD_OUT else ""
    of_epochs = tag.startswith(EPOCH)
    parts = []
    for part in filter(None, re.split(r"[/\s]+", tag.removeprefix(EPOCH).casefold())):
        if part in HELD_OUT:
            prefix = VALIDATION
        elif part not in TRAINING:
            parts.append(part)
    name = "_".join(parts).removeprefix("train_") or "value"
    if held_out := _HELD_OUT_PREFIX.match(name):
        prefix, name = VALIDATION, name[held_out.end() :] or "value"
    if _RATE.fullmatch(name):
        return MetricName(LEARNING_RATE, of_epochs)
    return MetricName(prefix + name, of_epochs)
