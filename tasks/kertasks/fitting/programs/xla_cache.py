"""Keeps what XLA compiled for the processor on disk, so that a machine compiles it once.

TensorFlow itself looks a program up, by its name and by every operation in it, and takes a found
one only if both are equal. It does so in this process's memory (``kertasks.xla_flags``): here the
one file that a program may be in is laid there beforehand, and what is new there afterwards is
written to disk, whole or not at all. Whatever goes wrong with a file or a folder, the program is
compiled as if there were no cache.

The files are machine code. They are taken only from a private folder, only if they are as they
were written, and only on a machine with the same processor and the same TensorFlow.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import tensorflow as tf

from kertasks.files import open_regular, replacing
from kertasks.fitting.notices import LOG
from kertasks.user_folders import cache_dir
from kertasks.xla_flags import MEMORY, is_offered

LIMIT = 256 << 20
"""Bytes that all files may have together, and bytes that must be free for a new one. A program of
a small network has about 300 KB."""

_LARGEST = LIMIT // 4
_DIGEST = hashlib.sha256().digest_size

_LOCK = threading.Lock()  # one memory folder for all threads


class CachedProgramRefused(Exception):
    """TensorFlow could not use what was kept; by now it is no longer kept.

    It will not compile the program under the same name again: it must be traced anew.
    """


@contextmanager
def kept_on_disk(*program: object) -> Iterator[None]:
    """Within it, XLA compiles a program, or finds it compiled.

    Args:
        program: what names it, the same in every process: its function's name, its shapes.

    Raises:
        CachedProgramRefused: it was found, and could not be used.
    """
    if not is_offered():
        yield
        return
    path = _folder() / hashlib.sha256(repr((_machine(), program)).encode()).hexdigest()[:40]
    with _LOCK:
        _clear_memory()  # of what others in this process compiled
        laid = _lay_out(path)
        try:
            yield
        except Exception as error:
            if laid is None:
                raise
            with suppress(OSError):
                path.unlink()
            raise CachedProgramRefused(str(error)) from error
        finally:
            found = _clear_memory(besides=laid)
        for name, entry in found.items():
            _keep(path, name, entry)


def _folder() -> Path:
    return cache_dir() / "xla"


def _lay_out(path: Path) -> str | None:
    """Put the file's entry where TensorFlow looks; returns TensorFlow's name of it."""
    try:
        _require_private(path.parent)
        body = _read(path)
    except OSError:
        return None
    digest, name, entry = body[:_DIGEST], *_split(body[_DIGEST:])
    if digest != _digest(path, name, entry):
        LOG.info("a program kept in %s is damaged, and is compiled anew", path)
        return None
    with suppress(OSError):
        os.utime(path)  # the ones not used for longest go first
    tf.io.gfile.makedirs(MEMORY)
    with tf.io.gfile.GFile(f"{MEMORY}/{name.decode()}", "wb") as file:
        file.write(entry)
    return name.decode()


def _clear_memory(besides: str | None = None) -> dict[str, bytes]:
    """Empty the folder in memory; returns what lay in it, except one entry."""
    found: dict[str, bytes] = {}
    try:
        names = tf.io.gfile.listdir(MEMORY)
    except tf.errors.NotFoundError:
        return found
    for name in names:
        with suppress(tf.errors.OpError):  # another thread's, not whole yet or gone
            if name != besides:
                with tf.io.gfile.GFile(f"{MEMORY}/{name}", "rb") as file:
                    found[name] = file.read()
            tf.io.gfile.remove(f"{MEMORY}/{name}")
    return found


def _keep(path: Path, name: str, entry: bytes) -> None:
    if len(entry) > _LARGEST:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_private(path.parent)
        # Weights and events need the last room more.
        if shutil.disk_usage(path.parent).free < LIMIT:
            return
        with replacing(path) as file:
            file.write(_digest(path, name.encode(), entry) + name.encode() + b"\n" + entry)
        _make_room(path.parent)
    except OSError as error:
        LOG.info("a compiled program is not kept in %s: %s", path.parent, error)


def _make_room(folder: Path) -> None:
    """Remove the files not used for longest, unfinished ones as well, until the rest may stay."""
    files = []
    for entry in os.scandir(folder):
        with suppress(OSError):  # another process made room too
            found = entry.stat(follow_symlinks=False)
            files.append((found.st_mtime, found.st_size, entry.path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= LIMIT:
            break
        with suppress(OSError):
            Path(path).unlink()
        total -= size


def _read(path: Path) -> bytes:
    descriptor = open_regular(path)
    with os.fdopen(descriptor, "rb") as file:
        _require_ours(os.fstat(descriptor), path)
        return file.read(2 * _LARGEST)


def _split(body: bytes) -> tuple[bytes, bytes]:
    name, _, entry = body.partition(b"\n")
    return name, entry


def _digest(path: Path, name: bytes, entry: bytes) -> bytes:
    return hashlib.sha256(b"\n".join([path.name.encode(), name, entry])).digest()


def _require_private(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(f"{folder} is no folder")
    _require_ours(found, folder)


def _require_ours(found: os.stat_result, path: Path) -> None:
    """Refuse what another user may have written.

    Raises:
        PermissionError: it is not the user's own, or others may write it.
    """
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{path} may be written by others")


@cache
def _machine() -> tuple[object, ...]:
    """What must be the same for a compiled program to be right: the processor, how many of it
    there are, TensorFlow and what it was told."""
    flags = {name: os.environ.get(name) for name in ("XLA_FLAGS", "TF_XLA_FLAGS")}
    return (
        tf.version.VERSION,
        tf.version.GIT_VERSION,
        tf.config.threading.get_intra_op_parallelism_threads(),
        platform.machine(),
        _processor(),
        _cores(),
        flags,
    )


def _cores() -> object:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _processor() -> object:
    """What tells processors apart; the name of the machine where the system does not say it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:
        return platform.processor(), platform.node()
    said = dict(line.replace("\t", "").split(":", 1) for line in lines if ":" in line)
    told = ("vendor_id", "cpu family", "model", "model name", "stepping", "flags", "Features")
    parts = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision")
    return [said.get(name) for name in (*told, *parts)] if said else platform.node()
