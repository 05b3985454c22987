"""``rows.npz``: the rows that a program trains on, in its run's folder, so that the network can be
looked at by another process and when the program is gone.

Plain arrays, private to the person: ``x``, ``y`` and, where rows are held out, ``x_validation`` and
``y_validation``; or ``why_not``, a text that says why they are not there.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kertasks.arrays.array_file import WrongArrays, headers, opened_arrays
from kertasks.data.splits import Split
from kertasks.errors import UserError
from kertasks.files import replacing
from kertasks.runs.folder import RunFolder
from kertasks.text.error_text import described
from kertasks.text.numbers import size
from kertasks.text.plain_text import one_line

MOST_BYTES = 100_000_000
"""Of all rows of a run together: MNIST's 60,000 pictures take half of it."""

_WHY_NOT = "why_not"
_MOST_TEXT = 1_000
"""Characters of a reason that are shown."""


class NoRowsKept(UserError):
    """A run's folder has no rows to look at its network by; the text says why."""


def too_large(train: Split, held_out: Split | None) -> str:
    """Why rows are not kept; empty where they are."""
    splits = [train] if held_out is None else [train, held_out]
    taken = sum(split.x.nbytes + split.y.nbytes for split in splits)
    if taken <= MOST_BYTES:
        return ""
    return f"its rows take {size(taken)}, and at most {size(MOST_BYTES)} are kept"


class KeptRows:
    """Writes the rows of one run, in a thread: the training need not wait for it.

    Args:
        path: of the file.
        tell: is told, in words, that they cannot be written.
    """

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._thread: threading.Thread | None = None

    def keep(self, train: Split, held_out: Split | None) -> None:
        """Write rows, of no more than ``MOST_BYTES``."""
        arrays = {"x": train.x, "y": train.y}
        if held_out is not None:
            arrays |= {"x_validation": held_out.x, "y_validation": held_out.y}
        self._begin(arrays)

    def say_why_not(self, why: str) -> None:
        """Write why there are none."""
        self._begin({_WHY_NOT: np.array(why)})

    def wait(self) -> None:
        """Wait until they are written."""
        if self._thread is not None:
            self._thread.join()

    def _begin(self, arrays: dict[str, Any]) -> None:
        self._thread = threading.Thread(
            target=self._write, args=(arrays,), name="rows", daemon=True
        )
        self._thread.start()

    def _write(self, arrays: dict[str, Any]) -> None:
        try:
            with replacing(self._path) as file:
                np.savez(file, allow_pickle=False, **arrays)
        except (OSError, ValueError) as error:
            self._tell(f"its rows cannot be kept to look at it later: {described(error)}")


def read_rows(run: RunFolder) -> tuple[Split, Split | None]:
    """The rows of a run, and those it held out. The file may be a stranger's.

    Raises:
        NoRowsKept: they are not there, or cannot be read.
    """
    try:
        known = headers(run.rows_path)
        if sum(math.prod(shape) * dtype.itemsize for shape, dtype in known.values()) > MOST_BYTES:
            raise NoRowsKept(f"{run.rows_path.name} holds more than is kept")
        with opened_arrays(run.rows_path) as arrays:
            if _WHY_NOT in known:
                raise NoRowsKept(one_line(str(arrays[_WHY_NOT]))[:_MOST_TEXT])
            train = _split(arrays, known, "x", "y")
            has_more = "x_validation" in known
            return train, _split(
                arrays, known, "x_validation", "y_validation"
            ) if has_more else None
    except WrongArrays as error:
        if not run.rows_path.exists():
            raise NoRowsKept("its rows are not in the run's folder") from error
        raise NoRowsKept(str(error)) from error


def _split(arrays: Any, known: Any, x: str, y: str) -> Split:
    if not {x, y} <= known.keys():
        raise NoRowsKept(f"rows.npz has no {x} and {y}")
    (of_x, kind_of_x), (of_y, kind_of_y) = known[x], known[y]
    is_numbers = {kind_of_x.kind, kind_of_y.kind} <= set("biuf")
    if not is_numbers or not of_x or of_x[:1] != of_y[:1] or not of_x[0]:
        raise NoRowsKept(f"{x} and {y} of rows.npz are no rows of numbers")
    return Split(arrays[x], arrays[y])
