"""Loads a file of arrays as a dataset."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.arrays.array_file import (
    WrongArrays,
    headers,
    opened_arrays,
    require_small,
    several_targets,
    single_targets,
)
from kertasks.arrays.own_arrays import Arrays, ArrayScaling
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.files import said_path
from kertasks.folders.pictures.loading import picture_sample
from kertasks.kinds import BaselineMethod
from kertasks.records import encode_record
from kertasks.tables.rows.data_file import require_unchanged

_FULL = np.float32(255)
_CHANNELS = (1, 3)


def load(data: Arrays, base: Path, seed: int) -> Dataset:
    """The rows of arrays. x: as they are, or float32; y: int32 classes or float32, (rows,).

    Raises:
        WrongArrays: the file has no such arrays, they do not fit each other, or hold a pickle.
        DataFileChanged: it is gone, or another than the one that was looked at.
    """
    path = said_path(base, data.path)
    require_unchanged(path, data)
    rows, targets = _pair(path, data, data.x, data.y)
    test: tuple[NDArray[Any], NDArray[Any]] | None = None
    if data.x_test:
        test = _pair(path, data, data.x_test, data.y_test)
        order = np.random.RandomState(seed).permutation(len(rows))
        rows, targets = rows[order], targets[order]
    elif data.test:
        rows, test_rows, targets, test_targets = _held_out(path, data, rows, targets, seed)
        test = test_rows, test_targets
    is_picture = len(data.shape) == 3 and data.shape[-1] in _CHANNELS
    full = 255 if rows.dtype == np.uint8 else 1
    classes = data.classes
    return Dataset(
        train=Split(rows, targets),
        test=Split(*test) if test else None,
        class_names=classes,
        target_name=data.y or "target",
        standardise_features=data.scaling is ArrayScaling.STANDARD and len(data.shape) == 1,
        sample=partial(picture_sample, classes, full) if is_picture and classes else None,
        baseline_methods=BaselineMethod.usual(data.kind),
        record=encode_record(data),
    )


def _pair(path: Path, data: Arrays, x_name: str, y_name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Features and targets of the same rows."""
    known = headers(path)
    for name in filter(None, (x_name, y_name)):
        if name not in known:
            raise WrongArrays(path, f"there is no array {name!r} in it; there are {[*known]}")
        require_small(path, name, *known[name])
    with opened_arrays(path) as arrays:
        x = np.asarray(arrays[x_name])
        y = np.asarray(arrays[y_name]) if y_name else x[:, -1]
    x = x if y_name else x[:, :-1]
    if len(x) != len(y) or not len(x):
        raise WrongArrays(path, f"{x_name} has {len(x)} rows, {y_name or 'target'} has {len(y)}")
    classes = bool(data.classes)
    targets = single_targets(y, classes=classes)
    if targets is None:
        raise WrongArrays(path, several_targets(y_name, y.shape, classes=classes))
    if x.dtype.kind not in "biuf" or x[0].size != np.prod(data.shape):
        raise WrongArrays(path, f"{x_name} has no rows of numbers of shape {data.shape}")
    x = x.reshape(len(x), *data.shape)
    if data.scaling is ArrayScaling.UNIT:
        x = x.astype(np.float32) / _FULL
    elif x.dtype.kind == "f" or x.dtype.itemsize > 1:
        x = x.astype(np.float32)
    return x, _targets(path, data, targets)


def _targets(path: Path, data: Arrays, y: NDArray[Any]) -> NDArray[Any]:
    if not data.classes:
        return y.astype(np.float32)
    places = {name: place for place, name in enumerate(data.classes)}
    found, which = np.unique(y, return_inverse=True)
    numbers = [places.get(label_text(value), -1) for value in found]
    if -1 in numbers:
        unknown = label_text(found[numbers.index(-1)])
        raise WrongArrays(path, f"{unknown!r} is none of the {len(places)} classes")
    return np.array(numbers, np.int32)[which]


def label_text(value: Any) -> str:
    """A label as a class is called: ``"3"`` of 3 and of 3.0."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bytes):
        return plain.decode(errors="replace")
    whole = isinstance(plain, float) and plain.is_integer()
    return str(int(plain) if whole or isinstance(plain, bool) else plain)


def _held_out(
    path: Path, data: Arrays, rows: NDArray[Any], targets: NDArray[Any], seed: int
) -> list[NDArray[Any]]:
    from sklearn.model_selection import train_test_split

    try:
        parts: list[NDArray[Any]] = train_test_split(
            rows,
            targets,
            test_size=data.test,
            random_state=seed,
            stratify=targets if data.classes else None,
        )
    except ValueError as error:
        raise WrongArrays(
            path,
            f"{100 * data.test:g} % of {len(rows)} rows cannot be held out of each class",
        ) from error
    return parts
