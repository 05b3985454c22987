"""What was seen in a folder, for who decides what becomes of it: plain records without NumPy."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder

FolderData: TypeAlias = PictureFolder | TextFolder


class ClassCount(msgspec.Struct, frozen=True):
    """How many files a class has that seem whole."""

    name: str
    """Without control characters."""

    train: int = 0
    validation: int = 0
    test: int = 0

    @property
    def files(self) -> int:
        """Of the class, in all parts."""
        return self.train + self.validation + self.test


class SizeCount(msgspec.Struct, frozen=True):
    """How many pictures have a size."""

    width: int
    height: int
    files: int


class LeftOutFile(msgspec.Struct, frozen=True):
    """A file that is not counted."""

    name: str
    """Its path in the folder, without control characters."""

    why: str


class FolderLook(msgspec.Struct, frozen=True):
    """What a folder is, what it can be made, and what is wrong with that."""

    data: FolderData
    """As it will be used: what was found, and what a person said otherwise."""

    classes: tuple[ClassCount, ...]
    parts: tuple[str, ...] = ()
    """The folders above those of the classes: ``train``, ``validation``, ``test``."""

    sizes: tuple[SizeCount, ...] = ()
    """Of pictures, the most frequent first, at most twelve."""

    left_out: tuple[LeftOutFile, ...] = ()
    """The first files that are not counted."""

    left_out_count: int = 0
    problems: tuple[str, ...] = ()
    """Why it cannot be trained as it stands, a sentence each; empty where it can."""

    warnings: tuple[str, ...] = ()
    """What a person should know: the same file in two places, few files of a class."""

    recipe: str = ""
    """The name of the recipe that is suggested."""
