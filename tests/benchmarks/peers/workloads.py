"""What every engine trains: rows, batch sizes and how many epochs; the networks are the engines'.

The rows are those of kertasks's own tasks where it has one. Nothing is validated, because not every
engine can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """What is learned from."""

    x: NDArray[np.float32]
    """Shape (rows, …)."""

    y: NDArray[Any]
    """Shape (rows,): float32 numbers, or int32 classes."""

    origin: str = ""
    """Said below the table, where the rows are not those of the name."""

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file for the engines' processes."""
        np.savez(path, x=self.x, y=self.y)

    @staticmethod
    def read(path: Path) -> Rows:
        """What ``save`` wrote."""
        with np.load(path) as arrays:
            return Rows(arrays["x"], arrays["y"])


@dataclass(frozen=True)
class Workload:
    """One line of the table."""

    name: str
    title: str
    batch_size: int
    load: Callable[[], Rows]
    few_epochs: int
    """A short run of ``kertasks.fit``, which is not told how to compile."""

    many_epochs: int
    """A long one."""

    quick_rows: int | None = None
    """How many rows are enough for a look."""


def _of_task(task: str, recipe_name: str, rows: int) -> Rows:
    import kertasks

    found = kertasks.find_task(task)
    recipe = found.recipes[recipe_name]
    data = found.load(recipe.data.variant, seed=recipe.seed)
    return Rows(data.train.x[:rows], data.train.y[:rows])


def _boston() -> Rows:
    """A fold's training rows, or random ones of their shape where the file is not here."""
    from kertasks.data.sources.source import DataFileMissing

    try:
        return _of_task("boston", "book fold", 303)
    except DataFileMissing:
        random = np.random.default_rng(0)
        x = random.standard_normal((303, 13), np.float32)
        return Rows(x, 22 + 5 * x[:, 0], "random numbers of boston's shape")


def _sequences() -> Rows:
    random = np.random.default_rng(0)
    x = random.standard_normal((2_000, 40, 1), np.float32)
    return Rows(x, (x[:, :, 0].sum(axis=1) > 0).astype(np.int32))


def _pictures() -> Rows:
    random = np.random.default_rng(0)
    y = random.integers(10, size=12_000, dtype=np.int32)
    x = random.random((12_000, 28, 28, 1), np.float32)
    x[np.arange(12_000), 2 * y] += 1  # a bright line, at a height of its own for each class
    return Rows(x, y)


WORKLOADS = (
    Workload("xor", "xor", 1, lambda: _of_task("xor", "answer", 4), 400, 5_000),
    Workload(
        "square",
        "square, 8,000 rows",
        256,
        lambda: _of_task("square", "answer", 8_000),
        60,
        3_000,
    ),
    Workload("boston", "boston, batch 1", 1, _boston, 20, 500),
    Workload("lstm", "LSTM, 2,000 x 40", 64, _sequences, 3, 50),
    Workload(
        "digits",
        "digits, convolutions",
        32,
        lambda: _of_task("digits", "convolutions", 1_149),
        12,
        60,
    ),
    Workload(
        "mnist",
        "MNIST-like, convolutions, 12,000",
        32,
        _pictures,
        10,
        20,
        quick_rows=1_200,
    ),
)


def find_workload(name: str) -> Workload:
    """The workload of a name.

    Raises:
        KeyError: there is none.
    """
    return {workload.name: workload for workload in WORKLOADS}[name]
