"""What a host gets of a batch and what it gives back, and what hosts are to a training.

A host keeps nothing of a step: any of them, and one that begins in the middle of an epoch, computes
any part of any batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from kertasks.errors import UserError

Arrays: TypeAlias = tuple[NDArray[Any], ...]


class CannotShare(UserError):
    """A network cannot be trained by several hosts; the text says why."""


@dataclass(frozen=True, slots=True)
class Network:
    """All that a host has to know before the first batch."""

    file: bytes
    """The compiled model as Keras saves it, ``.keras``."""

    template: Any
    """How arrays make up what a step gets, as ``Structure`` has it."""

    arrays: tuple[tuple[str, tuple[int, ...]], ...]
    """Dtype and shape of a row of each array."""

    xla: bool
    """Whether XLA compiles what is computed."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one batch for one host."""

    arrays: Arrays
    """One for each array of the data, shape (rows, …)."""

    share: float
    """What the loss of these rows is multiplied by, so that the parts come to that of the batch."""

    share_of_rows: float
    """How much of the batch they are: what layers add to a loss is a mean over rows."""

    seeds: Arrays
    """The state of each generator that layers draw by, int64 (2,)."""


@dataclass(frozen=True, slots=True)
class PartSums:
    """What a part comes to."""

    gradients: Arrays
    """Of each weight that the loss depends on, to be summed up over the parts."""

    added: float
    """What layers add to the loss, likewise."""

    outputs: Arrays
    """What the network gives, one array for each of its outputs, shape (rows, …)."""

    seeds: Arrays
    """The state of each generator afterwards."""


class Hosts(Protocol):
    """Those that compute parts, wherever they are."""

    @property
    def wanted(self) -> int:
        """How many there are to be."""

    def begin(self, network: Network) -> None:
        """Have them ready for a network.

        Raises:
            CannotShare: one of them cannot be.
        """

    def count(self) -> int:
        """How many there are now: less where some are lost, more where one came back."""

    def compute(self, weights: Arrays, parts: Sequence[Part]) -> list[PartSums | None]:
        """Compute parts, each by another host.

        Args:
            weights: the trainable ones, in the order of the model.
            parts: at most as many as were counted last.

        Returns:
            What each comes to; None for one whose host was lost.

        Raises:
            Exception: whatever TensorFlow makes of the rows.
        """
