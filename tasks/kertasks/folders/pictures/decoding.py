"""Pictures as arrays, by TensorFlow, which a trainer has anyway and a script of plain Keras too.

Keras's own ``load_img`` needs Pillow, which kertui does without. ``decode_image`` is what Keras's
``image_dataset_from_directory`` reads with, so that a script of plain Keras gets the same pixels.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.folders.folder_digest import hash_of
from kertasks.folders.pictures.header import BrokenPicture, header_of, read_bytes
from kertasks.folders.pictures.picture_folder import PictureFolder, PixelScaling

_THREADS = min(4, os.cpu_count() or 1)
"""At most a gigabyte of decoded pictures at once, by ``MOST_PIXELS``."""

_AHEAD = 16


def dtype_of(data: PictureFolder) -> np.dtype[Any]:
    """What a cell is to the network."""
    return np.dtype(np.float32 if data.scaling is PixelScaling.UNIT else np.uint8)


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """What came of one file."""

    picture: NDArray[Any] | None
    """None where it is broken."""

    why: str
    """Why it is."""

    content: bytes
    """The hash of what it holds; empty where it cannot be read."""


def decode_picture(path: Path, data: PictureFolder) -> NDArray[Any]:
    """The picture of a file as the network's input, shape (height, width, channels).

    Raises:
        BrokenPicture: it cannot be decoded.
    """
    return decode_bytes(read_bytes(path), data)


def decode_bytes(found: bytes, data: PictureFolder) -> NDArray[Any]:
    """The picture that bytes are, as ``decode_picture`` gives it.

    Raises:
        BrokenPicture: they cannot be decoded.
    """
    import tensorflow as tf

    header_of(BytesIO(found), len(found))
    try:
        with tf.device("CPU:0"):
            # With its own channels: TensorFlow decodes no GIF in grey.
            picture = tf.io.decode_image(found, expand_animations=False)
            high, wide, channels = picture.shape
            # Averaging takes every pixel of a larger picture into account, for a smaller one it
            # would draw blocks.
            shrinks = high >= data.height and wide >= data.width
            method = "area" if shrinks else "bilinear"
            picture = tf.image.resize(picture, (data.height, data.width), method)
            picture = picture[..., : 1 if channels < 3 else 3]  # without what is transparent
            if data.colour and channels < 3:
                picture = tf.image.grayscale_to_rgb(picture)
            elif not data.colour and channels >= 3:
                picture = tf.image.rgb_to_grayscale(picture)
            if data.scaling is PixelScaling.UNIT:
                scaled: NDArray[Any] = (picture / 255).numpy()
                return scaled
            rounded: NDArray[Any] = tf.cast(tf.round(picture), tf.uint8).numpy()
            return rounded
    except (tf.errors.OpError, ValueError) as error:
        raise BrokenPicture("cannot be decoded") from error


def decode_all(paths: Sequence[Path], data: PictureFolder) -> Iterator[DecodedFile]:
    """What came of each file, a few at a time, in their order."""

    def decode(path: Path) -> DecodedFile:
        content = b""
        try:
            found = read_bytes(path)
            content = hash_of(found)
            return DecodedFile(decode_bytes(found, data), "", content)
        except BrokenPicture as error:
            return DecodedFile(None, str(error), content)

    with ThreadPoolExecutor(_THREADS) as pool:
        for first in range(0, len(paths), _AHEAD):
            some: Iterable[Path] = islice(paths, first, first + _AHEAD)
            yield from pool.map(decode, some)
