"""Judges numbers given to ``fit``, ``evaluate`` and ``predict`` before anything is compiled."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np


def whole(name: str, value: Any, least: int | None, allowed: str = "") -> int:
    """A whole number, NumPy's as well.

    Args:
        name: of the argument.
        value: what was given.
        least: the smallest it may be; None for any.
        allowed: what else may be given, for the message.

    Raises:
        ValueError: it is something else.
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
    """How many of something, None for 0 and None: to Keras neither is given.

    Raises:
        ValueError: it is something else.
    """
    return None if value is None else whole(name, value, 0, ", or None") or None


def share(name: str, value: Any) -> float:
    """A part of the rows.

    Raises:
        ValueError: not from 0 to below 1.
    """
    given = 0.0 if value is None else value
    if not isinstance(given, (int, float, np.floating)) or not 0 <= given < 1:
        raise ValueError(f"{name} is {value!r}; allowed: a number from 0 to less than 1")
    return float(given)


def frequency(name: str, value: Any) -> int | list[int]:
    """Every so many epochs, or a list of epochs.

    Raises:
        ValueError: it is something else.
    """
    allowed = ", or a list of such"
    if isinstance(value, Iterable):
        return [whole(name, epoch, 1, allowed) for epoch in value]
    return whole(name, value, 1, allowed)
