"""What the programs of a group told, a file each in its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kertasks.groups.folder import GroupFolder
from kertasks.groups.record import Member
from kertasks.runs.event_file.events import Failed, Finished
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import id_words
from kertasks.scripts.diary import Diary, ScriptEnded


def diary_path(group: GroupFolder, key: str) -> Path:
    """The file of a start of the program: ``<group>/scripts/trial-3-seed-2.jsonl``."""
    return group.path / "scripts" / f"{id_words(key)}.jsonl"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one start of a program came to."""

    ended: ScriptEnded
    history: RunHistory
    """Of its last run."""

    @property
    def is_over(self) -> bool:
        """Whether it need not be started again: it came to its end, or failed; and nobody stopped
        its last training."""
        return self.ended.status != 0 or isinstance(self.history.ended, Finished | Failed)


def outcome_of(group: GroupFolder, key: str) -> Outcome | None:
    """What a start of the program came to; None where it did not end, or was killed with all that
    could tell of it."""
    diary = Diary.of(diary_path(group, key))
    if diary.ended is None or diary.is_kept or diary.run is None:
        return None
    history = RunHistory.read(group.run(Member(key, diary.run)).events_path)
    return Outcome(diary.ended, history)
