"""Where in a program a training is under way: Keras's list of callbacks, and the call of ``fit``.

This reaches into Keras and CPython, and nobody else here does: ``CallbackList._async_train`` and
``_async_test`` (Keras 3) say whether hooks of batches are called in threads of their own,
``Model._distribute_strategy`` on how many devices TensorFlow trains, and ``sys._current_frames``
says what a thread is doing. Where one of them is missing, less is known and nothing breaks.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import FrameType

import keras


@dataclass(slots=True)
class FitCall:
    """One call of ``fit`` that is under way."""

    thread: int
    """The number of the thread that trains, as ``threading.get_ident`` says."""

    frame: FrameType | None
    """Of the call; None where it was not found."""

    callbacks: keras.callbacks.CallbackList | None
    """Who calls the hooks; None where it was not found."""

    _async_train: bool = field(init=False)
    _async_test: bool = field(init=False)

    def __post_init__(self) -> None:
        self._async_train = bool(getattr(self.callbacks, "_async_train", False))
        self._async_test = bool(getattr(self.callbacks, "_async_test", False))

    def is_under_way(self) -> bool:
        """Whether the call has not been left, by its end or by an error. A long one costs some
        microseconds."""
        if self.frame is None:
            return True
        frame = sys._current_frames().get(self.thread)
        while frame is not None and frame is not self.frame:
            frame = frame.f_back
        return frame is not None

    def call_at_once(self, at_once: bool) -> None:
        """Have hooks of batches called in the thread that trains, which waits for them; or in
        threads beside it, where Keras may do so.

        Keras waits for what a batch has computed where it calls them at once: a program keeps its
        pace as long as nobody asks for anything.
        """
        callbacks = self.callbacks
        if callbacks is None:
            return
        callbacks._async_train = self._async_train and not at_once
        callbacks._async_test = self._async_test and not at_once


def fit_call(thread: int) -> FitCall:
    """The training whose hook calls this, in that thread."""
    callbacks = None
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, keras.callbacks.CallbackList):
            callbacks = owner
        elif isinstance(owner, keras.Model) and frame.f_code.co_name == "fit":
            break
        frame = frame.f_back
    return FitCall(thread, frame, callbacks)


def is_distributed(model: keras.Model) -> bool:
    """Whether TensorFlow keeps a network's variables for several devices at once."""
    return getattr(model, "_distribute_strategy", None) is not None
