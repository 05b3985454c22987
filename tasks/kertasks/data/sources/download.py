"""Downloads one file: with progress, at any moment cancellable, whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path

from kertasks.data.sources.source import DataFile, DownloadCancelled, DownloadFailed

_PART = ".part"
_READABLE = 0o644
_CHUNK = 64 * 1024
_QUEUED_CHUNKS = 16
_SILENCE_SECONDS = 30.0
"""How long a server may say nothing before the download has failed."""

_CANCEL_SECONDS = 0.05
_PROGRESS_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is."""

    name: str
    received: int
    """Bytes that have come so far."""

    total: int
    """Bytes of the whole file."""

    seconds: float
    """Since the download began."""

    @property
    def rate(self) -> float:
        """Bytes a second so far; 0 before the first byte."""
        return self.received / self.seconds if self.seconds > 0 else 0.0


@contextlib.contextmanager
def replacing_whole(target: Path) -> Iterator[BufferedRandom]:
    """Open a file that takes the place of ``target`` once the block is done without an error.

    The bytes go to a file of another name, locked while its writer lives. A writer that was
    killed leaves an unlocked one behind, which the next writer removes. Folders that are missing
    are made.

    Raises:
        OSError: the folder cannot be written in; nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(target)
    descriptor, part = _locked_part(target)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
            os.fchmod(descriptor, _READABLE)
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _locked_part(target: Path) -> tuple[int, Path]:
    while True:
        descriptor, text = tempfile.mkstemp(_PART, f".{target.name}.", target.parent)
        path = Path(text)
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return descriptor, path
        # Another writer took it for abandoned before it was locked.
        os.close(descriptor)


def _remove_abandoned(target: Path) -> None:
    for part in target.parent.glob(f".{target.name}.*{_PART}"):
        with contextlib.suppress(OSError), part.open("rb") as file:
            # Raises where the writer still lives.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink(missing_ok=True)


def fetch(
    file: DataFile,
    folder: Path,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    address: str | None = None,
) -> Path:
    """Download a file into a folder and return its path.

    Args:
        file: what to fetch; its hash decides whether what arrived is it.
        folder: made when it is not there.
        on_progress: called about ten times a second, and once at the end.
        cancelled: asked about twenty times a second.
        address: to fetch from instead of the file's own address.

    Raises:
        DownloadFailed: no network, a refusal, or other bytes than the published ones.
        DownloadCancelled: ``cancelled`` said so. In both cases nothing is left behind, and
            a file that had the name before still has it.
    """
    source = address or file.address
    wanted = cancelled or (lambda: False)
    chunks: queue.Queue[bytes | str] = queue.Queue(_QUEUED_CHUNKS)
    abandoned = threading.Event()

    def failed(reason: str) -> DownloadFailed:
        return DownloadFailed(file.name, source, folder, reason)

    # The server is read in a thread of its own, because a read that waits for a silent
    # server cannot be cancelled.
    reader = threading.Thread(
        target=_read, args=(source, chunks, abandoned), name=f"download {file.name}", daemon=True
    )
    begun = time.monotonic()
    reported = -_PROGRESS_SECONDS
    received, digest, target = 0, file.new_hash(), folder / file.name
    try:
        with replacing_whole(target) as part:
            reader.start()
            while True:
                if wanted():
                    raise DownloadCancelled(file.name)
                try:
                    chunk = chunks.get(timeout=_CANCEL_SECONDS)
                except queue.Empty:
                    continue
                if isinstance(chunk, str):
                    break
                part.write(chunk)
                digest.update(chunk)
                received += len(chunk)
                if received > file.bytes:
                    raise failed(f"more than the {file.bytes:,} bytes of the published file came")
                seconds = time.monotonic() - begun
                if on_progress and seconds - reported >= _PROGRESS_SECONDS:
                    reported = seconds
                    on_progress(DownloadProgress(file.name, received, file.bytes, seconds))
            if chunk:
                raise failed(chunk)
            if received < file.bytes:
                raise failed(f"the connection ended after {received:,} of {file.bytes:,} bytes")
            if digest.hexdigest() != file.hash:
                raise failed(f"what came is not the published file (its {file.algorithm} differs)")
    except OSError as error:
        raise failed(f"cannot write into {folder} ({error.strerror})") from error
    finally:
        abandoned.set()
    if on_progress:
        seconds = time.monotonic() - begun
        on_progress(DownloadProgress(file.name, file.bytes, file.bytes, seconds))
    return target


def _read(source: str, chunks: queue.Queue[bytes | str], abandoned: threading.Event) -> None:
    """Put what the server sends into the queue, then why it ended: empty when all was sent."""
    # Imported here: they cost the interface a tenth of its time to the first paint.
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    def put(item: bytes | str) -> bool:
        while not abandoned.is_set():
            try:
                chunks.put(item, timeout=_CANCEL_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    if not source.startswith(("https://", "http://")):
        put(f"{source} is not a web address")
        return
    try:
        with urllib.request.urlopen(source, timeout=_SILENCE_SECONDS) as response:  # noqa: S310
            while chunk := response.read1(_CHUNK):
                if not put(chunk):
                    return
    except urllib.error.HTTPError as error:
        put(f"the server answered {error.code} {error.reason}")
    except urllib.error.URLError as error:
        put(f"no connection ({_words(error.reason)})")
    except (OSError, HTTPException, ValueError) as error:
        put(f"the connection broke ({_words(error)})")
    else:
        put("")


def _words(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return f"nothing came for {_SILENCE_SECONDS:.0f} s"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__
