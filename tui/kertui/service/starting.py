"""Hands a run to a trainer process, and waits until it is under way."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertui.service.trainer_process import TrainerGone, TrainerProcess

if TYPE_CHECKING:
    from kertasks.runs.event_reader import EventReader


def give_run(
    run: RunFolder,
    spare: TrainerProcess | None,
    cache_dir: Path,
    *,
    resumes: bool = False,
    epochs: int | None = None,
) -> None:
    """Let the spare train the run, or a new process where there is none; it has claimed the run
    when this returns.

    Args:
        run: the run.
        spare: a process that waits for one.
        cache_dir: the user's cache folder.
        resumes: whether the run was given to a trainer before and is over.
        epochs: to train in all from now on, where it resumes; as planned for None.

    Raises:
        RequestFailed: the process may not train it; the text says why.
        TrainerGone: no process could be started.
    """
    asked: dict[str, Any] = {"run": str(run.path.absolute()), "resumes": resumes, "epochs": epochs}
    if spare is not None:
        try:
            _train(spare, asked)
        except TrainerGone:
            pass  # killed while it waited: a new one takes the run
        else:
            return
    _train(TrainerProcess.spawn(cache_dir), asked)


def _train(process: TrainerProcess, asked: dict[str, Any]) -> None:
    try:
        process.request("train", **asked)
    except UserError:
        process.close()
        raise


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
    from kertasks.runs.events import Epoch, Failed, Finished, Stopped

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if closed.wait(0.05):
            return False
        if any(isinstance(event, Epoch | Finished | Stopped | Failed) for event in reader.read()):
            break
    return True
