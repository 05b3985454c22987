"""Hands a run to a trainer process, and waits until it is under way."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertui.training.run_folder import RunFolder
from kertui.training.run_state import process_start_time
from kertui.training.trainer_process import TrainerGone, TrainerProcess

if TYPE_CHECKING:
    from kertui.training.event_reader import EventReader


def give_run(run: RunFolder, spare: TrainerProcess | None, cache_dir: Path) -> None:
    """Let the spare train the run, or a new process where there is none.

    Raises:
        TrainerGone: no process could be started.
    """
    if spare is not None:
        try:
            _train(spare, run)
        except TrainerGone:
            pass  # killed while it waited: a new one takes the run
        else:
            return
    _train(TrainerProcess.spawn(cache_dir), run)


def _train(process: TrainerProcess, run: RunFolder) -> None:
    # Only here, in a thread: the first paint waits for every import of this module.
    from kertui.training.manifest_writing import write_manifest

    begun = process_start_time(process.pid)

    def ended() -> None:
        # Killed while it imported Keras, it left nothing that says whose run this was.
        if run.path.is_dir() and not run.manifest_path.exists():
            with contextlib.suppress(OSError, UserError):
                write_manifest(run, run.recipe(), "none", process.pid, begun or 0.0)

    process.when_ended(ended)
    process.request("train", run=str(run.path.absolute()))


def wait_for_epoch(reader: EventReader, seconds: float, closed: threading.Event) -> bool:
    """Wait for a run's next epoch, its end, or so many seconds: importing Keras beside it would
    slow its start.

    Args:
        reader: of its events, from its beginning or from where it was resumed.
        seconds: to wait at most.
        closed: ends the wait.

    Returns:
        False when ``closed`` was set meanwhile.
    """
    from kertui.training.events import Epoch, Failed, Finished, Stopped

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if closed.wait(0.05):
            return False
        if any(isinstance(event, Epoch | Finished | Stopped | Failed) for event in reader.read()):
            break
    return True
