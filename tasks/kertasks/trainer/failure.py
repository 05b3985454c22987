"""Why a training could not go on, in a sentence for the person. Runs in the trainer."""

from __future__ import annotations

import re
from types import TracebackType

import keras
import tensorflow as tf

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe


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
    return f"{doing} failed: {first_line(error)}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory, the machine's or the device's, was too small."""
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return True
    said = str(error)
    return "RESOURCE_EXHAUSTED" in said or "Out of memory" in said or "OOM when" in said


def first_line(error: BaseException) -> str:
    """The error's class and the first line of what it says, without terminal codes."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    line = next((line.strip() for line in said.splitlines() if line.strip()), "")
    # TensorFlow's graph errors begin with where, and say what after it.
    if line.startswith("Graph execution error") or line.startswith("Exception encountered"):
        later = [text.strip() for text in said.splitlines()[1:] if text.strip()]
        line = later[-1] if later else line
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


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
