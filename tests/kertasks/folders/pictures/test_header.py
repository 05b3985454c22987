"""What a picture's file says of itself; broken ones, and those that would fill the memory."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from tests.support.picture_files import png

from kertasks.folders.pictures.header import BrokenPicture, PictureHeader, header_of, read_header

PNG = png(np.zeros((3, 5), np.uint8))
BMP = b"BM" + struct.pack(
    "<IIIIiiHHIIIIII", 54 + 16 * 3, 0, 54, 40, 5, -3, 1, 24, 0, 48, 0, 0, 0, 0
)


def gif(width: int, height: int, pictures: int) -> bytes:
    one = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2\2\x4c\1\0"
    colours = b"\0\0\0\xff\xff\xff"
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + colours
        + one * pictures
        + b";"
    )


def huge(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header
    data = zlib.compress(b"\0" * 1_000)
    return start + b"crc!" + struct.pack(">I", len(data)) + b"IDAT" + data + b"crc!\0\0\0\0IENDcrc!"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picture"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (PNG, PictureHeader("PNG", 5, 3, False)),
        (BMP + bytes(48), PictureHeader("BMP", 5, 3, True)),
        (gif(5, 3, 2), PictureHeader("GIF", 5, 3, True)),
    ],
)
def test_sizes_are_read_whatever_the_file_is_called(
    path: Path, data: bytes, found: PictureHeader
) -> None:
    path.write_bytes(data)
    assert read_header(path) == found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"a text, in truth", "no PNG, JPEG, GIF or BMP"),
        (PNG[:-20], "not whole"),
        (PNG[:20], "not whole"),
        (BMP + bytes(20), "not whole"),
        (gif(5, 3, 1)[:-3], "not whole"),
        (b"\xff\xd8\xff\xe0", "not whole"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x03\x00\x05\x03" + bytes(30), "not whole"),
        (
            huge(60_000, 60_000),
            "too many pixels, 3 600 000 000; at most 89 478 485 are read",
        ),
        (
            gif(5_000, 5_000, 40),
            "too many pixels, 1 000 000 000 of all its pictures; at most 89 478 485 are read",
        ),
        (huge(0, 5), "no pixels"),
    ],
)
def test_what_is_no_picture_or_a_bomb_says_so(path: Path, data: bytes, said: str) -> None:
    path.write_bytes(data)
    with pytest.raises(BrokenPicture) as error:
        read_header(path)
    assert str(error.value) == said


def test_nobody_waits_for_a_pipe(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(BrokenPicture, match="not a regular file"):
        read_header(path)


def test_the_end_of_a_long_jpeg_is_looked_for_at_its_end() -> None:
    start = b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 8, 8, 3, 5, 1)
    end = b"\xff\xd9"

    class Counted(io.BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.read_bytes += len(found)
            return found

    for behind, is_whole in ((1 << 19, True), (3 << 20, False)):
        data = start + bytes(4 << 20) + end + bytes(behind)
        file = Counted(data)
        if is_whole:
            assert header_of(file, len(data)) == PictureHeader("JPEG", 5, 3, False)
        else:
            with pytest.raises(BrokenPicture, match="not whole"):
                header_of(file, len(data))
        assert file.read_bytes < 2 << 20
