"""Looks at a file of arrays: what is in it, and what it can be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kertasks.arrays.array_facts import facts
from kertasks.arrays.array_file import (
    WrongArrays,
    headers,
    opened_arrays,
    require_small,
    several_targets,
    single_targets,
)
from kertasks.arrays.array_loading import label_text
from kertasks.arrays.arrays_look import ArrayCells, ArraysLook
from kertasks.arrays.own_arrays import ONLY, Arrays, row_shape, usual_scaling
from kertasks.tables.file_digest import file_digest
from kertasks.templates.fitted_recipes import recipes_for
from kertasks.text.plain_text import one_line

MOST_CLASSES = 1_000
"""Whole numbers of more different values are numbers to predict."""

_FEW = 20
"""Different values of a number of decimals up to which it is a class, where all are whole."""

_NUMBERS = "biuf"
"""Kinds of NumPy's dtypes."""

_MOST_BYTES = 128 << 20
"""Of an array that nobody said is the target, up to which its classes are looked for."""

_PAIRS = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("X_train", "y_train", "X_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
    ("x", "y", "", ""),
    ("X", "y", "", ""),
    ("data", "target", "", ""),
    ("images", "labels", "", ""),
    ("features", "labels", "", ""),
)
"""What arrays are called in files of Keras, scikit-learn and others."""

Headers = Mapping[str, tuple[tuple[int, ...], np.dtype[Any]]]


def look(path: str | Path, data: Arrays | None = None) -> ArraysLook:
    """Look at a file of arrays.

    Args:
        path: of the file.
        data: what a person made of it; None to have all of it suggested.

    Raises:
        WrongArrays: it is no such file, or holds nothing that could be features and targets.
    """
    path = Path(path)
    known = headers(path)
    said = data or _suggested(path, known)
    for name in (said.x, said.y, said.x_test, said.y_test):
        if name and name not in known:
            raise WrongArrays(path, f"there is no array {name!r} in it; there are {[*known]}")
        if name:
            require_small(path, name, *known[name])
    with opened_arrays(path) as arrays:
        y = _targets(arrays, said)
        own = said.y or said.x
        labels = {own: _classes(single_targets(y, classes=True))} | {
            name: _classes(single_targets(arrays[name], classes=True))
            for name, header in known.items()
            if name != own and _may_be_targets(*header)
        }
    classes, scaling = said.classes, said.scaling
    if data is None:
        classes = labels[own]
        scaling = usual_scaling(str(known[said.x][1]), said.shape)
    digest, size = file_digest(path)
    said = msgspec.structs.replace(
        said, classes=classes, scaling=scaling, digest=digest, bytes=size, rows=len(y)
    )
    rows = known[said.x][0][0]
    problems = [*_misfits(said, known)]
    if rows != len(y):
        problems.append(f"{said.x} has {rows} rows, {said.y} has {len(y)}")
    targets = single_targets(y, classes=bool(classes))
    if targets is None:
        problems.append(several_targets(own, y.shape, classes=bool(classes)))
    counts = _counts(targets, classes)
    for name, count in zip(classes, counts, strict=True):
        if targets is not None and count < 2:
            problems.append(f"the class {name} has {count} row{'' if count == 1 else 's'}")
    if len(classes) == 1:
        problems.append(f"there is one class, {classes[0]}; wanted: two or more")
    return ArraysLook(
        data=said,
        arrays=tuple(
            ArrayCells(one_line(name), shape, str(dtype), labels.get(name, ()))
            for name, (shape, dtype) in known.items()
        ),
        class_rows=counts,
        problems=tuple(problems),
        recipe="" if problems else recipes_for("", facts(said))[0].name,
    )


def _suggested(path: Path, known: Headers) -> Arrays:
    if [*known] == [ONLY] and len(known[ONLY][0]) == 2 and known[ONLY][0][1] > 1:
        return Arrays(str(path), ONLY, (known[ONLY][0][1] - 1,))
    for x, y, x_test, y_test in [*_PAIRS, *_by_rows(known)]:
        if x in known and y in known and len(known[x][0]) > 0:
            test = (x_test, y_test) if x_test in known and y_test in known else ("", "")
            return Arrays(str(path), x, row_shape(known[x][0]), y, *test)
    found = ", ".join(f"{one_line(name)} {shape}" for name, (shape, _) in list(known.items())[:5])
    raise WrongArrays(path, f"no two arrays in it are features and targets: {found or 'none'}")


def _by_rows(known: Headers) -> Iterator[tuple[str, str, str, str]]:
    """Pairs of as many rows: what has more axes or columns is the features."""
    for x, (x_shape, _) in known.items():
        for y, (y_shape, _) in known.items():
            wide = np.prod(x_shape[1:], dtype=float) > np.prod(y_shape[1:], dtype=float)
            if x != y and len(x_shape) > 1 and y_shape and x_shape[0] == y_shape[0] and wide:
                yield x, y, "", ""


def _misfits(said: Arrays, known: Headers) -> Iterator[str]:
    """What keeps the arrays that a person chose from being what they are to be."""
    shape, dtype = known[said.x]
    if dtype.kind not in _NUMBERS:
        yield f"{said.x} has no numbers"
    if said.y and not said.classes and known[said.y][1].kind not in _NUMBERS:
        yield f"{said.y} has no numbers to come near to"
    if not said.x_test:
        return
    test_shape = known[said.x_test][0]
    if test_shape[1:] != shape[1:]:
        yield f"a row of {said.x_test} is of another shape than one of {said.x}"
    if said.y_test and known[said.y_test][0][:1] != test_shape[:1]:
        yield f"{said.y_test} has not as many rows as {said.x_test}"


def _may_be_targets(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
    """Whether rows are a label each, or one-hot, and are soon read."""
    cells = np.prod(shape, dtype=float)
    return (
        dtype.kind in f"{_NUMBERS}US"
        and len(shape) in (1, 2)
        and shape[-1] > 0
        and (len(shape) == 1 or shape[1] <= MOST_CLASSES)
        and cells * dtype.itemsize <= _MOST_BYTES
    )


def _targets(arrays: Mapping[str, Any], said: Arrays) -> NDArray[Any]:
    return np.asarray(arrays[said.y]) if said.y else np.array(arrays[said.x][:, -1])


def _classes(y: NDArray[Any] | None) -> tuple[str, ...]:
    """The labels where targets are classes: texts, truth values, few whole numbers."""
    if y is None or not len(y):
        return ()
    values = np.unique(y)
    if y.dtype.kind in "USb":
        few = len(values) <= MOST_CLASSES
    elif y.dtype.kind == "f":
        few = len(values) <= _FEW and bool(np.all(values == np.floor(values)))
    else:
        few = len(values) <= min(MOST_CLASSES, max(_FEW, len(y) // 10))
    return tuple(map(label_text, values)) if few else ()


def _counts(y: NDArray[Any] | None, classes: tuple[str, ...]) -> tuple[int, ...]:
    if y is None:
        return (0,) * len(classes)
    if not classes:
        return ()
    values, counts = np.unique(y, return_counts=True)
    of = {label_text(value): int(count) for value, count in zip(values, counts, strict=True)}
    return tuple(of.get(name, 0) for name in classes)
