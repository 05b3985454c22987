"""Which log a path is: a CSVLogger file, a TensorBoard folder, or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from kertasks.errors import UserError
from kertasks.following.csv_log import CsvLog
from kertasks.following.epoch_source import BOTH, EpochSource, NotALog
from kertasks.following.event_file import PATTERN
from kertasks.following.tensorboard_folder import SIDES, TensorBoardFolder, event_files
from kertasks.text.plain_text import visible_name

_DEEPEST = 4
"""Folders within folders that are looked into: logs/experiment/run/train."""

_MOST_FOLDERS = 10_000
"""That are looked into: somebody may give the root of a disk."""

_NAMED = 6
"""Other runs of a folder that are named."""


def source_at(given: Path) -> EpochSource:
    """What is to be followed at a path.

    Args:
        given: a CSVLogger file, a TensorBoard folder with one run or several, or one of its event
            files. Of several runs it is the one that was written last; the others are named.

    Raises:
        NotALog: it is none of them; saying what it is, and what they look like.
        UserError: it is not there or cannot be read.
    """
    shown = visible_name(str(given))
    try:
        path = given.expanduser().resolve(strict=True)
    except FileNotFoundError as error:
        raise UserError(f"there is no file or folder {shown}") from error
    except (OSError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else "a circle of links"
        raise UserError(f"{shown} cannot be read: {why}") from error
    if path.is_dir():
        return _newest_run(path)
    if not path.is_file():
        raise NotALog(f"{shown} is a pipe, a socket or a device, and no file. {BOTH}")
    return _newest_run(path.parent) if PATTERN in path.name else CsvLog(path)


def _newest_run(path: Path) -> TensorBoardFolder:
    runs = dict[Path, float]()
    for folder in _folders(path):
        run = folder.parent if folder.name.casefold() in SIDES else folder
        if run not in runs and (files := event_files(run)):
            runs[run] = max(map(_written, files))
    if not runs:
        raise NotALog(f"{visible_name(str(path))} has no event files in it. {BOTH}")
    newest = max(runs, key=lambda run: (runs[run], run.name))
    source = TensorBoardFolder(newest)
    others = sorted((run for run in runs if run != newest), key=lambda run: -runs[run])
    if others:
        names = ", ".join(visible_name(os.path.relpath(run, path)) for run in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        source.noted.append(
            f"{visible_name(path.name)} has {len(runs)} runs: this one was written last; there are "
            f"{names}{more} too"
        )
    return source


def _folders(top: Path) -> Iterator[Path]:
    """A folder and those in it that may have event files, no link among them.

    Raises:
        UserError: the folder itself cannot be looked into.
    """
    waiting = [(top, 0)]
    for _ in range(_MOST_FOLDERS):
        if not waiting:
            return
        folder, depth = waiting.pop(0)
        try:
            with os.scandir(folder) as entries:
                found = [each for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError as error:
            if folder == top:
                shown = visible_name(str(top))
                raise UserError(f"{shown} cannot be read: {error.strerror}") from error
            continue
        yield folder
        if depth < _DEEPEST:
            waiting += [(folder / each.name, depth + 1) for each in found]


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
