"""Random numbers of one's own: what is drawn in between leaves no trace."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import numpy as np


@contextlib.contextmanager
def own_seeds(seed: int | None = None) -> Iterator[None]:
    """Within it, layers that are made may draw seeds; afterwards nothing was drawn.

    Args:
        seed: what they draw them from; None for wherever the generators are. Keras's layers and
            initializers draw theirs from Python's generator.
    """
    states = random.getstate(), np.random.get_state()
    try:
        if seed is not None:
            random.seed(seed)
            np.random.seed(seed % 2**32)
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
