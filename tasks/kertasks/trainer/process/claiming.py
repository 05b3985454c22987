"""Which process trains a run: one at a time, and everybody sees at once which.

A trainer claims the run's folder as soon as it is given it, before it answers and seconds before
Keras is imported. The claim is the trainer's own, never that of the terminal that asked for it:

1. It reads ``run.json``, which says who claimed the run last, and sees that the run is over.
2. It locks ``events.jsonl`` and holds the lock as long as it lives. The system lets go of it
   however the process ends, so that a claim outlives nobody and nothing is to be cleared away.
3. ``run.json`` must be as in 1. If it is not, another trainer claimed the run meanwhile, and may
   even have been stopped already: this one is refused, and has written nothing.
4. It writes ``run.json`` with its own process: the pid, its start time and the boot, so that a
   later process of the same number is not taken for it.
5. It appends ``resuming`` to the events of a run that was trained before. From here on the end
   before counts no more: the run is running, takes commands, and refuses a second ``resume``.

A trainer that dies before 5 leaves the run as it was, over; one that dies later leaves it lost;
either can be resumed. What another host shares is the folder: the lock holds there too, and
a run is not over before whoever resumes it has watched for two minutes that its trainer's
heartbeat stands still. On file systems without locks, 3 alone tells two trainers apart that claim
a run within the same milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from kertasks.errors import UserError
from kertasks.files import lock_holder
from kertasks.hosts.asked import AskedHosts
from kertasks.pretrained.kept_file import with_kept_networks
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Failed, Planned, Resuming
from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Manifest, manifest_of_process
from kertasks.runs.resumable import require_resumable
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.steering.control_file import last_number

_DYING = 2.0
"""Seconds in which the last threads of a killed trainer let go of its lock; who holds it longer
is somebody else, and is named."""

_TRY_EVERY = 0.02


class ClaimedByAnother(UserError):
    """Another trainer has the run."""

    def __init__(self, run: RunFolder, holder: str = "") -> None:
        text = f"run {run.id} was taken up by another trainer process just now"
        held = f": {holder} has the lock on {run.events_path.name}" if holder else ""
        super().__init__(text + held)


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that this process trains, and nobody else until it ends."""

    folder: RunFolder
    recipe: Recipe
    manifest: Manifest
    """As it was written with the claim."""

    before: Manifest | None
    """The manifest that the trainer before this one wrote; None where there was none."""

    log: EventLog
    """Holds the lock until it is closed."""

    resumes: bool
    """Whether it goes on with what an earlier trainer did."""

    devices: str | None
    """The devices that share it, as ``chosen_devices`` takes them; None for one."""

    hosts: AskedHosts | None
    """Machines of a cluster that share it; None for this one alone."""

    done: int
    """The number up to which commands were asked of an earlier trainer."""

    def fail(self, reason: str) -> None:
        """Say that it failed, and let go of it."""
        self.log.add(Failed(time.time(), reason))
        self.log.close()


def claim(
    path: Path,
    *,
    resumes: bool = False,
    epochs: int | None = None,
    devices: str | None = None,
    hosts: AskedHosts | None = None,
) -> ClaimedRun:
    """Make this process the trainer of a run.

    Args:
        path: the run's folder.
        resumes: whether the run was given to a trainer before and is over.
        epochs: to train in all from now on, where it resumes; as planned for None.
        devices: that share it; None for one, or for those that shared it before.
        hosts: machines of a cluster that share it; None for this one alone.

    Raises:
        NotToResume: it is not over, or nothing is left to train.
        ClaimedByAnother: another trainer has it.
        RunDamaged, kertasks.RecipeError: it has no recipe, or a spoilt one.
        OSError: the folder is gone or cannot be written in.
    """
    run = RunFolder(path)
    before = _manifest(run)
    if resumes:
        require_resumable(run, epochs, watched=True)
    elif before is not None:
        raise ClaimedByAnother(run)
    recipe = with_kept_networks(run.recipe(), path)
    log = _lock(run, before)
    try:
        run.take_from_spool()
        if devices is None and before is not None:
            devices = before.devices
        done = last_number(run.control_path) if resumes else 0
        manifest = manifest_of(run, recipe, created=before.created if before else time.time())
        manifest = replace(manifest, devices=devices)
        run.write_manifest(manifest)
        if resumes:
            log.add(Resuming(time.time()))
        if epochs is not None:
            log.add(Planned(time.time(), epochs))
        log.flush()
    except BaseException:
        log.close()
        raise
    return ClaimedRun(run, recipe, manifest, before, log, resumes, devices, hosts, done)


def _lock(run: RunFolder, before: Manifest | None) -> EventLog:
    deadline = time.monotonic() + _DYING
    while True:
        try:
            log = EventLog(run.events_path)
            break
        except BlockingIOError as error:
            if _manifest(run) != before:
                raise ClaimedByAnother(run) from error
            if time.monotonic() > deadline:
                raise ClaimedByAnother(run, lock_holder(run.events_path)) from error
            time.sleep(_TRY_EVERY)
    if _manifest(run) != before:
        log.close()
        raise ClaimedByAnother(run)
    return log


def _manifest(run: RunFolder) -> Manifest | None:
    """The run's manifest; None where there is none that can be read."""
    with contextlib.suppress(RunDamaged):
        return run.manifest()
    return None


def manifest_of(run: RunFolder, recipe: Recipe, created: float) -> Manifest:
    """The manifest of a run that this process trains by a recipe, on a device not known yet; it
    was created at a Unix time in seconds."""
    return own_manifest(
        run,
        created=created,
        task=recipe.task,
        recipe=recipe.name,
        seed=recipe.seed,
        source=run.source(),
        retrained_from=run.retrained_from(),
        group=run.group(),
    )


def own_manifest(run: RunFolder, *, created: float, **fields: Any) -> Manifest:
    """The manifest of a run that this process trains, on a device not known yet.

    Args:
        run: its folder.
        created: when, Unix time in seconds.
        fields: what else is to be said, at least ``task``, ``recipe`` and ``seed``.
    """
    return manifest_of_process(
        os.getpid(), id=run.id, created=created, versions=versions(), device="", **fields
    )


@cache
def versions(backend: str = "tensorflow") -> dict[str, str]:
    """The versions of the packages that decide the numbers of a run, and Python's.

    Args:
        backend: Keras's, by the name of its package.
    """
    found = {"python": platform.python_version()}
    for name in ("kertui", "keras", backend, "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found
