"""Which trainings of a program are looked at once more as they end."""

from __future__ import annotations

_SHARE = 0.02
"""Of the time that a program has trained that all looks may take for one more."""


class EndLooks:
    """Counts what looks took in all trainings of a program. What the network of the first computes
    is looked at as it ends, however short it was; of a hundred that take a second each that is
    done where it is little beside them.
    """

    def __init__(self) -> None:
        self._count = 0
        self._trained = 0.0
        self._spent = 0.0

    def is_due(self, trained: float, spent: float) -> bool:
        """Whether one more is looked at as it ends.

        Args:
            trained: for how many seconds it was trained.
            spent: seconds that were spent on it already.
        """
        if not self._count:
            return True
        in_the_mean = self._spent / self._count
        return self._spent + spent + in_the_mean <= _SHARE * (self._trained + trained)

    def add(self, trained: float, spent: float) -> None:
        """Count a training that ended, the arguments as of ``is_due``."""
        self._count += 1
        self._trained += trained
        self._spent += spent
