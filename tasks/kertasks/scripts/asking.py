"""Hears, beside a training that goes its own pace, whether anybody asks something of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.look_files import is_looked_at
from kertasks.runs.steering.control_file import ControlFile
from kertasks.scripts.fit_frames import FitCall
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.steering import LOOK_EVERY, Steering

_STOPPED_AFTER = 10
"""Looks in a row that must find no call of ``fit``, half a second: hooks run at its very end."""


class Asking:
    """A thread that looks for commands and viewers, and has the training's hooks wait for them
    only then; it also notices that the call of ``fit`` was left.

    Args:
        run: the run's folder.
        control: where commands come from.
        call: the call of ``fit``.
        steering: carries commands out.
        writer: tells of epochs and of the progress within them.
        left: called once in the thread, where the call is not under way any more.
    """

    def __init__(
        self,
        run: RunFolder,
        control: ControlFile,
        call: FitCall,
        steering: Steering,
        writer: EventWriter,
        left: Callable[[], None],
    ) -> None:
        self._run = run
        self._control = control
        self._call = call
        self._steering = steering
        self._writer = writer
        self._left = left
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="asking", daemon=True)
        self.is_wanted = False
        """Whether hooks are to look for what is asked."""

        self.hears_batches = False
        """Whether hooks of batches have anything to do: a training may have thousands a second."""

    def begin(self) -> None:
        """Begin to look for commands and viewers, in a thread."""
        self._thread.start()

    def end(self) -> None:
        """Look no more, and let go of what the call of ``fit`` holds."""
        self._ending.set()
        self._call.frame = None  # it holds all that the program's function holds
        if self._thread.ident is not None and threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        missed = 0
        while not self._ending.wait(LOOK_EVERY):
            self._writer.tell()
            asked = self._control.is_new or not self._steering.is_quiet
            wanted = asked or is_looked_at(self._run.path)
            if wanted != self.is_wanted:
                self._call.call_at_once(wanted)
                self.is_wanted = wanted
            self.hears_batches = wanted or self._writer.progress_is_due
            missed = 0 if self._call.is_under_way() else missed + 1
            if missed > _STOPPED_AFTER and not self._ending.is_set():
                self._left()
                return
