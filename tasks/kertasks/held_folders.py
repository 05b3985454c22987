"""Folders that one process holds as long as it lives: what one that was killed left behind is known
by its lock, which nobody holds any more."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def make_held(beside: Path, prefix: str = "") -> tuple[Path, int]:
    """Make a private folder that this process holds, and remove those beside it that nobody does.

    Args:
        beside: the folder in which it is made; made when missing.
        prefix: what its name begins with, and that of no other folder there but such ones.

    Returns:
        The folder, and the descriptor of its lock: closing it lets go of the folder.

    Raises:
        OSError: it cannot be made.
    """
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_left_behind(beside.glob(f"{prefix}*"))
    path = beside / f"{prefix}{os.urandom(8).hex()}"
    path.mkdir(mode=0o700)
    descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return path, descriptor


def _remove_left_behind(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            descriptor = os.open(folder / "lock", os.O_RDWR)
        except OSError:
            continue  # being made just now
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)
