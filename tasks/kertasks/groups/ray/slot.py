"""A slot of a machine of the cluster: a Ray actor that has a trainer process there, Keras imported
once, and gives it one run after another.

A run is trained in a private folder of the machine's own, ``<cache>/slots/…``, a new one for each
attempt, and what is new in it is sent to whoever asks. Nobody asks for an attempt that was given
up, which ends with its actor. The actor imports neither Keras nor Ray.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from kertasks.files import replacing
from kertasks.groups.ray.sent_files import (
    MANIFEST,
    Known,
    Stamp,
    encode_sent,
    new_files,
    stamps_of,
)
from kertasks.groups.ray.threads import leave_threads_alone
from kertasks.held_folders import make_held
from kertasks.processes.trainer_process import RequestFailed, TrainerGone, TrainerProcess
from kertasks.runs.folder import RunFolder
from kertasks.runs.run_errors import RunDamaged
from kertasks.user_folders import HOME_SETTING, cache_dir

_LOOK_EVERY = 0.05


class Slot:
    """Trains runs on its machine, one after another.

    Args:
        tasks: files of tasks of data, by their names, which the recipes of the runs are of.
    """

    def __init__(self, tasks: Mapping[str, str]) -> None:
        os.umask(0o077)
        leave_threads_alone()
        self._home, self._held = make_held(cache_dir() / "slots")
        os.environ[HOME_SETTING] = str(self._home)  # for the trainers, whose tasks are there
        (self._home / "tasks").mkdir()
        for name, text in tasks.items():
            (self._home / "tasks" / name).write_text(text)
        self._process: TrainerProcess | None = None
        self._run: RunFolder | None = None
        self._attempts = 0

    def machine(self) -> str:
        """The name of its machine."""
        return platform.node()

    def request(self, op: str, payload: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
        """Ask the trainer something; returns its answer, or why there is none and the class of
        that error (``"TrainerGone"`` where the trainer ended)."""
        try:
            return self._trainer().request(op, **payload), "", ""
        except RequestFailed as refused:
            return {}, str(refused), refused.error_class
        except TrainerGone as gone:
            return {}, str(gone), TrainerGone.__name__

    def begin(
        self, run: str, files: Mapping[str, bytes], resumes: bool, epochs: int | None
    ) -> tuple[dict[str, Stamp], str, str]:
        """Begin an attempt at a run, in a folder of its own.

        Args:
            run: its id.
            files: what there is of it, by paths in its folder.
            resumes: whether a trainer had it before.
            epochs: to train in all; None for as many as its recipe or its events say.

        Returns:
            What the runner knows of the folder then, or why the run is not trained and the class
            of that error, as ``request``.
        """
        self._forget()
        self._attempts += 1
        folder = RunFolder(self._home / str(self._attempts) / "runs" / run)
        _unpack(files, folder, resumes=resumes)
        known = stamps_of(files, folder.path)
        self._run = folder
        payload = {"run": str(folder.path), "resumes": resumes, "epochs": epochs}
        _, why, error_class = self.request("train", payload)
        return known, why, error_class

    def new_files(self, known: Known, asked: Mapping[str, bytes | None], seconds: float) -> bytes:
        """What is new of the run, as soon as there is something, or after so many seconds.

        Args:
            known: what the runner has.
            asked: files by which people ask something of the run, which are new or, for None, gone.
            seconds: to wait at most.
        """
        assert self._run is not None  # noqa: S101 - the runner asks for a run it began
        self._pass_on(self._run.path, asked)
        deadline = time.monotonic() + seconds
        while True:
            why_gone, over = "", self._process is None or self._process.is_over
            if over:
                why_gone = self._why_gone()
            found = new_files(self._run.path, known, over=over, why_gone=why_gone)
            if found.files or found.gone or found.over or time.monotonic() > deadline:
                return encode_sent(found)
            time.sleep(_LOOK_EVERY)

    def end(self) -> None:
        """End the trainer, and take away what was written here."""
        if self._process is not None:
            self._process.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _trainer(self) -> TrainerProcess:
        if self._process is None or self._process.gone:
            self._process = TrainerProcess.spawn(cache_dir(), stays=True, outlives=False)
        return self._process

    def _why_gone(self) -> str:
        try:
            if self._process is not None:
                self._process.wait_until_over()
        except TrainerGone as gone:
            return str(gone)
        return ""

    def _pass_on(self, run: Path, asked: Mapping[str, bytes | None]) -> None:
        for name, data in asked.items():
            path = run / name
            with contextlib.suppress(OSError):  # its trainer has just taken the folder away
                if data is None:
                    path.unlink(missing_ok=True)
                    continue
                path.parent.mkdir(exist_ok=True)
                with replacing(path) as file:
                    file.write(data)

    def _forget(self) -> None:
        """Take away the folder of the attempt before: all that is wanted of it was sent."""
        if self._run is not None:
            shutil.rmtree(self._run.path.parents[1], ignore_errors=True)


def _unpack(files: Mapping[str, bytes], run: RunFolder, *, resumes: bool) -> None:
    run.path.mkdir(parents=True)
    for name, data in files.items():
        path = run.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    if resumes and MANIFEST in files:
        # Whoever trained it before is over, which the runner has seen to; no process here is it.
        with contextlib.suppress(RunDamaged):
            before = run.manifest()
            run.write_manifest(replace(before, host=platform.node(), boot=None, machine=None))
