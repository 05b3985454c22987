"""What a run keeps of its training rows, so that rows are encoded as they were whatever becomes of
its data."""

from __future__ import annotations

from kertasks.data.dataset import Dataset
from kertasks.errors import UserError
from kertasks.files import read_small, write_text
from kertasks.own_tasks.data_kinds import dataset_without_rows, what_changed
from kertasks.runs.folder import RunFolder
from kertasks.runs.run_errors import RunDamaged


class DataDiffers(UserError):
    """The data of a run's task is no longer what the run was trained on."""


def keep_statistics(run: RunFolder, data: Dataset) -> None:
    """Write what was learned of the training rows into the folder of a run that begins, or where
    nothing was, how its data was understood.

    Raises:
        OSError: it cannot be written.
    """
    if kept := data.statistics or data.record:
        write_text(run.statistics_path, kept)


def _kept(run: RunFolder) -> bytes | None:
    try:
        return read_small(run.statistics_path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunDamaged(f"{run.statistics_path} cannot be read: {error.strerror}") from error


def data_without_rows(run: RunFolder) -> Dataset | None:
    """The run's data but for its rows, as the run keeps it; None where it keeps too little of it.

    Raises:
        RunDamaged: what it keeps cannot be read.
    """
    kept = _kept(run)
    if kept is None:
        return None
    try:
        found: Dataset | None = dataset_without_rows(kept)
    except ValueError as error:
        raise RunDamaged(f"{run.statistics_path} cannot be read: {error}") from error
    return found


def require_same_data(run: RunFolder, data: Dataset) -> None:
    """See that data that was loaded is that of the run.

    Raises:
        DataDiffers: it has changed since, or the task has; saying what.
        RunDamaged: what the run keeps cannot be read.
    """
    kept, now = _kept(run), data.statistics or data.record
    if kept is None or not now:
        return
    try:
        changed = what_changed(kept, now.encode())
    except ValueError as error:
        raise RunDamaged(f"{run.statistics_path} cannot be read: {error}") from error
    if changed:
        raise DataDiffers(
            f"the data of the task {data.task} is not what run {run.id} was trained on: {changed} "
            "changed since. Train the task anew, or put the file and the task back; kertui "
            "predict answers rows as it is"
        )
