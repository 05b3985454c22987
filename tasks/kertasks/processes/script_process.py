"""Starts a person's own program in a process that follows what it trains, and outlives this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kertasks.errors import UserError
from kertasks.processes.keras_process import keras_command
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.text.plain_text import one_line


class ScriptNotStarted(UserError):
    """A program could not be started, or its runs cannot be kept."""


class ScriptProcess:
    """A program that runs.

    Args:
        popen: its process.
        run: the folder of its first run.
    """

    def __init__(self, popen: subprocess.Popen[bytes], run: RunFolder) -> None:
        self._popen = popen
        self.run = run

    @classmethod
    def start(
        cls,
        store: RunStore,
        file: Path,
        arguments: Sequence[str] = (),
        *,
        name: str = "",
        fast: bool = False,
        folder: Path | None = None,
        diary: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> ScriptProcess:
        """Start a program; it goes on without this process.

        It gets this process's folder, environment and interpreter. It reads what is piped or
        redirected into this process, and nothing from a terminal, which may be gone any time.

        Args:
            store: where its runs are kept.
            file: the program.
            arguments: given to it.
            name: what its runs are called.
            fast: whether ``kertasks.fit`` is to train where it can.
            folder: it is started in; this process's where it is None.
            diary: gets told of its runs and its end (``kertasks.scripts.diary``); an absolute path.
            environment: that it gets besides this process's.

        Raises:
            ScriptNotStarted: there is no such file, or its runs cannot be kept.
        """
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "is not there"
            raise ScriptNotStarted(f"{file} {what}; kertui run takes a Python program")
        reading, writing = os.pipe()
        command = keras_command("kertasks.scripts", "--home", str(store.home.absolute()))
        command += ["--tell", str(writing), *(["--name", name] if name else [])]
        command += ["--diary", str(diary)] if diary is not None else []
        command += [*(["--fast"] if fast else []), "--", str(file), *arguments]
        try:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if sys.stdin is None or sys.stdin.isatty() else None,
                stdout=subprocess.DEVNULL,  # its log, as soon as there is one
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                pass_fds=[writing],
            )
        except OSError as error:
            os.close(reading)
            raise ScriptNotStarted(f"cannot start {file}: {error.strerror}") from error
        finally:
            os.close(writing)
        with os.fdopen(reading, encoding="utf-8", errors="replace") as told:
            said = told.read()
        if not said or said.startswith("!"):
            _, errors = popen.communicate()
            why = said.removeprefix("!") or errors.decode(errors="replace").strip()
            raise ScriptNotStarted(f"cannot start {file}: {one_line(why)}")
        assert popen.stderr is not None  # noqa: S101 - narrows the type
        popen.stderr.close()  # it prints into its log from here on
        return cls(popen, RunFolder(store.runs_path / said))

    @property
    def status(self) -> int | None:
        """What it exited with, as a shell says it; None while it runs."""
        status = self._popen.poll()
        return 128 - status if status is not None and status < 0 else status

    def send(self, signal: int) -> None:
        """Send it a signal."""
        self._popen.send_signal(signal)
