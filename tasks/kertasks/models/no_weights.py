"""Networks that are only looked at: their layers are made, and no weight is given memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras.src.backend.common import global_state

_WAITING = "uninitialized_variables"


@contextmanager
def no_weights() -> Iterator[None]:
    """Inside, no variable is given memory.

    Keras 3.15 keeps a list of variables that wait for their values, and has no public way to
    say that they never get one; without this the list would hold every layer ever checked.
    TensorFlow 2.21 besides keeps some 30 KB for every variable it ever made, even when it is
    long gone, so a process that checks at every key must not make any.
    """
    before = list(global_state.get_global_attribute(_WAITING) or [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute(_WAITING, before)
