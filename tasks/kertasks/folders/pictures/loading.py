"""Loads a folder of pictures: decoded once, then read from the cache folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ImageSample
from kertasks.data.described.samples import class_label
from kertasks.data.folds.fold import Fold
from kertasks.data.folds.folding import Places
from kertasks.data.rows.kept_rows import keep_rows
from kertasks.data.splits import Split
from kertasks.files import said_path
from kertasks.folders.class_folders import (
    PICTURE_ENDINGS,
    TEST,
    TRAIN,
    VALIDATION,
    ClassFiles,
    find_files,
    tell_left_out,
)
from kertasks.folders.folder_digest import content_digest
from kertasks.folders.part_places import places_of_parts, with_fold
from kertasks.folders.pictures.decoding import decode_all, decode_picture, dtype_of
from kertasks.folders.pictures.picture_folder import (
    PictureFolder,
    PixelScaling,
    decode_folder,
)
from kertasks.kinds import BaselineMethod
from kertasks.records import encode_record
from kertasks.text.plain_text import one_line

_IN_MEMORY = 1 << 30
"""Bytes of pictures that are put in the order of their splits in memory; more in a file."""

_LUMA = np.array([0.2989, 0.5870, 0.1140])
"""Of red, green and blue, as ``tf.image.rgb_to_grayscale`` weighs them (ITU-R BT.601)."""

_VERSION = 2
"""Another one once pictures are decoded otherwise."""


def load(data: PictureFolder, base: Path, seed: int, fold: Fold | None = None) -> Dataset:
    """The pictures of a folder.

    x: (rows, height, width, channels), float32 from 0 to 1 or uint8. y: int32 (rows,).

    Raises:
        WrongFolder: the folder is not there or holds no classes.
        TooFewFiles: a class has too few pictures that can be decoded.
        CannotFold: a class has fewer than there are folds.
        NoRoomForRows: they fit nowhere.
    """
    folder = said_path(base, data.path)
    files = find_files(folder, PICTURE_ENDINGS, data.classes)
    decoded = _decode(folder, files, data)
    labels = np.array([file.label for file in files.files], np.int32)[decoded.good]
    parts = [files.files[place].part for place in decoded.good]
    places = places_of_parts(parts, labels, data.classes, TEST in files.parts, data.test, seed)
    places = with_fold(places, labels, data.classes, fold, seed)
    of_fold = [] if fold is None else [str(fold)]
    train, validation, test = (
        _split(decoded, places[part], labels, " ".join([part, str(seed), *of_fold]))
        for part in (TRAIN, VALIDATION, TEST)
    )
    seen = msgspec.structs.replace(data, digest=decoded.digest, rows=len(decoded.good))
    return replace(
        without_rows(seen),
        train=train,
        validation=validation if validation.rows else None,
        test=test if test.rows else None,
    )


def restored(kept: str | bytes) -> Dataset:
    """The dataset without its rows, of what a run keeps of its folder.

    Raises:
        ValueError: it is none of such a folder.
    """
    return without_rows(decode_folder(kept))


def without_rows(data: PictureFolder) -> Dataset:
    """A dataset of no rows that says all else: what it takes to build a network and to ask it."""
    names = tuple(one_line(name) for name in data.classes)
    shape = 0, data.height, data.width, data.channels
    return Dataset(
        train=Split(np.zeros(shape, dtype_of(data)), np.zeros(0, np.int32)),
        class_names=names,
        target_name="class",
        sample=partial(picture_sample, names, 1 if data.scaling is PixelScaling.UNIT else 255),
        read_file=partial(decode_picture, data=data),
        baseline_methods=BaselineMethod.usual(data.kind),
        statistics=encode_record(data),
    )


@dataclass(frozen=True, slots=True)
class _Decoded:
    rows: NDArray[Any]
    """Of every file, zeros where it is broken."""

    good: Places
    """Which are not, ascending."""

    digest: str
    """Of what the files held."""

    key: str


def _decode(folder: Path, files: ClassFiles, data: PictureFolder) -> _Decoded:
    size = len(files.files), data.height, data.width, data.channels
    key = f"pictures {_VERSION} {folder.absolute()} {files.state} {data.scaling}"
    paths = [folder / file.name for file in files.files]

    def fill(rows: NDArray[Any]) -> dict[str, Any]:
        broken: dict[str, str] = {}
        contents = []
        for place, found in enumerate(decode_all(paths, data)):
            contents.append(found.content)
            if found.picture is None:
                broken[str(place)] = found.why
            else:
                rows[place] = found.picture
        return {"broken": broken, "digest": content_digest(files, contents)}

    kept = keep_rows(key, size, dtype_of(data), fill)
    broken = {int(place): why for place, why in kept.note["broken"].items()}
    tell_left_out(files, broken)
    is_good = np.ones(len(paths), np.bool_)
    is_good[list(broken)] = False
    return _Decoded(kept.rows, np.flatnonzero(is_good), kept.note["digest"], key)


def _split(decoded: _Decoded, places: Places, labels: NDArray[np.int32], key: str) -> Split:
    """Some of the pictures in an order.

    Args:
        decoded: all of them.
        places: which, among the good ones.
        labels: of the good ones.
        key: says what decides the order.
    """
    rows = decoded.good[places]
    shape = len(rows), *decoded.rows.shape[1:]
    if len(rows) * decoded.rows[:1].nbytes <= _IN_MEMORY:
        return Split(np.asarray(decoded.rows[rows]), labels[places])

    def fill(found: NDArray[Any]) -> None:
        step = 4_096
        for first in range(0, len(rows), step):
            found[first : first + step] = decoded.rows[rows[first : first + step]]

    kept = keep_rows(f"{decoded.key} {key}", shape, decoded.rows.dtype, fill)
    return Split(kept.rows, labels[places])


def picture_sample(
    class_names: tuple[str, ...], full: float, split: Split, row: int
) -> ImageSample:
    """A row as a picture in grey, whatever its colours.

    Args:
        class_names: the labels.
        full: the value of a full pixel.
        split: with x of shape (rows, height, width, channels).
        row: of the split.
    """
    pixels = split.x[row].astype(float) / full
    grey = pixels @ _LUMA if pixels.shape[-1] == len(_LUMA) else pixels[..., 0]
    return ImageSample(
        label=class_label(class_names, split.y[row]),
        pixels=tuple(tuple(map(float, line)) for line in np.clip(grey, 0, 1)),
    )
