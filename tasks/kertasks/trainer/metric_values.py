"""A metric's value as one number. Some of Keras's have one for each class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_FLOAT, _STR = {float}, {str}


def as_number(value: Any) -> float:
    """A value as a float; of several, their mean; NaN of none."""
    if isinstance(value, float):
        return float(value)
    array = np.asarray(value, dtype=np.float64)
    return float(array.mean()) if array.size else float("nan")


def as_numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    """What Keras logged, each metric as one number."""
    if logs and set(map(type, logs.values())) == _FLOAT and set(map(type, logs)) == _STR:
        return dict(logs)  # epochs of a millisecond have nothing else
    return {str(name): as_number(value) for name, value in (logs or {}).items()}


def with_several_values(logs: Mapping[str, Any] | None) -> dict[str, int]:
    """The metrics that have several values, and how many."""
    sizes = {name: int(np.size(value)) for name, value in (logs or {}).items()}
    return {name: size for name, size in sizes.items() if size != 1}
