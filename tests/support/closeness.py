"""How close is as close as Keras: 1e-5 of a tensor's largest value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

RELATIVE = 1e-5


def assert_close(ours: Any, kerass: Any, what: str, relative: float = RELATIVE) -> None:
    """Compare two arrays by their largest difference."""
    ours, kerass = np.asarray(ours, "float64"), np.asarray(kerass, "float64")
    assert ours.shape == kerass.shape, what
    scale = max(float(np.max(np.abs(kerass), initial=0.0)), 1e-2)
    difference = float(np.max(np.abs(ours - kerass), initial=0.0))
    assert difference <= relative * scale, f"{what}: {difference / scale:.1e} of {scale:.3g}"


def assert_same_weights(ours: keras.Model, kerass: keras.Model, relative: float = RELATIVE) -> None:
    """Compare all variables, the optimizer's included."""
    pairs = zip(
        [*ours.variables, *ours.optimizer.variables],
        [*kerass.variables, *kerass.optimizer.variables],
        strict=True,
    )
    for mine, theirs in pairs:
        assert_close(mine.numpy(), theirs.numpy(), mine.path, relative)


def assert_same_history(
    ours: Mapping[str, Sequence[float]],
    kerass: Mapping[str, Sequence[float]],
    relative: float = RELATIVE,
) -> None:
    """Compare what History holds."""
    assert list(ours) == list(kerass)
    for name in kerass:
        assert all(type(value) is type(kerass[name][0]) for value in ours[name]), name
        assert_close(ours[name], kerass[name], name, relative)
