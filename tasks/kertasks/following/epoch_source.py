"""What is followed: something that tells epochs as it grows."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kertasks.errors import UserError
from kertasks.runs.event_file.events import Epoch

BOTH = (
    "A file of Keras's CSVLogger begins with a line of column names, one of them epoch "
    "(epoch,accuracy,loss,…); a TensorBoard folder has files named events.out.tfevents.… in it or "
    "in its folders."
)
"""What can be followed, for whoever gave something else."""


class NotALog(UserError):
    """A path is nothing that can be followed."""


class EpochSource(Protocol):
    """A log of a training that may grow, be begun anew or go away."""

    path: Path
    """What the run is read from: absolute, links resolved."""

    behind: bool
    """Whether the last ``read`` left something for the next one, because there was much."""

    noted: list[str]
    """What a person should know of what was read."""

    @property
    def started(self) -> float | None:
        """When the training that was read last began, Unix time in seconds; None where nothing
        says so."""

    def read(self) -> list[list[Epoch]]:
        """Read what is new.

        Returns:
            The epochs that the training goes on with, in their order: one whose number was told
            before takes the place of that one and of all after it. Each further list begins
            another training.
        """
