"""Starts the process that follows a log which something else writes, and holds it.

It is a process of its own: reading a log of megabytes would hold the interface up. It lives no
longer than this one: it ends when the other end of its standard input is closed, however that
comes about.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore

LOG = "follower.log"
"""In the cache folder: what such a process prints of its own mistakes."""

_ENDING = 5.0
"""Seconds it may take to write its last events."""


class NotFollowed(UserError):
    """A path cannot be followed; why, for the person."""

    def __init__(self, text: str, error_class: str = "") -> None:
        super().__init__(text)
        self.is_no_log = error_class == "NotALog"
        """Whether the path is there and is nothing that can be followed."""


class FollowingProcess:
    """A process that follows a log, until ``close`` or the end of this process.

    Args:
        path: the log.
        store: where its run is told.
        cache_dir: the user's cache folder.

    Raises:
        NotFollowed: it is no log, or the process cannot be started.
    """

    def __init__(self, path: Path, store: RunStore, cache_dir: Path) -> None:
        command = [sys.executable, "-P", "-m", "kertasks.following"]
        command += [os.fspath(path.absolute()), os.fspath(store.home.absolute())]
        try:
            cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            complaints = os.open(cache_dir / LOG, flags, 0o600)
            try:
                self._popen = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    start_new_session=True,  # Ctrl-C in the interface is no word to it
                )
            finally:
                os.close(complaints)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise NotFollowed(f"cannot start a process that follows {path}: {why}") from error
        said = self._next()
        if "run" not in said:
            self.close()
            text = said.get("error") or f"the process ended that follows {path}; see {LOG}"
            raise NotFollowed(text, said.get("class", ""))
        self.run = RunFolder(store.runs_path / said["run"])
        """The run that the log was read as."""

        # What it says later is in the runs too; a full pipe would hold it up.
        threading.Thread(target=self._read_on, name="following", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def close(self) -> None:
        """Let it write what it has and end."""
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        try:
            self._popen.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()

    def _next(self) -> dict[str, str]:
        line = self._popen.stdout.readline() if self._popen.stdout is not None else b""
        found = json.loads(line) if line else {}
        return {str(name): str(text) for name, text in found.items()}

    def _read_on(self) -> None:
        while self._next():
            pass
