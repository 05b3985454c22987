"""Asks a process that has DuckDB what is in a person's file; no file can hurt the one that asks."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import msgspec

from kertasks.arrays.own_arrays import Arrays
from kertasks.errors import UserError
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.own_tasks.data_task import OwnData
from kertasks.tables.table import ReadingWishes, Table
from kertasks.tables.table_look import TableLook
from kertasks.tables.table_requests import DataLook, LookAnswer, LookRequest

_PATIENCE = 5.0
"""Seconds in which the process ends once nothing is asked any more."""


# Made once: two threads that first ask msgspec for the same records at once crash the process.
_ANSWERS = msgspec.json.Decoder(LookAnswer)


class CannotLook(UserError):
    """A file is no table, or the process that looks at it has ended."""


class TableProcess:
    """One process that looks at tables, started when it is first asked. One thread at a time is
    answered; ``close`` may be called from any, and ends a look that goes on."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch = ""
        """The folder it writes in, in the middle of a look."""

        self._lock = threading.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def look(
        self,
        path: str | Path,
        table: Table | None = None,
        wishes: ReadingWishes | None = None,
    ) -> TableLook:
        """Look at a file; it takes seconds where the file is large.

        Args:
            path: of the file.
            table: what a person made of it.
            wishes: without a table: how a person says that it is read.

        Raises:
            CannotLook: it is no table, and why; or the process cannot be started or has ended.
        """
        answer = self._answer(LookRequest(str(path), table, wishes))
        if answer.look is None:
            raise CannotLook(
                answer.error or f"{path} is no table: kertui train {path} trains on it"
            )
        return answer.look

    def look_at(self, path: str | Path, data: OwnData | None = None) -> DataLook:
        """Look at a table, a folder or a file of arrays, by what is there.

        Args:
            path: of it.
            data: what a person made of it; left aside where another kind is there.

        Raises:
            CannotLook: it is none of them, and why; or as ``look``.
        """
        answer = self._answer(
            LookRequest(
                str(path),
                table=data if isinstance(data, Table) else None,
                folder=data if isinstance(data, PictureFolder | TextFolder) else None,
                arrays=data if isinstance(data, Arrays) else None,
            )
        )
        look = answer.look or answer.folder or answer.arrays
        if look is None:
            raise CannotLook(answer.error)
        return look

    def _answer(self, request: LookRequest) -> LookAnswer:
        with self._lock:
            line = self._asked(msgspec.json.encode(request) + b"\n")
        if not line.endswith(b"\n"):
            raise CannotLook(f"{request.path}: the process that looks at it has ended")
        return _ANSWERS.decode(line)

    def close(self) -> None:
        """End the process; a look that goes on fails."""
        self._closed = True
        process = self._process
        if process is None:
            return
        self._process = None
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._clear()

    def _clear(self) -> None:
        """Take away what a process left that was killed, or wrote while it ended."""
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _asked(self, request: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - it was started with pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(request)
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError):  # it has ended, or was closed meanwhile
            line = b""
        if not line.endswith(b"\n"):
            process.kill()
            process.wait()
            self._process = None
            self._clear()
        return line

    def _running(self) -> subprocess.Popen[bytes]:
        """The process; another where it has ended."""
        if self._closed:
            raise CannotLook("the process that looks at tables is closed")
        if self._process is None or self._process.poll() is not None:
            self._clear()
            try:
                self._scratch = tempfile.mkdtemp(prefix="kertui-looks-")
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "kertasks.tables", self._scratch],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                self._clear()
                raise CannotLook(f"no process can be started: {error.strerror}") from error
        return self._process
