"""Of which epochs a run's folder holds the weights: which are kept, and where.

``epochs/000123.npy`` holds those that the network had after epoch 123. They are the first epoch
and every ``stride``-th one. Where they become too many the stride doubles, and every second of them
is deleted: which are kept follows from the number of epochs alone. The best epoch and the last one
have files of their own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from kertasks.recipes.bounds import MOST_KEPT
from kertasks.runs.folder import RunFolder
from kertasks.runs.mirrors.mirror_note import FILE, read_note
from kertasks.runs.weights_file import read_epoch

MOST_BYTES = 64_000_000
"""Of all kept epochs of a run together."""

_OTHERS = 2
"""Of the epochs that are kept, how many have files of their own: the best and the last."""

_NAME = re.compile(r"(\d{6,10})\.npy", re.ASCII)


def most_files(keep: int, size: int) -> int:
    """How many epochs are kept at most, the best and the last not counted; 0 for none.

    Args:
        keep: how many epochs a person wants at most, those two counted; 0 for none.
        size: bytes of the weights of one.
    """
    if keep <= 0:
        return 0
    return max(1, min(keep - _OTHERS, MOST_BYTES // max(1, size)))


def stride_at(epochs: int, files: int) -> int:
    """Of which every so many epochs one is kept, a power of two; 0 where only the first is.

    Args:
        epochs: how many are done.
        files: how many are kept at most, at least 1.
    """
    if files == 1:
        return 0
    stride = 1
    while epochs // stride + (stride > 1) > files:
        stride *= 2
    return stride


def is_kept(epoch: int, stride: int) -> bool:
    """Whether an epoch is kept with a stride; from 1."""
    return epoch == 1 or (stride > 0 and epoch % stride == 0)


def kept_path(folder: Path, epoch: int) -> Path:
    """The file of an epoch's weights.

    Args:
        folder: a run's ``epochs``.
        epoch: from 1.
    """
    return folder / f"{epoch:06d}.npy"


def kept_files(folder: Path) -> tuple[int, ...]:
    """The epochs whose weights lie in a run's ``epochs``, in their order.

    The folder may be anybody's: no link is followed, neither to it nor in it, and of a folder of
    more files than a trainer keeps some are passed over.
    """
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with os.scandir(opened) as entries:
                return tuple(sorted(set(islice(_numbers(entries), MOST_KEPT))))
        finally:
            os.close(opened)
    return ()


def _numbers(entries: Iterator[os.DirEntry[str]]) -> Iterator[int]:
    for entry in islice(entries, 2 * MOST_KEPT):
        named = _NAME.fullmatch(entry.name)
        if named is not None and int(named[1]) and entry.is_file(follow_symlinks=False):
            yield int(named[1])


def kept_moments(run: RunFolder) -> tuple[int, ...]:
    """Every epoch of a run whose weights are in its folder, in their order: those that are kept,
    and those of ``best.keras`` and ``model.keras``. Of a run that is mirrored here, what its host
    has."""
    note = read_note(run.path)
    if note is not None:
        return note.kept
    files = (read_epoch(run.where(path)) for path in (run.best_path, run.model_path))
    more = {of.epoch for of in files if of is not None and of.epoch and not of.step}
    return tuple(sorted(more.union(kept_files(run.epochs_path))))


def nearest_kept(kept: tuple[int, ...], epoch: int) -> int | None:
    """The one of some epochs that is nearest to another, the earlier of two; None for none."""
    return min(kept, key=lambda one: (abs(one - epoch), one), default=None)


def stamp_of(run: RunFolder) -> tuple[int, ...]:
    """What changes whenever ``kept_moments`` may: when the places it looks at were written."""
    found = []
    for path in (
        run.path / FILE,
        run.epochs_path,
        run.where(run.best_path),
        run.where(run.model_path),
    ):
        try:
            found.append(path.stat().st_mtime_ns)
        except OSError:
            found.append(0)
    return tuple(found)
