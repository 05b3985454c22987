"""Tells a run folder what something else writes into a log.

The run folder is all that others see of it. Its manifest has the log's path as its source, and the
process that follows as its own; while that lives it holds the lock on the events, as a trainer
does. Whoever follows the same path later goes on in the same run, unless the log has another
training by then: its first epoch is another one, or it has fewer epochs than were told.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from kertasks.errors import UserError
from kertasks.following.epoch_source import EpochSource
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Epoch, Notice, Started
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Manifest, Origin, manifest_of_process
from kertasks.runs.run_errors import RunDamaged
from kertasks.text.numbers import counted
from kertasks.text.plain_text import one_line

_PORTION = 5_000
"""Epochs that are written at once."""


class FollowedByAnother(UserError):
    """Another process follows the same path already, and tells the same run."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__(f"another process follows run {run.id} already")
        self.run = run


class FileFollower:
    """Follows a log and tells the run of it, from now until ``close``.

    Args:
        source: the log.
        store: where the run is, or is made.

    Raises:
        FollowedByAnother: another process does so.
        HomeNotWritable: the home cannot be written in.
        OSError: the run's folder cannot be written in.
    """

    def __init__(self, source: EpochSource, store: RunStore) -> None:
        self._source = source
        self._store = store
        before = latest_run_of(store, source.path)
        # Before the log is read: who waits for another process to end asks once a second.
        log = None if before is None else _alone(before)
        try:
            read, earlier, most = _all_there(source)
        except BaseException:
            if log is not None:
                log.close()
            raise
        self.run: RunFolder
        """The run that is told now: another one, once another training begins in the log."""

        self._log: EventLog
        told = None
        if before is not None and log is not None:
            told = self._take_up(before, log, read, most)
        if told is None:
            self._begin(before, read.times[0] if read.epochs else None)
            told = RunHistory()
        if earlier:
            source.noted.append(
                f"{source.path.name} has {counted(earlier, 'earlier training')}, not shown: this "
                "run is its last one"
            )
        self._said = {notice.text for notice in told.notices}
        self._note()
        self._tell(_not_told(read, told))
        self._log.flush()

    def _take_up(
        self, run: RunFolder, log: EventLog, read: RunHistory, most: int
    ) -> RunHistory | None:
        """Go on in a run; returns what was told of it, or None, with its log closed, where it is of
        another training."""
        manifest = run.manifest()
        told = RunHistory.read(run.events_path)
        if not _is_same_training(told, read, most):
            log.close()
            return None
        self.run, self._log = run, log
        own = _manifest(run.id, self._source.path, manifest.created, manifest.group)
        run.write_manifest(own)
        return told

    def _begin(self, before: RunFolder | None, first: float | None) -> None:
        """Make the run of a training that was not told before.

        Args:
            before: the run of an earlier training in the same log.
            first: when its first epoch was done, Unix time in seconds, where one is.
        """
        path, now = self._source.path, time.time()
        began = self._source.started if self._source.started is not None else first
        created = began if began is not None and 0 <= began <= now else now
        group = None
        if before is not None:
            group = before.manifest().group or before.id
        self.run = self._store.create_without_recipe(f"{path.name} {path.parent.name}")
        self._log = EventLog(self.run.events_path)
        self.run.write_manifest(_manifest(self.run.id, path, created, group))
        if self._source.started is not None:
            self._log.add(Started(created, None, None, None, ""))

    def read(self) -> bool:
        """Tell what is new; False where nothing is.

        Raises:
            HomeNotWritable: another training begins, and its run cannot be made.
        """
        first, *others = self._source.read()
        self._tell(first)
        for epochs in others:
            before, log = self.run, self._log
            self._begin(before, epochs[0].t if epochs else None)
            words = f"another training begins in {self._source.path.name}, which is another run"
            log.add(Notice(time.time(), words))
            log.close()
            self._said = set()
            self._tell(epochs)
        self._note()
        return bool(first or others)

    @property
    def is_gone(self) -> bool:
        """Whether the run was deleted: there is nothing to tell any more."""
        return self._log.folder_gone

    def close(self) -> None:
        """Write what waits, and follow no more."""
        self._log.close()

    def _tell(self, epochs: Iterable[Epoch]) -> None:
        for number, epoch in enumerate(epochs, start=1):
            self._log.add(epoch)
            if number % _PORTION == 0:  # else all of them would be in memory
                self._log.flush()

    def _note(self) -> None:
        for text in self._source.noted:
            if text not in self._said:
                self._said.add(text)
                self._log.add(Notice(time.time(), text))
        self._source.noted.clear()


def latest_run_of(store: RunStore, path: Path) -> RunFolder | None:
    """The run that was made last of a log; None where there is none.

    Raises:
        HomeNotReadable: the runs cannot be listed.
    """
    source = one_line(str(path))  # as a manifest has it
    for run in store.runs():
        try:
            manifest = run.manifest()
        except RunDamaged:
            continue
        if manifest.origin is Origin.FILE and manifest.source == source:
            return run
    return None


def _alone(run: RunFolder) -> EventLog:
    """The log of a run, with the lock on it.

    Raises:
        FollowedByAnother: another process has that.
    """
    try:
        return EventLog(run.events_path)
    except BlockingIOError as error:
        raise FollowedByAnother(run) from error


def _all_there(source: EpochSource) -> tuple[RunHistory, int, int]:
    """The last training in a log as it is now, how many there are before it, and the greatest
    number of an epoch that it had at any time."""
    history, earlier, most = RunHistory(), 0, 0
    while True:
        first, *others = source.read()
        for at, epochs in enumerate((first, *others)):
            if at:
                earlier += bool(history.epochs)
                history, most = RunHistory(), 0
            history.add_all(epochs)
            most = max(most, *(epoch.epoch for epoch in epochs)) if epochs else most
        if not source.behind:
            return history, earlier, most


def _is_same_training(told: RunHistory, read: RunHistory, most: int) -> bool:
    """Whether a log goes on with what was told of it."""
    if not told.epochs:
        return True
    first = next(told.each_epoch())
    return most >= told.epoch_numbers[-1] and (
        read.epoch_numbers[:1] == told.epoch_numbers[:1] and read.says(first.epoch, first.metrics)
    )


def _not_told(read: RunHistory, told: RunHistory) -> Iterable[Epoch]:
    """The epochs of a log that were not told yet, or otherwise, and all after those."""
    is_told = True
    for epoch in read.each_epoch():
        is_told = is_told and told.says(epoch.epoch, epoch.metrics)
        if not is_told:
            yield epoch


def _manifest(id: str, path: Path, created: float, group: str | None) -> Manifest:
    return manifest_of_process(
        os.getpid(),
        id=id,
        task=path.name,
        recipe=path.parent.name or path.name,
        seed=0,
        created=created,
        versions={},
        device="",
        source=str(path),
        origin=Origin.FILE,
        group=group,
    )
