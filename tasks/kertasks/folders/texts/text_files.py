"""The texts of files: those that are none are named, and many are not all kept in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kertasks.files import read_at_most
from kertasks.folders.folder_digest import hash_of

MOST_BYTES = 16 << 20
"""Of one file: a long novel has a tenth of it."""

_KEPT = 256 << 20
"""Characters of all texts that are kept in memory; of more, files are read again when needed."""


class BrokenText(Exception):
    """A file is no text that can be read; the text says why in a few words."""


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without a byte-order mark.

    Raises:
        BrokenText: it is none.
    """
    return _text_of(_read_bytes(path))


def _read_bytes(path: Path) -> bytes:
    try:
        return read_at_most(path, MOST_BYTES + 1)
    except OSError as error:
        raise BrokenText((error.strerror or "cannot be read").lower()) from error


def _text_of(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BrokenText(f"larger than {MOST_BYTES >> 20} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenText("not in UTF-8") from error
    if "\0" in text:
        raise BrokenText("no text: there are zero bytes in it")
    if not text.strip():
        raise BrokenText("empty")
    return text


class TextFiles:
    """The texts of some files, in their order; a broken one is an empty text.

    Args:
        paths: of the files, all of which are read once now.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self.broken: dict[int, str] = {}
        """Why a file is no text, by its place."""

        self.contents: list[bytes] = []
        """The hash of what each file holds; empty where it cannot be read."""

        self._kept: list[str] | None = []
        characters = 0
        for place, path in enumerate(paths):
            content = b""
            try:
                data = _read_bytes(path)
                content = hash_of(data)
                text = _text_of(data)
            except BrokenText as error:
                self.broken[place] = str(error)
                text = ""
            self.contents.append(content)
            characters += len(text)
            if characters > _KEPT:
                self._kept = None
            if self._kept is not None:
                self._kept.append(text)

    @property
    def are_kept(self) -> bool:
        """Whether they are all in memory."""
        return self._kept is not None

    def of(self, places: Sequence[int]) -> Iterator[str]:
        """The texts at these places, in this order."""
        for place in places:
            if self._kept is not None:
                yield self._kept[place]
            else:
                try:
                    yield read_text(self._paths[place])
                except BrokenText:  # since it was read first
                    yield ""
