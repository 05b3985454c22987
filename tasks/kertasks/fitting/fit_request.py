"""The arguments of ``fit``, and whether its numbers are allowed, before anything is compiled."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from kertasks.fitting.keras_internals.keras_arrays import OrderedArrays
from kertasks.fitting.rows.row_order import Shuffle
from kertasks.hosts.part import Hosts


def whole(name: str, value: Any, least: int | None, allowed: str = "") -> int:
    """A whole number, NumPy's as well.

    Args:
        name: of the argument.
        value: what was given.
        least: the smallest it may be; None for any.
        allowed: what else may be given, for the message.

    Raises:
        ValueError: it is something else, as in all functions here.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or (least is not None and number < least):
        limit = "" if least is None else f" of at least {least}"
        raise ValueError(f"{name} is {value!r}; allowed: a whole number{limit}{allowed}")
    return number


def count(name: str, value: Any) -> int | None:
    """How many of something, None for 0 and None: to Keras neither is given."""
    return None if value is None else whole(name, value, 0, ", or None") or None


def share(name: str, value: Any) -> float:
    """A part of the rows, from 0 to below 1."""
    given = 0.0 if value is None else value
    if not isinstance(given, (int, float, np.floating)) or not 0 <= given < 1:
        raise ValueError(f"{name} is {value!r}; allowed: a number from 0 to less than 1")
    return float(given)


def frequency(name: str, value: Any) -> int | list[int]:
    """Every so many epochs, or a list of epochs."""
    allowed = ", or a list of such"
    if isinstance(value, Iterable):
        return [whole(name, epoch, 1, allowed) for epoch in value]
    return whole(name, value, 1, allowed)


@dataclass(frozen=True, slots=True)
class FitRequest:
    """The arguments of ``kertasks.fit``, under the names ``model.fit`` has for them."""

    x: Any
    y: Any
    batch_size: int | None
    epochs: int
    verbose: str | int
    callbacks: Any
    validation_split: float
    validation_data: Any
    shuffle: Shuffle
    class_weight: dict[int, float] | None
    sample_weight: Any
    initial_epoch: int
    initial_step: int
    """Batches of the first epoch that are done already."""

    steps_per_epoch: int | None
    validation_steps: int | None
    validation_batch_size: int | None
    validation_freq: int | list[int]
    seed: int
    memory_limit: int | None
    """Bytes of rows that may lie on the device; more are streamed."""

    call_seconds: float
    """How long one compiled call may take."""

    xla: bool | None
    """Whether to use XLA; None leaves it to the model's ``jit_compile``, then to its step."""

    hosts: Hosts | None = None
    """Share each batch among themselves; None for this process alone."""

    def arguments(self) -> dict[str, Any]:
        """Those that ``model.fit`` has, as they are, by its names for them."""
        ours = {"initial_step", "seed", "memory_limit", "call_seconds", "xla", "hosts"}
        names = (field.name for field in fields(self))
        return {name: getattr(self, name) for name in names if name not in ours}

    def ordered(self, x: Any, y: Any, sample_weight: Any, per_execution: int) -> OrderedArrays:
        """The rows to train on, in batches and in the order of each epoch.

        Args:
            x: as in ``fit``, without what is held out.
            y: likewise.
            sample_weight: likewise.
            per_execution: the model's ``steps_per_execution``.
        """
        return OrderedArrays(
            x,
            y,
            sample_weight,
            batch_size=self.batch_size,
            steps=self.steps_per_epoch,
            shuffle=self.shuffle,
            class_weight=self.class_weight,
            seed=self.seed,
            per_execution=per_execution,
        )
