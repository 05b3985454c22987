"""What goes wrong in a training, in a sentence for the person. Runs in the trainer."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import keras

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Notice
from kertasks.runs.event_file.spool import write_or_spool
from kertasks.text.error_text import described

_OUT_OF_MEMORY = ("ResourceExhaustedError", "OutOfMemoryError")
"""What TensorFlow and PyTorch call it; JAX says it in words."""


class WriteTrouble:
    """Writes a file of a run again and again, and tells that it cannot be written once and not at
    every try: a full disk may have room again later, and the training goes on.

    Args:
        log: told with a ``notice``.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._told = False
        self.lasts = False
        """Whether the last try failed, in the file's place and in the spool."""

        self.spooled = False
        """Whether the last try wrote it into the spool."""

        self.error: OSError | None = None
        """Why it could not be written in its place at the last try."""

    def write(
        self,
        run: Path,
        path: Path,
        write: Callable[[Path], None],
        what: str,
        what_follows: str,
    ) -> None:
        """Write a file in its place or in the spool.

        Args:
            run: the run's folder.
            path: the file's place in it.
            write: writes it at the path it is given, whole or not at all.
            what: cannot be done, in words.
            what_follows: the sentence after it, where it is not in the spool either.
        """
        try:
            self.error = write_or_spool(run, path, write)
            self.lasts, self.spooled = False, self.error is not None
        except OSError as error:
            self.error, self.lasts, self.spooled = error, True, False
        if self.error is not None and not self._told:
            if self.spooled:
                what_follows = "It is kept in kertui's cache folder until it can."
            said = f"{reason_of(self.error)}: {what} in the run's folder. {what_follows}"
            self._log.add(Notice(time.time(), said))
        self._told = self.error is not None


def reason_of(error: OSError) -> str:
    """Why a file cannot be written, in the system's words."""
    if error.strerror:
        return error.strerror
    # The library that writes weights has the words within a longer text of its own.
    number = re.search(r"errno = (\d+)", str(error))
    return os.strerror(int(number[1])) if number else described(error)


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
        return "; ".join(str(error).splitlines())
    if isinstance(error, OSError) and (error.strerror or "errno" in str(error)):
        file = f" ({error.filename})" if error.filename else ""
        return f"{doing} failed: {reason_of(error)}{file}."
    callback = _callback_in(error.__traceback__)
    if callback is not None:
        doing = f"the callback {callback}, while {doing},"
    return f"{doing} failed: {described(error)}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory, the machine's or the device's, was too small."""
    if isinstance(error, MemoryError) or type(error).__name__ in _OUT_OF_MEMORY:
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
