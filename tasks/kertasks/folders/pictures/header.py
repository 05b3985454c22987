"""How large a picture says it is, and whether its file is whole, without decoding it.

Reads the outlines of PNG, JPEG, GIF and BMP as their specifications give them (PNG: W3C, third
edition, section 5; JPEG: ITU-T T.81, annex B; GIF: GIF89a; BMP: Microsoft's ``BITMAPINFOHEADER``).
What passes here may still not decode; what a decoder would need too much memory for never passes.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kertasks.files import open_regular, read_at_most
from kertasks.text.numbers import grouped

MOST_PIXELS = 89_478_485
"""Of one picture, as Pillow warns of what may be a decompression bomb: a quarter of a gigabyte in
colour. Of an animation, of all its pictures together."""

MOST_BYTES = 256 << 20
"""Of one file."""

_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""

_TAIL = 64
_LONG_TAIL = 1 << 20
"""Bytes at the end of a JPEG in which its end is looked for: first in a few, then in more."""


class BrokenPicture(Exception):
    """A file is no picture that can be read; the text says why in a few words."""


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a picture's file says of itself."""

    format: str
    width: int
    height: int
    colour: bool
    """Whether it can have colours; a GIF always."""


def read_header(path: Path) -> PictureHeader:
    """What a picture's file says of itself.

    Raises:
        BrokenPicture: it is none, is not whole, or is too large to be decoded.
    """
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            return header_of(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise BrokenPicture((error.strerror or "cannot be read").lower()) from error


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that may be a picture: of one that is too large more than are allowed,
    and not all.

    Raises:
        BrokenPicture: it cannot be read.
    """
    try:
        return read_at_most(path, MOST_BYTES + 1)
    except OSError as error:
        raise BrokenPicture((error.strerror or "cannot be read").lower()) from error


def header_of(file: BinaryIO, size: int) -> PictureHeader:
    """What the bytes of a picture say of it.

    Args:
        file: that can be sought in, at its start.
        size: bytes of it.

    Raises:
        BrokenPicture: as ``read_header``.
    """
    if size > MOST_BYTES:
        raise BrokenPicture(f"larger than {MOST_BYTES >> 20} MB")
    start = file.read(8)
    file.seek(0)
    try:
        if start == b"\x89PNG\r\n\x1a\n":
            found, pixels = _png(file)
        elif start.startswith(b"\xff\xd8\xff"):
            found, pixels = _jpeg(file, size)
        elif start[:6] in (b"GIF87a", b"GIF89a"):
            found, pixels = _gif(file)
        elif start.startswith(b"BM"):
            found, pixels = _bmp(file, size)
        else:
            raise BrokenPicture("no PNG, JPEG, GIF or BMP" if size else "empty")
    except (struct.error, IndexError) as error:
        raise BrokenPicture("not whole") from error
    if found.width < 1 or found.height < 1:
        raise BrokenPicture("no pixels")
    for count, whose in ((found.width * found.height, ""), (pixels, " of all its pictures")):
        if count > MOST_PIXELS:
            most = f"at most {grouped(MOST_PIXELS)} are read"
            raise BrokenPicture(f"too many pixels, {grouped(count)}{whose}; {most}")
    return found


def _read(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise BrokenPicture("not whole")
    return data


def _png(file: BinaryIO) -> tuple[PictureHeader, int]:
    file.seek(8)
    found: PictureHeader | None = None
    while True:
        length, kind = struct.unpack(">I4s", _read(file, 8))
        if kind == b"IHDR" and length >= 10:
            width, height, colour = struct.unpack(">IIxB", _read(file, 10))
            found = PictureHeader("PNG", width, height, colour & 2 > 0)
            file.seek(length - 10, os.SEEK_CUR)
        elif found is None:
            raise BrokenPicture("no picture")
        elif kind == b"IEND":
            return found, 0
        else:
            file.seek(length, os.SEEK_CUR)
        _read(file, 4)


def _jpeg(file: BinaryIO, size: int) -> tuple[PictureHeader, int]:
    file.seek(2)
    while True:
        if _read(file, 1) != b"\xff":
            raise BrokenPicture("no picture")
        marker = 0xFF
        while marker == 0xFF:
            marker = _read(file, 1)[0]
        if marker in _ALONE:
            continue
        (length,) = struct.unpack(">H", _read(file, 2))
        if marker in _START_OF_FRAME:
            height, width, channels = struct.unpack(">xHHB", _read(file, 6))
            break
        if marker in (0xD9, 0xDA) or length < 2:
            raise BrokenPicture("no picture")
        file.seek(length - 2, os.SEEK_CUR)
    file.seek(max(0, size - _TAIL))
    if b"\xff\xd9" not in file.read(_TAIL):
        # Some cameras write more behind the end; then it is somewhere before.
        file.seek(max(0, size - _LONG_TAIL))
        if b"\xff\xd9" not in file.read(_LONG_TAIL):
            raise BrokenPicture("not whole")
    return PictureHeader("JPEG", width, height, channels > 1), 0


def _gif(file: BinaryIO) -> tuple[PictureHeader, int]:
    file.seek(6)
    width, height, flags = struct.unpack("<HHB2x", _read(file, 7))
    file.seek(_colours(flags), os.SEEK_CUR)
    pictures = pixels = 0
    while True:
        kind = _read(file, 1)
        if kind == b";":
            break
        if kind == b"!":
            _read(file, 1)
        elif kind == b",":
            wide, high, flags = struct.unpack("<4xHHB", _read(file, 9))
            pictures += 1
            pixels += max(wide * high, width * height)
            file.seek(_colours(flags) + 1, os.SEEK_CUR)
        else:
            raise BrokenPicture("not whole")
        while length := _read(file, 1)[0]:
            file.seek(length, os.SEEK_CUR)
    if not pictures:
        raise BrokenPicture("no picture")
    return PictureHeader("GIF", width, height, True), pixels


def _colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _bmp(file: BinaryIO, size: int) -> tuple[PictureHeader, int]:
    offset, _, width, height, _, bits = struct.unpack("<10xIIiiHH", _read(file, 30))
    high = abs(height)
    if offset + (width * bits + 31) // 32 * 4 * high > size:
        raise BrokenPicture("not whole")
    return PictureHeader("BMP", width, high, bits > 1), 0
