"""Texts as the numbers of their words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Texts:
    """The word numbers of several texts, end to end: two bytes a word, not a Python int."""

    numbers: NDArray[np.uint16]
    """Shape (words of all texts,)."""

    ends: NDArray[np.int64]
    """Where each text ends, shape (texts,)."""

    def __getitem__(self, row: int) -> NDArray[np.uint16]:
        """The word numbers of one text."""
        start = int(self.ends[row - 1]) if row else 0
        return self.numbers[start : int(self.ends[row])]

    def __len__(self) -> int:
        return len(self.ends)
