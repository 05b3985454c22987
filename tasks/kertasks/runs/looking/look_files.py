"""How a run's trainer hears what somebody looks at, and how the answer comes back: two small files
a viewer, in the run's folder, so that a run on another host is looked at like any other.

A viewer writes ``looking/ask-<viewer>`` and touches it every two seconds; the trainer replaces
``looking/look-<viewer>`` as often as it may. An ask that was not touched for ten seconds, by the
trainer's clock, is that of a viewer who is gone.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from kertasks.files import open_regular, replacing
from kertasks.runs.looking.view import (
    MOST_BYTES,
    Look,
    ViewRequest,
    decode_look,
    decode_request,
    encode_look,
    encode_request,
)

TOUCH_EVERY = 2.0
"""Seconds between two signs of life of a viewer."""

_GONE = 10.0
"""Seconds without one after which a viewer is gone."""

MOST_VIEWERS = 4
"""Who comes after them is not answered: each costs the training its share."""

_MOST_ASKED = 1 << 16
"""Bytes of a request that are read."""

_ASK = re.compile(r"ask-([0-9a-f]{16})")


def _folder(run: Path) -> Path:
    return run / "looking"


def handed_path(run: Path) -> Path:
    """The network as it is while somebody looks, where who trains it computes no views itself.

    Args:
        run: the run's folder.
    """
    return _folder(run) / "network.keras"


class Viewer:
    """The side of whoever looks.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: Path) -> None:
        self._folder = _folder(run)
        name = os.urandom(8).hex()
        self._ask = self._folder / f"ask-{name}"
        self._look = self._folder / f"look-{name}"
        self._seen: tuple[int, int] | None = None
        self._touched = 0.0

    def ask(self, request: ViewRequest) -> None:
        """Ask for a view, in the place of what was asked for before.

        Raises:
            OSError: it cannot be written, or the folder is a link.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._folder.is_symlink():
            raise OSError(f"{self._folder} is a link")
        with replacing(self._ask) as file:
            file.write(encode_request(request))
        self._touched = time.monotonic()

    def keep_asking(self) -> None:
        """Give a sign of life, where it is time to."""
        if time.monotonic() - self._touched >= TOUCH_EVERY:
            self._touched = time.monotonic()
            with contextlib.suppress(OSError):
                os.utime(self._ask, follow_symlinks=False)

    def read(self) -> Look | None:
        """The answer, if there is one that was not read before."""
        try:
            with os.fdopen(open_regular(self._look), "rb") as file:
                status = os.fstat(file.fileno())
                seen = (status.st_mtime_ns, status.st_ino)
                if seen == self._seen or status.st_size > MOST_BYTES:
                    return None
                self._seen = seen
                return decode_look(file.read(MOST_BYTES))
        except (OSError, ValueError):
            return None

    def leave(self) -> None:
        """Take back what was asked for, and the answer to it."""
        for path in (self._ask, self._look):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def is_looked_at(run: Path) -> bool:
    """Whether anybody may be looking at a run: a viewer that was killed counts for a while."""
    try:
        return any(name.startswith("ask-") for name in os.listdir(_folder(run)))  # noqa: PTH208
    except OSError:
        return False


@dataclass(slots=True)
class Asked:
    """What a viewer asked a trainer for."""

    viewer: str
    request: ViewRequest
    is_new: bool
    """Whether it was not answered yet."""

    touched: tuple[int, int]
    """What of its file changes when it is touched or replaced."""

    heard: float
    """When it was touched last, by ``time.monotonic``."""


class Viewers:
    """The trainer's side: who looks, and at what.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: Path) -> None:
        self._folder = _folder(run)
        self._asked: dict[str, Asked] = {}

    def look(self) -> list[Asked]:
        """Who looks now. Without anybody it costs the look for a folder, 2 µs."""
        try:
            is_folder = stat.S_ISDIR(os.lstat(self._folder).st_mode)
            names = [path.name for path in self._folder.iterdir()] if is_folder else []
        except OSError:
            names = []
        now, found = time.monotonic(), dict[str, Asked]()
        for name in names:
            match = _ASK.fullmatch(name)
            if match and len(found) < MOST_VIEWERS:
                asked = self._take(match[1], now)
                if asked is not None:
                    found[match[1]] = asked
        self._asked = found
        return list(found.values())

    def answer(self, asked: Asked, look: Look) -> None:
        """Answer a viewer; where that cannot be written, there is none to read it."""
        asked.is_new = False
        with (
            contextlib.suppress(OSError),
            replacing(self._folder / f"look-{asked.viewer}") as file,
        ):
            file.write(encode_look(look))

    def close(self) -> None:
        """Take away what is of no use any more: this trainer answers nobody after this."""
        with contextlib.suppress(OSError):
            if self._folder.is_symlink():
                return
            for path in self._folder.iterdir():
                if path.name.startswith(("ask-", "look-", ".look-", ".ask-")):
                    path.unlink(missing_ok=True)
            self._folder.rmdir()

    def _take(self, viewer: str, now: float) -> Asked | None:
        path, before = self._folder / f"ask-{viewer}", self._asked.get(viewer)
        try:
            status = os.lstat(path)
            touched = (status.st_mtime_ns, status.st_ino)
            if before is not None and before.touched == touched:
                if now - before.heard < _GONE:
                    return before
                path.unlink(missing_ok=True)
                (self._folder / f"look-{viewer}").unlink(missing_ok=True)
                return None
            # A touch and another request look alike: a file system gives the number of a file that
            # was replaced to the next one.
            with os.fdopen(open_regular(path), "rb") as file:
                request = decode_request(file.read(_MOST_ASKED))
        except (OSError, ValueError):
            return None
        is_new = before is None or before.request != request or before.is_new
        return Asked(viewer, request, is_new, touched, now)
