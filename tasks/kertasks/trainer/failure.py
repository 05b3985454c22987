"""What goes wrong in a training, in a sentence for the person. Runs in the trainer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import keras
import tensorflow as tf

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_log import EventLog
from kertasks.runs.events import Notice
from kertasks.text.error_text import described


class WriteTrouble:
    """Tells that a file cannot be written, once and not at every try: a full disk may have room
    again later, and the training goes on.

    Args:
        log: told with a ``notice``.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.lasts = False
        """Whether the last try failed."""

    @contextmanager
    def told(self, what: str, what_follows: str) -> Iterator[None]:
        """Catch an ``OSError`` of the block, and tell of the first one in a row.

        Args:
            what: begins the sentence that ends with the reason.
            what_follows: the sentence after it.
        """
        try:
            yield
        except OSError as error:
            if not self.lasts:
                why = error.strerror or type(error).__name__
                self._log.add(Notice(time.time(), f"{what}: {why}. {what_follows}"))
            self.lasts = True
        else:
            self.lasts = False


def describe_failure(error: BaseException, doing: str, recipe: Recipe) -> str:
    """One or two sentences: what it was doing, what went wrong and what may help.

    Args:
        error: what was raised.
        doing: for example ``"building the network"``.
        recipe: what was trained.
    """
    if is_out_of_memory(error):
        batch = recipe.fit.batch_size
        smaller = f"A smaller batch (now {batch}), narrower" if batch > 1 else "Narrower"
        return f"out of memory while {doing}. {smaller} layers or fewer of them need less."
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        file = f" ({error.filename})" if error.filename else ""
        return f"{doing} failed: {error.strerror}{file}."
    callback = _callback_in(error.__traceback__)
    if callback is not None:
        doing = f"the callback {callback}, while {doing},"
    return f"{doing} failed: {described(error)}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory, the machine's or the device's, was too small."""
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return True
    said = str(error)
    return "RESOURCE_EXHAUSTED" in said or "Out of memory" in said or "OOM when" in said


def _callback_in(traceback: TracebackType | None) -> str | None:
    """The class of the Keras callback whose own hook raised, if one did."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        owner = frame.f_locals.get("self")
        is_callback = isinstance(owner, keras.callbacks.Callback)
        is_list = isinstance(owner, keras.callbacks.CallbackList)
        if is_callback and not is_list and frame.f_code.co_name.startswith("on_"):
            found = type(owner).__name__
        traceback = traceback.tb_next
    return found
