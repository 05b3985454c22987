"""A program that trains: its runs, one a call of ``fit``, are a group."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from kertasks.files import open_to_append
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Event, Failed, Notice, ScriptExited
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import Label, LabelNotWritten, write_label
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin
from kertasks.runs.run_errors import RunDamaged
from kertasks.scripts.diary import DiaryWriter, FitBegun, ScriptEnded
from kertasks.scripts.end_looks import EndLooks
from kertasks.text.plain_text import one_line
from kertasks.trainer.process.claiming import own_manifest
from kertasks.user_folders import default_home

UNNAMED = "fit"
"""What a run is called whose script gives it no name."""


class Script:
    """One start of a program.

    Args:
        called: the name of its file, for example ``train.py``, or what else there is.
        home: where its runs are kept.
        name: what its runs are called; the second one has a 2 after it.
        source: its file, where there is one.
        diary: gets told of its runs and of its end, where somebody wants to know.
    """

    def __init__(
        self,
        called: str,
        home: Path,
        name: str = "",
        source: Path | None = None,
        diary: DiaryWriter | None = None,
    ) -> None:
        self.file = called
        self.home = home.absolute()  # a program may change its folder
        self.name = name
        self._source = None if source is None else str(source.absolute())
        self._diary = diary
        self._lock = threading.Lock()
        self._waiting: tuple[RunFolder, EventLog] | None = None
        self.group: str | None = None
        """The id of its first run."""

        self.last: RunFolder | None = None
        """The run that began last."""

        self.fits = 0
        """How many calls of ``fit`` were followed."""

        self.end_looks = EndLooks()
        """Which of its trainings are looked at once more as they end."""

        self.not_followed = ""
        """Why the last call of ``fit`` was not followed; empty where it was."""

    @classmethod
    def of_this_process(cls, home: Path | None = None) -> Script:
        """The program that this process runs, or the notebook."""
        main = sys.modules.get("__main__")
        file = getattr(main, "__file__", None)
        if file is None:
            called = "notebook" if "ipykernel" in sys.modules else "python"
            return cls(called, home or default_home())
        return cls(Path(file).name, home or default_home(), source=Path(file))

    def open(self) -> RunFolder:
        """Make the folder of the first run, before there is a call of ``fit``.

        Raises:
            kertasks.runs.home.store.HomeNotWritable: the home cannot be written in.
            OSError: the folder cannot.
        """
        self._waiting = self._new(self.name or UNNAMED)
        return self._waiting[0]

    def next_run(self, name: str = "", notes: str = "") -> tuple[RunFolder, EventLog]:
        """The folder of the run that begins now, and its log, which the caller closes.

        Raises:
            kertasks.runs.home.store.HomeNotWritable: the home cannot be written in.
            OSError: the folder cannot.
        """
        with self._lock:
            self.fits += 1
            called = name or self.name or UNNAMED
            if self.fits > 1 and not name:
                called = f"{called} {self.fits}"
            waiting, self._waiting = self._waiting, None
            run, log = waiting or self._new(called)
        if waiting is not None and name:
            with suppress(RunDamaged):
                run.write_manifest(replace(run.manifest(), recipe=one_line(name)))
        if notes:
            with suppress(LabelNotWritten):  # a full disk: no reason not to follow
                write_label(run.path, Label(note=notes))
        self.last = run
        return run, log

    def _new(self, called: str) -> tuple[RunFolder, EventLog]:
        run = RunStore(self.home).create_without_recipe(f"{Path(self.file).stem} {called}")
        self.group = self.group or run.id
        log = EventLog(run.events_path)
        try:
            self._claim(run, called)
        except BaseException:
            log.close()
            raise
        if self._diary is not None:
            self._diary.add(FitBegun(run.id))
        return run, log

    def _claim(self, run: RunFolder, called: str) -> None:
        """Say whose run it is.

        Raises:
            OSError: the folder cannot be written in.
        """
        manifest = own_manifest(
            run,
            created=time.time(),
            task=self.file,
            recipe=called,
            seed=0,
            source=self._source,
            origin=Origin.SCRIPT,
            group=self.group,
        )
        run.write_manifest(manifest)
        self._share_log(run)

    def _share_log(self, run: RunFolder) -> None:
        """Have the log of the first run be that of every other one, too: what a program prints is
        one text."""
        if self.group is None or run.id == self.group:
            return
        first = RunFolder(run.path.parent / self.group)
        # Some file systems have no such thing: the others have no log of their own then.
        with suppress(OSError):
            run.log_path.hardlink_to(first.log_path)

    def take_output(self, run: RunFolder) -> None:
        """Send everything that this process prints from now on into the log of a run.

        Raises:
            OSError: it cannot be written.
        """
        descriptor = open_to_append(run.log_path)
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)

    def forget(self) -> None:
        """Take it that this is a copy of the process, after a fork: the runs are the other's."""
        self._lock = threading.Lock()
        self._waiting = self.last = None
        diary, self._diary = self._diary, None
        if diary is not None:
            diary.close()

    def over(self, said: str, status: int) -> None:
        """Say in the record how the program ended.

        Args:
            said: for example ``ended with status 3``.
            status: what it exits with.
        """
        diary, self._diary = self._diary, None
        if diary is not None:
            diary.add(ScriptEnded(status, said))
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            run, log = waiting
            without = "and never called fit"
            if self.not_followed:
                without = f"and what it trained was not followed: {self.not_followed}"
            log.add(Failed(time.time(), f"{self.file} {said}, {without}"))
            log.close()
            _add(run, ScriptExited(time.time(), status))  # a log takes nothing after an end
        elif self.last is not None and self.group is not None:
            if status:
                _add(self.last, Notice(time.time(), f"{self.file} {said} after this training"))
            first = RunFolder(self.last.path.parent / self.group)
            _add(first, ScriptExited(time.time(), status))


def _add(run: RunFolder, event: Event) -> None:
    with suppress(OSError):  # the folder may be gone
        log = EventLog(run.events_path)
        log.add(event)
        log.close()


_under_way: Script | None = None


def script_under_way() -> Script | None:
    """The program that kertui runs in this process; None where it does not."""
    return _under_way


def set_under_way(script: Script) -> None:
    """Take it that this process runs a program for kertui."""
    global _under_way  # noqa: PLW0603 - there is one in a process
    _under_way = script
    os.register_at_fork(after_in_child=script.forget)
