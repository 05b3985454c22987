"""What can go wrong with a data file, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kertasks.data.sources.source import DataFile
from kertasks.errors import UnknownName, UserError


class UnknownDataFile(UnknownName):
    """No task uses a file of the name that was given."""

    def __init__(self, name: str, allowed: Sequence[str]) -> None:
        super().__init__("data file", name, allowed)


class DataFileMissing(UserError):
    """A file is not in Keras's cache."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        super().__init__(
            f"the data file {name} is not here. With a network: kertui data get {name}. "
            f"Without: fetch {address} on another machine and put it into {folder}, "
            f"or give it to kertui data add FILE."
        )


class DataFileDamaged(UserError):
    """A file's hash is not the published one; it is not used."""

    def __init__(self, file: DataFile, path: Path, found: str) -> None:
        super().__init__(
            f"{path} is damaged and not used: it should be {file.name} with {file.algorithm} "
            f"{file.hash[:16]}…, but has {found[:16]}…. Fetch it again with kertui data get "
            f"{file.name}, or fetch {file.address} and give it to kertui data add FILE."
        )


class DownloadFailed(UserError):
    """A download that did not end with the published file; nothing is left of it."""

    def __init__(self, name: str, address: str, folder: Path, reason: str) -> None:
        super().__init__(
            f"could not download {name}: {reason}. Fetch {address} on a machine with a network "
            f"and put it into {folder}, or give it to kertui data add FILE."
        )
        self.name = name
        self.address = address
        self.folder = folder
        self.reason = reason


class DownloadCancelled(UserError):
    """The person stopped a download; nothing is left of it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the download of {name} was cancelled; nothing of it was kept.")
