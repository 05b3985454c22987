"""Pictures and texts on disk, for tasks of folders."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def png(pixels: NDArray[np.uint8]) -> bytes:
    """The bytes of a PNG of pixels, shape (height, width) or (height, width, 3)."""
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    colour = 2 if pixels.ndim == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def write_pictures(
    folder: Path, classes: tuple[str, ...] = ("dark", "light"), each: int = 12, side: int = 8
) -> Path:
    """Pictures of one brightness a class with noise in them, so that a network can tell them."""
    random = np.random.default_rng(0)
    for place, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            level = 40 + 170 * place // max(1, len(classes) - 1)
            noise = random.integers(-30, 30, (side, side))
            path = folder / name / f"{name}-{number:02}.png"
            path.write_bytes(png(np.clip(level + noise, 0, 255).astype(np.uint8)))
    return folder


def write_texts(folder: Path, each: int = 12) -> Path:
    """Texts of two classes that a few words tell apart."""
    random = np.random.default_rng(0)
    shared = ["the", "film", "was", "about", "a", "house", "and", "a", "man", "who"]
    for name, own in (("bad", ("dull", "awful", "boring")), ("good", ("moving", "superb", "fun"))):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            words = [*random.choice(shared, 8), *random.choice(own, 2)]
            (folder / name / f"{number:02}.txt").write_text(" ".join(words) + ".\n")
    return folder
