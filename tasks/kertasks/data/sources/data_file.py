"""One file that Keras publishes: its name, size, hash and address."""

from __future__ import annotations

from dataclasses import dataclass

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file Keras publishes."""

    name: str
    bytes: int
    algorithm: str
    """``"sha256"``, or ``"md5"`` where Keras has nothing better."""

    hash: str
    """In hexadecimal."""

    summary: str

    @property
    def address(self) -> str:
        """Where Keras publishes it."""
        return _ORIGIN + self.name
