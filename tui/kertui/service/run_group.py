"""The runs that belong together: those that one start of a script trained, or that are read from
one file, in their order."""

from __future__ import annotations

import os
from pathlib import Path

from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Manifest, Origin
from kertasks.runs.mirrors.mirror_note import read_note
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.signs.lives import sees_process_of
from kertasks.runs.signs.process import process_is_there


class RunGroup:
    """The runs of the same start of a script, or read from the same file, as a run. They may become
    more.

    Args:
        run: one of them.

    Blocks on files: call it from a thread.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._of: dict[str, Manifest] = {}
        """The manifests that were read, by the run's id: nothing in them that counts here ever
        changes."""

    def read(self) -> tuple[RunFolder, ...]:
        """All of them, the one that began first at first; the run alone where there is no other."""
        own = self._manifest(self._run.path)
        if own is None or own.origin is Origin.RECIPE:
            return (self._run,)
        group = own.group or own.id
        found = []
        for path in self._newer_than(group):
            manifest = self._manifest(path)
            if manifest is not None and group in (manifest.group, path.name):
                found.append((manifest.created, path.name, path))
        return tuple(RunFolder(path) for _, _, path in sorted(found)) or (self._run,)

    def script_goes_on(self) -> bool:
        """Whether the script's process is seen from here and lives, or its host says that it does:
        a further run may come."""
        note = read_note(self._run.path)
        if note is not None:
            return note.script_goes_on
        own = self._manifest(self._run.path)
        if own is None or own.origin is not Origin.SCRIPT or not sees_process_of(own):
            return False
        return process_is_there(own.pid, own.process_started)

    def _newer_than(self, group: str) -> list[Path]:
        """The runs beside this one that may be of the group: none is older than its first one."""
        try:
            names = os.listdir(self._run.path.parent)  # noqa: PTH208 (thousands of names at a time)
        except OSError:
            return [self._run.path]
        # An id begins with the second its folder was made in.
        return [self._run.path.parent / name for name in names if name[:15] >= group[:15]]

    def _manifest(self, path: Path) -> Manifest | None:
        known = self._of.get(path.name)
        if known is None:
            try:
                known = RunFolder(path).manifest()
            except RunDamaged:  # it may be written in a moment
                return None
            self._of[path.name] = known
        return known


class LaterRuns:
    """The runs that a script begins from now on, after one of its runs.

    Args:
        run: that one; of one without a script there are none.

    Blocks on files: call it from a thread.
    """

    def __init__(self, run: RunFolder) -> None:
        self._group = RunGroup(run)
        self._known = {*self._group.read()}

    def read(self) -> list[RunFolder]:
        """Those that began since the last look."""
        found = [run for run in self._group.read() if run not in self._known]
        self._known.update(found)
        return found

    def may_come(self) -> bool:
        """Whether the script goes on, as far as is seen from here."""
        return self._group.script_goes_on()
